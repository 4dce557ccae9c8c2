"""What Spark says of each micro-batch of a session's streams, to one function."""

from collections.abc import Callable
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQueryListener


def watch(session: SparkSession, tell: Callable[[Any], None]) -> None:
    """Calls `tell` with the progress (a `StreamingQueryProgress`) of every micro-batch from now on."""
    session.streams.addListener(_Listener(tell))


class _Listener(StreamingQueryListener):
    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell

    def onQueryStarted(self, event: Any) -> None:
        pass

    def onQueryProgress(self, event: Any) -> None:
        self._tell(event.progress)

    def onQueryIdle(self, event: Any) -> None:
        pass

    def onQueryTerminated(self, event: Any) -> None:
        pass
