"""Follows what the Glue runner does: job runs, data-quality runs, sessions. One thread each, fed by an event stream."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from rapid.emulator.glue.errors import RunnerUnavailableError, RunUnknownError
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.runner import Runner, RunStatus
from rapid.emulator.state import save

LOG = logging.getLogger(__name__)

PAUSES = (0.2, 1.0, 3.0)
"""Seconds before a runner that does not answer is asked again; after the last the run has failed."""
PAUSES_AT_START = (*PAUSES, 5.0, 10.0, 10.0)
"""The same after a restart of the emulator, when the runner may be starting too."""


class Followed(Protocol):
    """Something that the runner runs."""

    request: Structure
    submitted: bool
    stopping: bool

    @property
    def id(self) -> str: ...

    @property
    def ended(self) -> bool: ...


Apply = Callable[[Any, RunStatus], None]
"""Takes over what the runner says of one run. A final state must make the run's own state a final one."""


class Follower:
    """Hands runs over to the runner and follows them."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def launch(self, run: Followed, apply: Apply, pauses: Sequence[float] = PAUSES) -> None:
        """Follows a run in a thread of its own, to its end."""
        name = f"glue-{run.id[:12]}"
        threading.Thread(target=self._follow, args=(run, apply, pauses), name=name, daemon=True).start()

    def resume(self, runs: Iterable[Followed], apply: Apply) -> None:
        """Takes up the runs that were in flight when the emulator ended."""
        for run in runs:
            if not run.ended:
                self.launch(run, apply, PAUSES_AT_START)

    def stop(self, run: Followed) -> None:
        """Asks for a run's end. A runner that is away is asked again when it is back, since `stopping` is kept."""
        run.stopping = True
        if run.submitted:
            try:
                self.runner.stop(run.id)
            except RunnerUnavailableError as error:
                LOG.warning("Run %s: %s", run.id, error)

    def _follow(self, run: Followed, apply: Apply, pauses: Sequence[float]) -> None:
        """Hands the run over if that is still to be done, then follows it to its end."""
        try:
            self._follow_to_end(run, apply, pauses)
        except RunnerUnavailableError as error:
            apply(run, RunStatus("FAILED", str(error), None))
        except Exception as error:  # the edge of this thread: the run must not stay RUNNING for ever
            LOG.exception("Following run %s failed", run.id)
            apply(run, RunStatus("FAILED", f"The emulator failed to follow the run: {error}", None))

    def _follow_to_end(self, run: Followed, apply: Apply, pauses: Sequence[float]) -> None:
        left = list(pauses)
        while not run.ended:
            try:
                self._hand_over(run)
                for status in self.runner.events(run.id):
                    left = list(PAUSES)
                    apply(run, status)
            except RunUnknownError:
                raise
            except RunnerUnavailableError:
                if not left:
                    raise
                time.sleep(left.pop(0))  # the runner is away: there is no event to wait for

    def _hand_over(self, run: Followed) -> None:
        if not run.submitted:
            self.runner.start(run.request)
            run.submitted = True
            save("glue")
        if run.stopping:
            self.runner.stop(run.id)
