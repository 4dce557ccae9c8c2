"""First code of a function's process: `python -S bootstrap.py WARDEN_FD PLAN [FD FD]`.

PLAN is JSON (`executor` makes it), the descriptors are the namespaces of an earlier process of the same environment. A
wrapper script gets `python -S bootstrap.py run RUNTIME` to go on with.

Runs on the bare interpreter with nothing of ours importable, so that a handler finds what AWS's image has: its own
code, its layers, boto3 and the runtime client, the standard library. Module search order as in AWS's image:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath (read 2026-11).
"""

import json
import os
import resource
import sys

OPEN_FILES = 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def main() -> None:
    if sys.argv[1] == "run":
        _run(**json.loads(sys.argv[2]))
    warden, plan = int(sys.argv[1]), json.loads(sys.argv[2])
    # Before anything else: from here on the warden ends this process if the emulator dies.
    os.write(warden, f"+{os.getpid()} {os.environ['AWS_LAMBDA_LOG_STREAM_NAME']}\n".encode())
    os.close(warden)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    if plan["mounts"]:
        import isolation  # type: ignore[import-not-found]  # beside this file, which runs by its path

        if namespaces := [int(descriptor) for descriptor in sys.argv[3:]]:
            isolation.join(namespaces)
        else:
            isolation.enter(plan["mounts"], plan["tmp_mb"])
    # https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
    runtime = {"commands": plan["commands"] or [], "handler": plan["handler"], "opt": plan["opt"]}
    wrapper = os.environ.get("AWS_LAMBDA_EXEC_WRAPPER")
    if wrapper and plan["wrappable"]:
        _execute([[wrapper, sys.executable, "-S", os.path.abspath(__file__), "run", json.dumps(runtime)]])
    _run(**runtime)


def _run(commands: list[list[str]], handler: str, opt: str) -> None:
    """Becomes the runtime: one of these programs, or, without any, Python's."""
    if commands:
        os.close(int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD")))  # for Python's client: others write to their output
        _execute(commands)
    _run_python(handler, opt)


def _execute(commands: list[list[str]]) -> None:
    """Becomes the first of these programs that is there; the Runtime API is told if there is none."""
    programs = [command[0] for command in commands]
    reason = f"Couldn't find valid bootstrap(s): [{' '.join(programs)}]"
    for command in commands:
        if os.path.exists(command[0]):
            try:
                os.execv(command[0], command)
            except OSError as error:
                reason = f"fork/exec {command[0]}: {(error.strerror or '').lower()}"
            break
    sys.path.pop(0)  # this folder: its names must not stand for the standard library's
    import http.client

    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    kind = "Runtime.InvalidEntrypoint"
    body = json.dumps({"errorMessage": f"Error: {reason}", "errorType": kind})
    api.request("POST", "/2018-06-01/runtime/init/error", body, {"Lambda-Runtime-Function-Error-Type": kind})
    api.getresponse().read()
    sys.exit(1)


def _run_python(handler: str, opt: str) -> None:
    if "_LAMBDA_TELEMETRY_LOG_FD" in os.environ:
        os.set_inheritable(int(os.environ["_LAMBDA_TELEMETRY_LOG_FD"]), False)

    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    runtime = os.environ["LAMBDA_RUNTIME_DIR"]
    layers = [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    others = [path for path in sys.path[1:] if path not in (runtime, os.environ.get("PYTHONPATH"))]
    sys.path[:] = [os.environ["LAMBDA_TASK_ROOT"], *layers, runtime, *others]
    sys.path_importer_cache.clear()  # it knows the folders as they were before the mounts
    sys.modules.pop("isolation", None)
    sys.argv = ["bootstrap", handler]

    from awslambdaric.__main__ import main as run

    run(sys.argv)


if __name__ == "__main__":  # and not in a child that multiprocessing spawns
    main()
