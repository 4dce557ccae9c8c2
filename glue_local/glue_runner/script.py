"""Runs a script as `__main__` and says how it ended, in the words of Glue's ErrorMessage."""

import atexit
import sys
import threading
import traceback
import types
from collections.abc import Sequence
from pathlib import Path

MESSAGE_LENGTH = 8000


def run(path: Path, argv: Sequence[str]) -> str | None:
    """Runs a script to its end: its threads and exit handlers too.

    Args:
        path: the script.
        argv: its arguments, without its name.

    Returns:
        None if it succeeded, else the error message. The traceback is on standard error.
    """
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    module.__builtins__ = __builtins__  # type: ignore[attr-defined]
    sys.modules["__main__"] = module
    sys.argv = [str(path), *argv]
    sys.path.insert(0, str(path.parent))
    message = _execute(path, module)
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - what Python itself does after a script
        atexit._run_exitfuncs()  # noqa: SLF001
    except Exception as error:  # an exit handler of the script may raise anything
        traceback.print_exc()
        message = message or describe(error)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return message


def _execute(path: Path, module: types.ModuleType) -> str | None:
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102 - running the script is the point
    except SystemExit as ended:
        if ended.code in (None, 0, False):
            return None
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)  # noqa: T201 - as Python does
        return f"SystemExit: {ended.code}"
    except BaseException as error:  # the process edge: whatever a script raises is its result
        _print_traceback(error)
        return describe(error)
    return None


def _print_traceback(error: BaseException) -> None:
    """The traceback from the script's own first line on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)


def describe(error: BaseException) -> str:
    """`ExceptionName: message`; of an error in Java, the call and Java's own message."""
    java = getattr(error, "java_exception", None)
    if java is not None and type(error).__name__ == "Py4JJavaError":
        try:
            call = str(getattr(error, "errmsg", "")).strip().rstrip(":\n")
            text = f"{call} {_java_cause(java)}"
        except Exception:  # the JVM may be gone
            text = "Py4JJavaError: the Java process is gone."
    else:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return text[:MESSAGE_LENGTH]


def _java_cause(java: object) -> str:
    """What the innermost cause says: its first line; of a Python worker's traceback, the last one."""
    cause: object = java
    while (below := cause.getCause()) is not None:  # type: ignore[attr-defined]
        cause = below
    lines = [line for line in str(cause.toString()).splitlines() if line.strip()]  # type: ignore[attr-defined]
    return lines[-1] if "Traceback (most recent call last)" in lines[0] else lines[0]
