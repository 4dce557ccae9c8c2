"""Glue's own formats of Spark by their names: `spark.read.format("dynamodb")`, `spark.readStream.format("kinesis")`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-dynamodb-dataframe-support.html; the names
and columns of streams are those that AWS's samples for Glue streaming read. AWS's are Java classes; these are in
Python, where Spark 3.5 has no door for a source, so PySpark's readers and writers note what they are told and hand over
where the format is one of Glue's. `spark.sql` does not know the names.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.streaming import DataStreamReader
from pyspark.sql.types import StructType, _parse_datatype_string

Options = Mapping[str, Any]


@dataclass
class _Notes:
    """What a reader or writer was told so far."""

    format: str = ""
    mode: str = "errorifexists"
    schema: str | StructType | None = None
    options: dict[str, Any] = field(default_factory=dict)


_NOTES = "_glue_notes"
_ENDS: tuple[tuple[type, str], ...] = ((DataFrameReader, "load"), (DataStreamReader, "load"), (DataFrameWriter, "save"))


def install() -> None:
    """Puts PySpark's readers and writers under watch. Called when `awsglue` is imported, and by its runner."""
    for owner, end in _ENDS:
        if not hasattr(owner, _NOTES):
            for name in ("format", "mode", "schema", "option", "options"):
                if hasattr(owner, name):
                    setattr(owner, name, _noting(getattr(owner, name), name))
            setattr(owner, end, _handing_over(getattr(owner, end), owner))
            setattr(owner, _NOTES, None)


def _notes(told: Any) -> _Notes:
    if getattr(told, _NOTES) is None:
        setattr(told, _NOTES, _Notes())
    return getattr(told, _NOTES)  # type: ignore[no-any-return]


def _noting(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        notes = _notes(self)
        if name == "options":
            notes.options |= kwargs
        elif name == "option":
            key, value = (*args, *kwargs.values())
            notes.options[kwargs.get("key", key)] = kwargs.get("value", value)
        else:
            setattr(notes, name, next(iter((*args, *kwargs.values()))))
        return method(self, *args, **kwargs)

    return call


def _handing_over(method: Callable[..., Any], owner: type) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, path: Any = None, format: str | None = None, *args: Any, **kwargs: Any) -> Any:
        notes = _notes(self)
        act = _ACTS.get((owner, str(format or notes.format or "").lower()))
        if act is None:
            return method(self, path, format, *args, **kwargs)
        own = {name: kwargs.pop(name) for name in ("mode", "schema", "partitionBy") if name in kwargs}
        mode, schema = own.get("mode") or notes.mode, own.get("schema") or notes.schema
        return act(self, _Notes(str(format), mode, schema, {**notes.options, **kwargs}))

    return call


def _as_named(options: Options, *names: str) -> dict[str, Any]:
    """Options as the connectors spell them: Spark's are the same in any case."""
    spelt = {name.lower(): name for name in names}
    return {spelt.get(name.lower(), name): value for name, value in options.items()}


def _read_dynamodb(reader: Any, told: _Notes) -> DataFrame:
    from awsglue.connectors import dynamodb

    session: SparkSession = reader._spark
    options = _as_named(told.options, "dynamodb.input.tableName", "dynamodb.sts.roleArn", "dynamodb.consistentRead")
    df = dynamodb.table(session, options)
    if told.schema is None:
        return df
    schema = told.schema if isinstance(told.schema, StructType) else _parse_datatype_string(told.schema)
    known = {name: F.col(f"`{name}`") for name in df.columns}
    return df.select([known.get(f.name, F.lit(None)).cast(f.dataType).alias(f.name) for f in schema])


def _write_dynamodb(writer: Any, told: _Notes) -> None:
    from awsglue.connectors import dynamodb

    if str(told.mode).lower() != "append":
        raise AnalysisException(
            f"TableProvider implementation dynamodb cannot be written with {told.mode} mode, please use Append mode "
            "instead."
        )
    dynamodb.write(writer._df, "dynamodb", _as_named(told.options, "dynamodb.output.tableName", "dynamodb.sts.roleArn"))


def _read_kinesis(reader: Any, told: _Notes) -> DataFrame:
    from awsglue.connectors import kinesis

    named = _as_named(told.options, "streamName", "streamARN", "startingPosition", "awsSTSRoleARN", "awsSTSSessionName")
    return kinesis.records(reader._spark, reader, named)


_ACTS: dict[tuple[type, str], Callable[[Any, _Notes], Any]] = {
    (DataFrameReader, "dynamodb"): _read_dynamodb,
    (DataFrameWriter, "dynamodb"): _write_dynamodb,
    (DataStreamReader, "kinesis"): _read_kinesis,
}
