"""An execution that was stopped stays so."""

from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped


def unless_stopped(change: Callable[..., None]) -> Callable[..., None]:
    """A change of a program's state that leaves one alone which was stopped.

    What is still evaluated then raises whatever it comes upon; LocalStack would tell that as the execution's end.
    """

    def changed(environment: Any, *given: Any, **more: Any) -> None:
        if not isinstance(environment._program_state, ProgramStopped):  # noqa: SLF001 - LocalStack's own
            change(environment, *given, **more)

    return changed
