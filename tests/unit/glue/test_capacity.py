"""https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html (MaxCapacity)"""

from typing import Any

import pytest

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.jobs import capacity


@pytest.mark.parametrize(
    ("command", "given", "units"),
    [
        ("glueetl", {}, 10.0),
        ("glueetl", {"MaxCapacity": 2.0}, 2.0),
        ("gluestreaming", {"WorkerType": "G.1X", "NumberOfWorkers": 3}, 3.0),
        ("pythonshell", {}, 0.0625),
        ("pythonshell", {"MaxCapacity": 1.0}, 1.0),
    ],
)
def test_units(command: str, given: dict[str, Any], units: float) -> None:
    assert capacity(given, command)["MaxCapacity"] == units


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("glueetl", {"MaxCapacity": 0.5}),
        ("glueetl", {"MaxCapacity": 2.5}),
        ("gluestreaming", {"MaxCapacity": 1.0}),
        ("pythonshell", {"MaxCapacity": 2.0}),
        ("glueetl", {"MaxCapacity": 2.0, "WorkerType": "G.1X", "NumberOfWorkers": 2}),
    ],
)
def test_what_is_no_capacity(command: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputException):
        capacity(given, command)
