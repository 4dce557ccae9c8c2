"""`DataSink`: what `GlueContext.getSink` returns."""

from typing import Any

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import exact, formats, sinks, updates


class DataSink:
    """Writes frames to one place, and keeps the catalog in step if asked to.

    https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
    """

    def __init__(self, j_sink: dict[str, Any], sql_ctx: Any) -> None:
        self._options = dict(j_sink)
        self._sql_ctx = sql_ctx
        self._type: str = self._options.pop("connection_type")
        self._format: str | None = self._options.pop("format", None)
        self._format_options: dict[str, Any] = {}
        self._table: updates.Target | None = None
        sinks.check(self._type)

    def setFormat(self, format: str, **options: Any) -> None:
        self._format, self._format_options = format, options

    def setAccumulableSize(self, size: int) -> None:
        """Accepted: the number of error records that Glue keeps for its own report."""

    def setCatalogInfo(self, catalogDatabase: str, catalogTableName: str, catalogId: str = "") -> None:
        self._table = updates.Target(catalogDatabase, catalogTableName, catalogId or None)

    def write(self, dynamic_frame_or_dfc: Any, info: str = "") -> Any:
        """Writes a frame, or each frame of a collection into a folder of its name.

        Frames made by `fromDF` go to the path itself: published scripts look for their files there.

        Returns:
            A frame (or collection) of the records that could not be written.
        """
        from awsglue.dynamicframe import DynamicFrameCollection

        if not isinstance(dynamic_frame_or_dfc, DynamicFrameCollection):
            return self.writeFrame(dynamic_frame_or_dfc, info)
        frames = dynamic_frame_or_dfc
        written = {}
        for name in frames.keys():  # noqa: SIM118 - not a mapping
            folder = "" if frames[name].named_by_script else f"{name}/"
            path = f"{str(self._options.get('path', '')).rstrip('/')}/{folder}"
            written[name] = self._write(frames[name], {**self._options, "path": path})
        return DynamicFrameCollection(written, frames.glue_ctx)

    def writeFrame(self, dynamic_frame: Any, info: str = "") -> Any:
        return self._write(dynamic_frame, self._options)

    def writeDataFrame(self, data_frame: Any, glue_context: Any, info: str = "") -> Any:
        from awsglue.dynamicframe import DynamicFrame

        return self.writeFrame(DynamicFrame.fromDF(data_frame, glue_context, "from_data_frame"), info)

    def _write(self, frame: Any, options: dict[str, Any]) -> Any:
        frame.assertErrorThreshold()
        in_step = formats.flag(options, "enableUpdateCatalog")
        if in_step and not self._table:
            raise OptionError("enableUpdateCatalog needs setCatalogInfo(catalogDatabase=..., catalogTableName=...).")
        if in_step and self._type not in {"s3"}:
            raise NotSupportedError(f"enableUpdateCatalog with connection_type={self._type!r}")
        df, location = frame._df, f"{str(options.get('path') or '').rstrip('/')}/"
        keys = sinks.keys_of(options)
        before = updates.files(df.sparkSession, location) if in_step and keys else frozenset()
        with exact.names(df):
            sinks.write(df, self._type, options, self._format, self._format_options)
        if in_step and self._table and self._format:
            ready = sinks.storable(df, self._format)
            written = updates.Written(ready, location, keys, self._format, self._format_options, before)
            updates.update(self._table, written, str(options.get("updateBehavior") or "UPDATE_IN_DATABASE"))
        return type(frame)(df.limit(0), frame.glue_ctx, f"{frame.name}_errors")
