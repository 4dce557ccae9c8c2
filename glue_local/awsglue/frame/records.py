"""Running a script's own function over records, and finding the type of what it returns.

This is the one place where records pass through Python.
"""

import datetime
import decimal
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import gluetypes as glue
from awsglue.frame import error_records, paths, types
from awsglue.frame.formats import Read

_VERDICT = "struct<keep: boolean, error: string>"


def reader(kind: spark.DataType) -> Callable[[Any], Any]:
    """A function that turns a Spark value into what a script sees: records for structs, of choices the value itself."""
    if isinstance(kind, spark.StructType):
        names, parts = kind.names, [reader(f.dataType) for f in kind.fields]
        if types.is_choice(kind):
            return lambda v: (
                None if v is None else next((p(x) for p, x in zip(parts, v, strict=True) if x is not None), None)
            )
        return lambda v: (
            None
            if v is None
            else glue.DynamicRecord(zip(names, (p(x) for p, x in zip(parts, v, strict=True)), strict=True))
        )
    if isinstance(kind, spark.ArrayType):
        item = reader(kind.elementType)
        return lambda v: None if v is None else [item(x) for x in v]
    if isinstance(kind, spark.MapType):
        value = reader(kind.valueType)
        return lambda v: None if v is None else {k: value(x) for k, x in v.items()}
    return lambda v: v


def present(value: Any) -> Any:
    """A record without its fields that are null."""
    if isinstance(value, dict):
        return {name: present(part) for name, part in value.items() if part is not None}
    return [present(part) for part in value] if isinstance(value, list) else value


def keep(df: DataFrame, function: Callable[[Any], Any], info: str = "") -> Read:
    """Filters by a function.

    KeyError, ValueError and TypeError drop the record; any other exception makes it an error record.
    """
    read = reader(df.schema)

    def verdict(row: Row) -> tuple[bool, str | None]:
        try:
            return bool(function(read(row))), None
        except (KeyError, ValueError, TypeError):
            return False, None
        except Exception as error:  # a script's function may raise anything; the record carries it on
            return False, _told(error)

    judged = F.udf(verdict, _VERDICT).asNondeterministic()(whole(df))
    marked = df.withColumn("__verdict", judged)
    message = F.col("__verdict.error")
    errors = marked.where(message.isNotNull()).select(error_records.error(message, message, None, whole(df), info))
    return Read(marked.where("__verdict.keep").drop("__verdict"), (errors,))


def whole(df: DataFrame) -> Column:
    return F.struct(*(paths.column([name]) for name in df.columns))


def change(df: DataFrame, function: Callable[[Any], Any], info: str = "") -> Read:
    """Maps records through a function that returns a dict; anything else or an exception makes an error record."""
    read = reader(df.schema)

    def one(row: Row) -> tuple[bool, Any]:
        try:
            result = function(read(row))
        except Exception as error:  # a script's function may raise anything; the record carries it on
            return False, (tuple(row), _told(error))
        if not result:
            return False, (tuple(row), "The function returned nothing.")
        if _as_dict(result) is None:
            return False, (tuple(row), f"The function returned {type(result).__name__}, not a record.")
        return True, result

    outcomes = df.rdd.map(one).persist(StorageLevel.MEMORY_AND_DISK)
    good = outcomes.filter(lambda o: o[0]).map(lambda o: o[1])
    bad = outcomes.filter(lambda o: not o[0]).map(lambda o: o[1])
    session = df.sparkSession
    failed = spark.StructType([spark.StructField("r", df.schema), spark.StructField("m", spark.StringType())])
    told = session.createDataFrame(bad, failed, verifySchema=False)
    errors = told.select(error_records.error(F.col("m"), F.col("m"), None, F.col("r"), info))
    return Read(frame_of(good, session, hint=df.schema), (errors,))


def change_partitions(df: DataFrame, function: Callable[[int, Any], Any]) -> DataFrame:
    """Maps the records of each partition through a function of its number and records."""
    found = df.rdd.map(reader(df.schema)).mapPartitionsWithIndex(function).cache()
    return frame_of(found, df.sparkSession, hint=df.schema)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def frame_of(records: "RDD[Any]", session: SparkSession, hint: spark.StructType | None = None) -> DataFrame:
    """A frame of Python records (dicts, Rows, named tuples), its type merged from every one of them.

    Args:
        records: they are read twice, so keep them if they are dear.
        session: the Spark session.
        hint: types that fields had before a function changed them; a whole number stays as wide as it was.
    """
    before = types.to_glue(hint) if hint is not None else glue.StructType()

    def merged(values: Iterable[Any]) -> Iterator[glue.DataType]:
        found: glue.DataType = glue.NullType()
        for value in values:
            found = glue.mergeDataTypes(found, type_of(value))
        yield found

    parts = records.mapPartitions(merged).collect()
    kind: glue.DataType = glue.NullType()
    for part in parts:
        kind = glue.mergeDataTypes(kind, part)
    settled = widen(kind, before) if isinstance(kind, glue.StructType) else glue.StructType()
    schema = types.to_spark(settled)
    write = writer(settled)
    return session.createDataFrame(records.map(write), schema, verifySchema=False)


