"""`DataSource`: what `GlueContext.getSource` returns."""

from typing import Any

from awsglue.frame import sources


class DataSource:
    """One place to read from; `setFormat` says how its files are written."""

    def __init__(self, j_source: dict[str, Any], sql_ctx: Any, name: str) -> None:
        self._options = dict(j_source)
        self._type = self._options.pop("connection_type")
        self._format: str | None = self._options.pop("format", None)
        self._transformation_ctx = str(self._options.pop("transformation_ctx", "") or "")
        self._format_options: dict[str, Any] = {}
        self._ctx = sql_ctx
        self.name = name

    def setFormat(self, format: str, **options: Any) -> None:
        self._format, self._format_options = format, options

    def getFrame(self, **options: Any) -> Any:
        """Reads the records."""
        from awsglue.dynamicframe import DynamicFrame

        session = self._ctx.spark_session
        read = sources.from_options(
            session, self._type, self._options, self._format, self._format_options, self._transformation_ctx
        )
        frame = DynamicFrame(read, self._ctx, self.name)
        frame.sparse = sources.is_sparse(self._type, self._format)
        return frame

    def getSampleFrame(self, num: int, **options: Any) -> Any:
        """The first `num` records."""
        frame = self.getFrame(**options)
        return frame._derive(frame._df.limit(int(num)))

    def getDataFrame(self) -> Any:
        return self.getFrame().toDF()
