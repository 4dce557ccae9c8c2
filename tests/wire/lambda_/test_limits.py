"""Memory and payload limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

EATER = """
import os, subprocess, sys
n = 0
def eat(mb):
    block = bytearray(mb << 20)
    block[::4096] = b"x" * len(block[::4096])
    return block
def handler(event, context):
    global n
    n += 1
    if event.get("child"):
        subprocess.run([sys.executable, "-c", f"b = bytearray({event['mb']} << 20); b[::4096] = b'x' * len(b[::4096]);"
                        "import time; time.sleep(60)"])
    else:
        eat(event["mb"])
    return n
"""


def used(log: str) -> int:
    return int(log.split("Max Memory Used: ")[1].split(maxsplit=1)[0])


def test_memory_within_the_limit_is_measured(functions: Any) -> None:
    name = functions.create(EATER, MemorySize=256)
    answer = functions.invoke(name, {"mb": 100})
    assert answer.error is None
    assert 100 <= used(answer.log) <= 256


@pytest.mark.parametrize("child", [False, True])
def test_memory_beyond_the_limit_kills_the_runtime(functions: Any, child: bool) -> None:
    name = functions.create(EATER, MemorySize=128)
    assert functions.invoke(name, {"mb": 1}).payload == 1
    answer = functions.invoke(name, {"mb": 200, "child": child})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    report = answer.log.splitlines()[-1]
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB\t" in report
    assert report.endswith("Status: error\tError Type: Runtime.OutOfMemory\t")
    assert functions.invoke(name, {"mb": 1}).payload == 1  # afresh


def test_reserved_address_space_is_not_memory(functions: Any) -> None:
    """numpy's libraries reserve gigabytes that they never touch."""
    name = functions.create(
        "import mmap\ndef handler(e, c):\n"
        "    space = mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n    return len(space)",
        MemorySize=128,
    )
    assert functions.invoke(name).payload == 8 << 30


def test_six_megabytes_each_way(functions: Any) -> None:
    name = functions.create("def handler(e, c): return e", MemorySize=512)
    text = "x" * (6 * 1024 * 1024 - 2)
    assert functions.invoke(name, text).payload == text


def test_a_request_beyond_six_megabytes(functions: Any) -> None:
    name = functions.create("def handler(e, c): return 1")
    with pytest.raises(ClientError) as caught:
        functions.invoke(name, "x" * (6 * 1024 * 1024))
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert "6291458 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)" in str(
        caught.value
    )


def test_an_asynchronous_request_beyond_one_megabyte(functions: Any) -> None:
    """1 MB since October 2025: https://aws.amazon.com/about-aws/whats-new/2025/10/aws-lambda-payload-size-256-kb-1-mb/"""
    name = functions.create("def handler(e, c): return 1")
    assert functions.invoke(name, "x" * 1_000_000, InvocationType="Event", LogType="None").status == 202
    with pytest.raises(ClientError) as caught:
        functions.invoke(name, "x" * (1024 * 1024), InvocationType="Event", LogType="None")
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"


def test_a_response_beyond_six_megabytes(functions: Any) -> None:
    name = functions.create("def handler(e, c): return 'x' * e['n']", MemorySize=512)
    answer = functions.invoke(name, {"n": 6 * 1024 * 1024 + 99})
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }
    assert functions.invoke(name, {"n": 1}).payload == "x"


def test_a_payload_that_is_not_json(functions: Any, aws: Any) -> None:
    name = functions.create("def handler(e, c): return 1")
    with pytest.raises(aws("lambda").exceptions.InvalidRequestContentException, match="Could not parse request body"):
        aws("lambda").invoke(FunctionName=name, Payload=b"{not json")
