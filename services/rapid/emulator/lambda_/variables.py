"""The environment variables of a function's process: AWS's, the function's own, and nothing of the emulator's.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (read 2026-11). Beyond AWS's list:
AWS_ENDPOINT_URL and AWS_DISABLE_HOST_PREFIX_INJECTION (so that SDKs reach the emulator), AWS_CA_BUNDLE and
NODE_EXTRA_CA_CERTS (so that they take its certificate where code says `https://`, as for the @connections of WebSocket
APIs), TMPDIR (an environment's own /tmp) and HOME (so that the SDK does not read the ~/.aws of whoever runs the
emulator; AWS sets no HOME and the sandbox user has none).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

AUTHORITY = "authority.pem"
"""The emulator's certificate in /var/runtime."""


@dataclass(frozen=True)
class Paths:
    """Folders of one execution environment: /var/task, /opt, /tmp and /var/runtime on AWS."""

    task: Path
    opt: Path
    scratch: Path
    runtime: Path


AS_ON_AWS = Paths(Path("/var/task"), Path("/opt"), Path("/tmp"), Path("/var/runtime"))  # noqa: S108


@dataclass(frozen=True)
class Identity:
    """What an execution environment knows of itself."""

    function_name: str
    version: str
    region: str
    memory_mb: int
    runtime: str
    handler: str
    initialization: str
    log_group: str
    log_stream: str
    endpoint: str
    credentials: Mapping[str, str]
    logging: Mapping[str, str]


def variables(identity: Identity, paths: Paths, own: Mapping[str, str]) -> dict[str, str]:
    """All variables but AWS_LAMBDA_RUNTIME_API; `own` are the function's, which win, as on AWS."""
    libraries = ["/lib64", "/usr/lib64", paths.runtime, f"{paths.runtime}/lib", paths.task, f"{paths.task}/lib"]
    environment = {
        "_HANDLER": identity.handler,
        "AWS_REGION": identity.region,
        "AWS_DEFAULT_REGION": identity.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{identity.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": identity.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(identity.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": identity.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": identity.initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": identity.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": identity.log_stream,
        "AWS_ACCESS_KEY_ID": identity.credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": identity.credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": identity.credentials["SessionToken"],
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "LAMBDA_TASK_ROOT": str(paths.task),
        "LAMBDA_RUNTIME_DIR": str(paths.runtime),
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": ":".join(map(str, [*libraries, paths.opt / "lib"])),
        "PATH": f"{paths.runtime}/bin:/usr/local/bin:/usr/bin:/bin:{paths.opt}/bin",
        "PWD": str(paths.task),
        "SHLVL": "0",
        "TZ": ":UTC",
        "AWS_CA_BUNDLE": f"{paths.runtime}/{AUTHORITY}",
        "AWS_ENDPOINT_URL": identity.endpoint,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "HOME": str(paths.scratch),
        "TMPDIR": str(paths.scratch),
    }
    if identity.runtime.startswith("python"):
        environment["PYTHONPATH"] = str(paths.runtime)
    elif identity.runtime.startswith("nodejs"):
        modules = [f"{paths.opt}/nodejs/node_modules", f"{paths.runtime}/node_modules", str(paths.task)]
        environment["NODE_PATH"] = ":".join(modules)
        environment["NODE_EXTRA_CA_CERTS"] = environment["AWS_CA_BUNDLE"]
    if identity.logging.get("LogFormat") == "JSON":
        environment["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        environment["AWS_LAMBDA_LOG_LEVEL"] = identity.logging.get("ApplicationLogLevel", "INFO")
    return {**environment, **own}