def widen(kind: glue.DataType, before: glue.DataType | None) -> glue.DataType:
    """Python has one kind of whole number: int and long together are long, and what was long before stays so."""
    if isinstance(kind, glue.StructType):
        known = before.field_map if isinstance(before, glue.StructType) else {}
        return glue.StructType(
            [glue.Field(f.name, widen(f.dataType, known[f.name].dataType if f.name in known else None)) for f in kind]
        )
    if isinstance(kind, glue.ArrayType):
        return glue.ArrayType(
            widen(kind.elementType, before.elementType if isinstance(before, glue.ArrayType) else None)
        )
    if isinstance(kind, glue.MapType):
        return glue.MapType(widen(kind.valueType, before.valueType if isinstance(before, glue.MapType) else None))
    if isinstance(kind, glue.ChoiceType):
        return glue.LongType() if set(kind.choices) == {"int", "long"} else kind
    stays = before is not None and (isinstance(kind, glue.NullType) or isinstance(before, _KEPT.get(type(kind), ())))
    return before if stays and before is not None else kind


_KEPT: dict[type[glue.DataType], tuple[type[glue.DataType], ...]] = {
    glue.IntegerType: (glue.LongType, glue.ShortType, glue.ByteType),
    glue.DoubleType: (glue.FloatType,),
    glue.DecimalType: (glue.DecimalType,),
}


_TYPES: tuple[tuple[type, type[glue.DataType]], ...] = (
    (bool, glue.BooleanType),
    (float, glue.DoubleType),
    (str, glue.StringType),
    (bytes, glue.BinaryType),
    (bytearray, glue.BinaryType),
    (datetime.datetime, glue.TimestampType),
    (datetime.date, glue.DateType),
)


def type_of(value: Any) -> glue.DataType:  # noqa: PLR0911 - one return per kind of value
    """The Glue type of a Python value."""
    if value is None:
        return glue.NullType()
    for python, kind in _TYPES:
        if isinstance(value, python):
            return kind()
    if isinstance(value, int):
        return glue.IntegerType() if -(2**31) <= value < 2**31 else glue.LongType()
    if isinstance(value, decimal.Decimal):
        _, digits, exponent = value.as_tuple()
        scale = max(-int(exponent), 0)
        return glue.DecimalType(max(len(digits), scale), scale)
    fields = _as_dict(value)
    if fields is not None:
        return glue.StructType([glue.Field(str(k), type_of(v)) for k, v in fields.items()])
    if isinstance(value, list | tuple | set):
        element: glue.DataType = glue.NullType()
        for item in value:
            element = glue.mergeDataTypes(element, type_of(item))
        return glue.ArrayType(element)
    return glue.StringType()


def _as_dict(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, Row):
        return dict(value.asDict())
    fields = getattr(value, "_fields", None)
    return dict(zip(fields, value, strict=True)) if fields else None


def writer(kind: glue.DataType) -> Callable[[Any], Any]:
    """A function that turns a Python value into what Spark holds for a type."""
    if isinstance(kind, glue.StructType):
        parts = [(f.name, writer(f.dataType)) for f in kind.fields]

        def struct(value: Any) -> Any:
            fields = None if value is None else _as_dict(value)
            return None if fields is None else tuple(part(fields.get(name)) for name, part in parts)

        return struct
    if isinstance(kind, glue.ChoiceType):
        members = [(name, writer(kind.choices[name])) for name in sorted(kind.choices)]

        def choice(value: Any) -> Any:
            if value is None:
                return None
            own = type_of(value).typeName()
            return tuple(part(value) if name == own else None for name, part in members)

        return choice
    if isinstance(kind, glue.ArrayType):
        item = writer(kind.elementType)
        return lambda v: None if v is None else [item(x) for x in v]
    if isinstance(kind, glue.StringType):
        return lambda v: v if v is None or isinstance(v, str) else str(v)
    if isinstance(kind, glue.DoubleType | glue.FloatType):
        return lambda v: None if v is None else float(v)
    return lambda v: v
