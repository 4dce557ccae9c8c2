"""The queries of this process: DuckDB and sqlglot are imported on the first one."""

import threading
from datetime import timedelta
from typing import Any


class Running:
    """What the operations on queries share."""

    _runs: Any = None
    _starting = threading.Lock()

    def runs(self) -> Any:
        """The running queries (`runs.Runs`)."""
        with self._starting:
            if self._runs is None:
                from rapid.core import config
                from rapid.emulator.athena import history
                from rapid.emulator.athena.engine import Engine
                from rapid.emulator.athena.models import TERMINAL
                from rapid.emulator.athena.notices import tell
                from rapid.emulator.athena.runs import Run, Runs

                def changed(run: Run, previous: str | None) -> None:
                    tell(run.scope, run.execution, previous)
                    if run.execution.state in TERMINAL:
                        history.record(run.scope.account, run.scope.region, run.execution)

                settings = config.load()
                engine = Engine([settings.state / "s3" / "objects"], settings.run / "athena")
                self._runs = Runs(engine, timedelta(minutes=settings.athena_timeout_minutes), changed)
        return self._runs

    def stop_running(self) -> None:
        with self._starting:
            if self._runs is not None:
                self._runs.stop_all()
