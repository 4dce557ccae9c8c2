"""What a caller gets when a function fails, and that the next invocation starts afresh where it must.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html,
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html,
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (failed inits are repeated).
"""

import contextlib
import re
from typing import Any

import psutil
import pytest

from tests.waiting import SECONDS

DYING = """
import os, sys
calls = 0
def handler(event, context):
    global calls
    calls += 1
    print("alive")
    exec(event.get("do", ""))
    return calls
"""


def test_an_exception_has_type_message_trace_and_request(functions: Any) -> None:
    name = functions.create("def deep(): raise KeyError('k')\ndef handler(e, c):\n    deep()")
    answer = functions.invoke(name)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload["errorType"] == "KeyError"
    assert answer.payload["errorMessage"] == "'k'"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.payload["requestId"])
    assert "in handler" in answer.payload["stackTrace"][0]
    assert "in deep" in answer.payload["stackTrace"][1]
    assert "[ERROR] KeyError: 'k'" in answer.log
    assert "Status:" not in answer.log


def test_the_environment_survives_an_exception(functions: Any) -> None:
    name = functions.create(DYING)
    assert functions.invoke(name, {"do": "raise ValueError"}).error == "Unhandled"
    assert functions.invoke(name).payload == 2


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "message"),
    [
        ("import nope", "index.handler", "Runtime.ImportModuleError",
         "Unable to import module 'index': No module named 'nope'"),
        ("x = 1", "index.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'"),
        ("def handler(e, c:", "index.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index': "),
        ("x = 1", "other.handler", "Runtime.ImportModuleError", "Unable to import module 'other'"),
        ("x = 1", "nodot", "Runtime.MalformedHandlerName", "Bad handler 'nodot'"),
        ("1 / 0", "index.handler", "ZeroDivisionError", "division by zero"),
    ],
)  # fmt: skip
def test_init_errors(functions: Any, source: str, handler: str, error_type: str, message: str) -> None:
    name = functions.create(source, Handler=handler)
    answer = functions.invoke(name)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload["errorType"] == error_type
    assert answer.payload["errorMessage"].startswith(message)
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.payload["requestId"])
    assert f"Phase: invoke\tStatus: error\tError Type: {error_type}\n" in answer.log
    assert f"Status: error\tError Type: {error_type}" in answer.log.splitlines()[-1]


def test_a_failed_init_is_repeated_by_the_first_invocation(functions: Any) -> None:
    name = functions.create(
        "import os, pathlib, tempfile\n"
        "mark = pathlib.Path(tempfile.gettempdir(), 'mark')\n"
        "if not mark.exists():\n    mark.touch()\n    raise RuntimeError('first')\n"
        "def handler(e, c): return 'second'"
    )
    answer = functions.invoke(name)
    assert answer.payload == "second"
    assert "Init Duration" not in answer.log  # part of Duration, as the init ran in the invoke phase


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
    ],
)
def test_a_runtime_that_exits(functions: Any, code: str, reason: str) -> None:
    name = functions.create(DYING)
    assert functions.invoke(name).payload == 1
    answer = functions.invoke(name, {"do": code})
    request = re.search(r"START RequestId: (\S+)", answer.log)
    assert request is not None
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request[1]} Error: {reason}",
    }
    assert f"alive\nRequestId: {request[1]} Error: {reason}\nRuntime.ExitError\nEND" in answer.log
    assert answer.log.rstrip().endswith("Status: error\tError Type: Runtime.ExitError")
    assert functions.invoke(name).payload == 1  # afresh


def test_exit_while_loading(functions: Any) -> None:
    name = functions.create("import sys\nsys.exit(2)")
    answer = functions.invoke(name)
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: exit status 2")


def test_timeout(functions: Any) -> None:
    """The shape since 2024, with errorType: https://repost.aws/knowledge-center/lambda-verify-invocation-timeouts"""
    name = functions.create("import time\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n"
                            "    print('here')\n    time.sleep(e.get('s', 0))\n    return n", Timeout=3)  # fmt: skip
    assert functions.invoke(name).payload == 1
    answer = functions.invoke(name, {"s": 30})
    request = re.search(r"START RequestId: (\S+)", answer.log)
    assert request is not None
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request[1]} Error: Task timed out after 3.00 seconds",
    }
    assert re.search(rf"here\n\S+Z {request[1]} Task timed out after 3.00 seconds\n", answer.log)
    assert "\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t" in answer.log
    assert answer.log.rstrip().endswith("Status: timeout")
    assert functions.invoke(name).payload == 1  # afresh


def test_a_loop_in_native_code_is_timed_out_too(functions: Any) -> None:
    name = functions.create("def handler(e, c): return sum(range(10**12))", Timeout=1)
    assert functions.invoke(name).payload["errorType"] == "Sandbox.Timedout"


def test_an_init_longer_than_the_timeout(functions: Any) -> None:
    """Ten seconds for the init phase, then the function's timeout for its repetition."""
    name = functions.create("import time\ntime.sleep(60)", Timeout=1)
    answer = functions.invoke(name)
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert re.search(r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: invoke\tStatus: timeout", answer.log)


def test_children_of_a_timed_out_function_die(functions: Any) -> None:
    name = functions.create(
        "import subprocess, time\ndef handler(e, c):\n"
        "    print('child', subprocess.Popen(['sleep', '1000'], start_new_session=True).pid)\n    time.sleep(60)",
        Timeout=3,
    )
    pid = int(re.findall(r"child (\d+)", functions.invoke(name).log)[0])
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=SECONDS)


def test_a_result_that_is_not_json(functions: Any) -> None:
    name = functions.create("def handler(e, c): return {1, 2}")
    answer = functions.invoke(name)
    assert answer.payload["errorType"] == "Runtime.MarshalError"
    assert answer.payload["errorMessage"] == "Unable to marshal response: Object of type set is not JSON serializable"
