"""`GlueContext`: the entry point of a Glue script.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import re
import time
import uuid
import warnings
from collections.abc import Mapping
from os.path import commonprefix
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext

from awsglue import connectors
from awsglue.connectors import connections
from awsglue.data_sink import DataSink
from awsglue.data_source import DataSource
from awsglue.dataframereader import DataFrameReader
from awsglue.dataframewriter import DataFrameWriter
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection, DynamicFrameReader, DynamicFrameWriter
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import catalog, records, s3, sources
from awsglue.glue_logger import GlueLogger
from awsglue.streaming import batches
from awsglue.streaming_data_source import StreamingDataSource

Options = Mapping[str, Any]


def register(sc: Any) -> None:
    """Accepted: on AWS it registers Java classes, of which there are none here."""


class GlueContext(SQLContext):
    """Reads and writes `DynamicFrame`s. Wraps a SparkContext, a SparkSession, or whatever is active."""

    Spark_SQL_Formats = frozenset({"parquet", "orc"})
    Unsupported_Compression_Types = ("lzo",)

    def __init__(self, sparkContext: Any = None, **options: Any) -> None:
        """Begins.

        Args:
            sparkContext: a SparkContext or SparkSession; None takes the active one, or makes one.
            options: minPartitions and targetPartitions are accepted; Spark decides on partitions itself.
        """
        session = sparkContext if isinstance(sparkContext, SparkSession) else _session(sparkContext)
        with warnings.catch_warnings():  # SQLContext is deprecated in Spark, but AWS's GlueContext is one
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(session.sparkContext, session)
        self._session = session
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = DataFrameWriter(self)

    @property
    def spark_session(self) -> SparkSession:
        return self._session

    @property
    def sparkContext(self) -> SparkContext:
        return self._session.sparkContext

    # Reading

    def getSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataSource:
        given = {"connection_type": _kind(connection_type), "format": format, "transformation_ctx": transformation_ctx}
        return DataSource({**options, **given}, self, _name_of(options))

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Options | None = None,
        format: str | None = None,
        format_options: Options | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        source = self.getSource(
            connection_type, format, transformation_ctx, push_down_predicate, **dict(connection_options or {})
        )
        if format:
            source.setFormat(format, **dict(format_options or {}))
        return source.getFrame(**kwargs)  # type: ignore[no-any-return]

    def create_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Options | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        if not database or not table_name:
            raise OptionError("create_dynamic_frame.from_catalog needs database and table_name.")
        table = catalog.get_table(database, table_name, catalog_id)
        options = dict(additional_options or {})
        read = sources.from_catalog(self._session, table, push_down_predicate, options, transformation_ctx)
        frame = DynamicFrame(read, self, table_name)
        frame.sparse = sources.is_sparse_table(table)
        return frame

    def create_dynamic_frame_from_rdd(
        self, data: Any, name: str, schema: Any = None, sample_ratio: float | None = None, transformation_ctx: str = ""
    ) -> DynamicFrame:
        """A frame of an RDD of dicts, Rows or named tuples. `schema` is a Spark or a Glue type; else it is found."""
        from awsglue.frame import types
        from awsglue.gluetypes import DataType

        if schema is not None:
            wanted = types.to_spark(schema) if isinstance(schema, DataType) else schema
            return DynamicFrame(self._session.createDataFrame(data, wanted), self, name)
        frame = DynamicFrame(lambda: records.frame_of(data, self._session), self, name)
        frame.sparse = True
        return frame

    def create_data_frame_from_options(
        self,
        connection_type: str,
        connection_options: Options | None = None,
        format: str | None = None,
        format_options: Options | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DataFrame:
        """A DataFrame; a streaming one of kafka and kinesis."""
        if _kind(connection_type) in connectors.STREAMS:
            given = {**dict(connection_options or {}), **dict(format_options or {})}
            return self.getStreamingSource(connection_type, format, transformation_ctx, **given).getFrame()
        return self.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        ).toDF()

    def create_data_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Options | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        """A DataFrame; a streaming one of a table over a stream."""
        table = catalog.get_table(str(database), str(table_name), catalog_id)
        connector = connectors.of_table(table)
        if connector in connectors.STREAMS:
            given = connectors.of(connector).table_options(table, dict(additional_options or {}))
            return self.getStreamingSource(connector, None, transformation_ctx, **given).getFrame()
        return self.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        ).toDF()

    def create_sample_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        num: int | None = None,
        sample_options: Options | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Options | None = None,
        catalog_id: str | None = None,
        erieTxId: str = "",
        asOfTime: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """The first `num` records of a table."""
        frame = self.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )
        return frame if num is None else frame._derive(frame._df.limit(num))

    def create_sample_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Options | None = None,
        num: int | None = None,
        sample_options: Options | None = None,
        format: str | None = None,
        format_options: Options | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """The first `num` records of what the options name."""
        frame = self.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )
        return frame if num is None else frame._derive(frame._df.limit(num))

    def get_catalog_schema_as_spark_schema(
        self, database: str | None = None, table_name: str | None = None, catalog_id: str | None = None
    ) -> Any:
        """A table's columns and partition keys as a Spark StructType."""
        from pyspark.sql.types import StructField, StructType

        table = catalog.get_table(str(database), str(table_name), catalog_id)
        return StructType([StructField(name, kind) for name, kind in table.schema().items()])

    # Writing

    def getSink(
        self, connection_type: str, format: str | None = None, transformation_ctx: str = "", **options: Any
    ) -> DataSink:
        return DataSink({**options, "connection_type": _kind(connection_type), "format": format}, self)

    def write_dynamic_frame_from_options(
        self,
        frame: Any,
        connection_type: str,
        connection_options: Options | None = None,
        format: str | None = None,
        format_options: Options | None = None,
        transformation_ctx: str = "",
    ) -> Any:
        return self.write_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def write_from_options(
        self,
        frame_or_dfc: Any,
        connection_type: str,
        connection_options: Options | None = None,
        format: Any = None,
        format_options: Options | None = None,
        transformation_ctx: str = "",
        **kwargs: Any,
    ) -> Any:
        kind = str(format) if format else None
        sink = self.getSink(connection_type, kind, transformation_ctx, **dict(connection_options or {}))
        if kind:
            sink.setFormat(kind, **dict(format_options or {}))
        return sink.write(frame_or_dfc)

    def write_dynamic_frame_from_catalog(
        self,
        frame: Any,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Options | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Adds records to a table's folder, in its format; `enableUpdateCatalog` registers new partitions."""
        table = catalog.get_table(str(database), str(table_name), catalog_id)
        connector = connectors.of_table(table)
        if connector:
            given = connectors.of(connector).table_options(table, dict(additional_options or {}))
            return self.getSink(connector, None, transformation_ctx, **given).write(frame)
        options = {**dict(additional_options or {}), "path": table.location}
        options.setdefault("partitionKeys", [name for name, _ in table.keys])
        sink = self.getSink("s3", table.format, **options)
        separator = {"separator": table.parameters.get("field.delim", ",")} if table.format == "csv" else {}
        sink.setFormat(table.format, **separator)
        sink.setCatalogInfo(table.database, table.name, catalog_id or "")
        return sink.write(frame)

    def write_dynamic_frame_from_jdbc_conf(
        self,
        frame: Any,
        catalog_connection: str,
        connection_options: Options | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Any:
        """Adds records to a table (`dbtable`, `database` in the options) of a catalog connection."""
        return self.write_from_jdbc_conf(
            frame, catalog_connection, connection_options, redshift_tmp_dir, transformation_ctx, catalog_id
        )

    def write_from_jdbc_conf(
        self,
        frame_or_dfc: Any,
        catalog_connection: str,
        connection_options: Options | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> Any:
        """The same for a frame or a collection."""
        given = {"connectionName": catalog_connection, "catalogId": catalog_id, "redshiftTmpDir": redshift_tmp_dir}
        options = {**dict(connection_options or {}), **given}
        return self.getSink("jdbc", None, transformation_ctx, **options).write(frame_or_dfc)

    def write_data_frame_from_catalog(
        self,
        frame: DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Options | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        return self.write_dynamic_frame_from_catalog(
            DynamicFrame.fromDF(frame, self, "from_data_frame"),
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )

    # Objects in S3

    def purge_s3_path(self, s3_path: str, options: Options | None = None, transformation_ctx: str = "") -> None:
        """Deletes what lies below a path and is older than `retentionPeriod` hours (168 unless said)."""
        s3.purge(s3_path, options or {})

    def purge_table(
        self,
        database: str,
        table_name: str,
        options: Options | None = None,
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        """Deletes a table's files older than `retentionPeriod` hours, and partitions that have none left."""
        s3.purge_table(self._session, catalog.get_table(database, table_name, catalog_id), options or {})

    def transition_s3_path(
        self, s3_path: str, transition_to: str, options: Options | None = None, transformation_ctx: str = ""
    ) -> None:
        """Moves what lies below a path to a storage class; `accountId` and `roleArn` must be in the options."""
        s3.transition(s3_path, transition_to, options or {})

    def transition_table(
        self,
        database: str,
        table_name: str,
        transition_to: str,
        options: Options | None = None,
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        """The same for a table's files, or those of the partitions that `partitionPredicate` chooses."""
        table = catalog.get_table(database, table_name, catalog_id)
        s3.transition_table(self._session, table, transition_to, options or {})

    # The rest

    def get_logger(self) -> GlueLogger:
        return GlueLogger()

    def currentTimeMillis(self) -> int:
        return int(time.time() * 1000)

    def extract_jdbc_conf(self, connection_name: str, catalog_id: str | None = None) -> dict[str, Any]:
        """What a catalog connection says: url, fullUrl, host, user, password, vendor, ..."""
        return connections.jdbc_conf(connection_name, catalog_id)

    def getStreamingSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> StreamingDataSource:
        given = {**options, "connection_type": _kind(connection_type), "format": format}
        return StreamingDataSource(given, self, _name_of(options))

    def convert_resolve_option(self, *args: Any) -> Any:
        raise NotSupportedError("GlueContext.convert_resolve_option", "It hands Java objects to AWS's own layer.")

    def getSampleStreamingDynamicFrame(
        self, frame: DataFrame, options: Options | None = None, batch_function: Any = None
    ) -> DynamicFrame:
        """Records that a stream brings within `pollingTimeInMs`, at most `recordPollingLimit`."""
        return DynamicFrame.fromDF(batches.sample(frame, options or {}, batch_function), self, "sample")

    def forEachBatch(self, frame: DataFrame, batch_function: Any, options: Options | None = None) -> None:
        """Runs `batch_function(data_frame, batch_id)` on each micro-batch, until the job is stopped."""
        batches.for_each(frame, batch_function, options or {})

    def add_ingestion_time_columns(self, frame: DataFrame, time_granularity: str) -> DataFrame:
        """The frame with ingest_year, ingest_month, ... of now, down to "day", "hour" or "minute"."""
        return batches.add_ingestion_time(frame, time_granularity)

    def start_transaction(self, read_only: bool) -> Any:
        raise NotSupportedError("GlueContext.start_transaction", "AWS ended Lake Formation governed tables in 2024.")

    def commit_transaction(self, transaction_id: str, wait_for_commit: bool = True) -> Any:
        raise NotSupportedError("GlueContext.commit_transaction", "AWS ended Lake Formation governed tables in 2024.")

    def cancel_transaction(self, transaction_id: str) -> Any:
        raise NotSupportedError("GlueContext.cancel_transaction", "AWS ended Lake Formation governed tables in 2024.")


def _session(context: SparkContext | None) -> SparkSession:
    if context is None:
        return SparkSession.builder.getOrCreate()
    return SparkSession.getActiveSession() or SparkSession(context)


def _kind(connection_type: Any) -> str:
    """A connection type, which scripts write in any case."""
    return str(connection_type).lower()


def _name_of(options: Options) -> str:
    """A frame's name: what its paths begin with in common, without punctuation."""
    wanted = options.get("paths", options.get("path"))
    if not wanted:
        return str(uuid.uuid1()).replace("-", "_")
    return re.sub(r"[:/.]", "", wanted if isinstance(wanted, str) else commonprefix(list(wanted)))


__all__ = ["DynamicFrameCollection", "GlueContext", "register"]
