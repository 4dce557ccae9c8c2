"""Executions that are stopped while something in them is evaluated."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.stepfunctions.asl.eval.program_state import ProgramError, ProgramRunning, ProgramStopped

from rapid.emulator.stepfunctions.stopped import unless_stopped


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (ProgramStopped(stop_date=datetime.now(UTC), error=None, cause=None), ProgramStopped),
        (ProgramRunning(), ProgramError),
    ],
)
def test_an_error_that_comes_after_the_stop_is_not_the_end_of_the_execution(state: Any, after: type) -> None:
    environment = SimpleNamespace(_program_state=state)

    def set_error(self: Any, error: Any) -> None:
        self._program_state = ProgramError(error=error)

    unless_stopped(set_error)(environment, error={})
    assert isinstance(environment._program_state, after)
