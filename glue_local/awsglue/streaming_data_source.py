"""`StreamingDataSource`: what `GlueContext.getStreamingSource` returns."""

from typing import Any

from pyspark.sql import DataFrame

from awsglue import connectors
from awsglue.errors import OptionError


class StreamingDataSource:
    """One stream to read from; `setFormat` says what its records are written in."""

    def __init__(self, j_source: dict[str, Any], sql_ctx: Any, name: str) -> None:
        self._options = dict(j_source)
        self._type: str = self._options.pop("connection_type")
        kind = self._options.pop("format", None)
        if kind:
            self._options["classification"] = kind
        self._ctx = sql_ctx
        self.name = name
        if self._type not in connectors.STREAMS:
            raise OptionError(f"{self._type!r} is no stream. Valid: {', '.join(sorted(connectors.STREAMS))}.")

    def setFormat(self, format: str, **options: Any) -> None:
        self._options |= {"classification": format, **options}

    def getFrame(self) -> DataFrame:
        """A streaming DataFrame."""
        stream: DataFrame = connectors.of(self._type).stream(self._ctx.spark_session, self._options)
        return stream
