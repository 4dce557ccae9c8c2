"""First code of a function's process: `python -S bootstrap.py WARDEN_FD RUNTIME_DIR OPT HANDLER`.

Runs on the bare interpreter with nothing of ours importable, so that a handler finds what AWS's image has: its own
code, its layers, boto3 and the runtime client, the standard library. Module search order as in AWS's image:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath (read 2026-11).
"""

import os
import resource
import sys

OPEN_FILES = 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def main() -> None:
    warden, (runtime, opt, handler) = int(sys.argv[1]), sys.argv[2:]
    # Before anything else: from here on the warden ends this process if the emulator dies.
    os.write(warden, b"+%d\n" % os.getpid())
    os.close(warden)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    if "_LAMBDA_TELEMETRY_LOG_FD" in os.environ:
        os.set_inheritable(int(os.environ["_LAMBDA_TELEMETRY_LOG_FD"]), False)

    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    others = [path for path in sys.path[1:] if path != runtime]
    sys.path[:] = [os.environ["LAMBDA_TASK_ROOT"], *layers, runtime, *others]
    sys.argv = ["bootstrap", handler]

    from awslambdaric.__main__ import main as run

    run(sys.argv)


if __name__ == "__main__":  # and not in a child that multiprocessing spawns
    main()
