"""The platform's lines. Shapes from https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"""

import json
from dataclasses import replace

import pytest

from rapid.emulator.lambda_.report import Failure, Function, PlatformLog
from rapid.emulator.lambda_.sandbox import exit_reason

FUNCTION = Function("f", "arn:f", "$LATEST", 128, "python:3.11", "arn:r", "on-demand", json_format=False, level="INFO")


def test_report_of_a_cold_start_bills_its_init() -> None:
    line = PlatformLog(FUNCTION).report("id", 10.4, 50 << 20, 100.2, None)
    assert line == (
        "REPORT RequestId: id\tDuration: 10.40 ms\tBilled Duration: 111 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 50 MB\tInit Duration: 100.20 ms\t\n"
    )


def test_report_of_a_failure() -> None:
    line = PlatformLog(FUNCTION).report("id", 1.0, 900 << 20, None, Failure("error", "Runtime.OutOfMemory"))
    assert "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory" in line


def test_report_of_an_exception_has_no_status_in_text_and_one_in_json() -> None:
    failure = Failure("error", "KeyError", raised=True)
    assert "Status" not in PlatformLog(FUNCTION).report("id", 1.0, 1, None, failure)
    record = json.loads(PlatformLog(replace(FUNCTION, json_format=True)).report("id", 1.0, 1, None, failure))["record"]
    assert (record["status"], record["errorType"]) == ("error", "KeyError")


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 2), ("INFO", 2), ("WARN", 0)])
def test_the_system_log_level(level: str, lines: int) -> None:
    log = PlatformLog(replace(FUNCTION, json_format=True, level=level))
    assert sum(bool(line) for line in (log.start("id"), log.report("id", 1.0, 1, None, None))) == lines
    assert log.report("id", 1.0, 1, None, Failure("timeout"))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (-15, "Runtime exited with error: signal: terminated"),
    ],
)
def test_exit_reasons(code: int, reason: str) -> None:
    assert exit_reason(code) == reason
