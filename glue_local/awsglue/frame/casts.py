"""Casts as Glue does them: what cannot be cast is null, never a wrapped number and never a failed job."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import jvm, types

_MILLISECONDS = (2**63 - 1) // 1_000
"""The largest number of milliseconds that Spark, which counts microseconds, has a timestamp for."""


def cast(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    """A column in another type.

    Args:
        column: its values.
        source: its type now. Of a choice, the member of the target's type is kept and the others are cast.
        target: the type wanted.
    """
    if types.is_choice(source):
        return _from_choice(column, source, target)
    if source == target:
        return column
    if isinstance(source, spark.StructType | spark.ArrayType | spark.MapType):
        return F.to_json(column) if isinstance(target, spark.StringType) else _cast_complex(column, source, target)
    if isinstance(target, spark.StructType | spark.ArrayType | spark.MapType):
        return _parsed(column, source, target)
    return _cast_atom(column, source, target)


def _cast_atom(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    if isinstance(source, spark.IntegralType) and isinstance(target, spark.TimestampType):
        return _from_milliseconds(column.cast("long"))
    if isinstance(source, spark.TimestampType) and isinstance(target, spark.IntegralType):
        return _try_cast(F.unix_millis(column), target)
    if isinstance(source, spark.StringType) or _numeric(source, target):
        return _try_cast(column, target)
    return column.cast(target) if _castable(source.json(), target.json()) else F.lit(None).cast(target)


def _from_choice(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    assert isinstance(source, spark.StructType)  # noqa: S101 - is_choice said so
    first = sorted(source.fields, key=lambda f: f.dataType != target)
    return F.coalesce(*(cast(column.getField(f.name), f.dataType, target) for f in first))


def _from_milliseconds(column: Column) -> Column:
    """Whole numbers as timestamps: milliseconds since 1970, as in Java, where Spark's own cast counts seconds.

    AWS documents no unit. Public jobs that run on AWS map milliseconds so, from one field that they also divide by
    1000 themselves (`snapshotTimestamp` in the Synapse warehouse's snapshot jobs); seen 2026-11-28.
    """
    return F.when(column.between(-_MILLISECONDS, _MILLISECONDS), F.timestamp_millis(column))


def _cast_complex(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    if isinstance(source, spark.ArrayType) and isinstance(target, spark.ArrayType):
        inner, wanted = source.elementType, target.elementType
        return F.transform(column, lambda item: cast(item, inner, wanted))
    if isinstance(source, spark.StructType) and isinstance(target, spark.StructType):
        members = [
            (
                cast(column.getField(f.name), source[f.name].dataType, f.dataType)
                if f.name in source.names
                else F.lit(None).cast(f.dataType)
            ).alias(f.name)
            for f in target.fields
        ]
        return F.when(column.isNotNull(), F.struct(*members))
    if type(source) is type(target):
        return column.cast(target)
    return F.lit(None).cast(target)


def _parsed(column: Column, source: spark.DataType, target: spark.DataType) -> Column:
    """Text that holds JSON may become a struct, an array or a map; nothing else may."""
    if isinstance(source, spark.StringType):
        return F.from_json(column, target)
    return F.lit(None).cast(target)


def _numeric(source: spark.DataType, target: spark.DataType) -> bool:
    return isinstance(source, spark.NumericType) and isinstance(target, spark.NumericType)


@cache
def _castable(source: str, target: str) -> bool:
    """Whether Spark has such a cast, of types written as JSON: there is none from a number to a date, for one."""
    java, parse = _java()
    return bool(java.org.apache.spark.sql.catalyst.expressions.Cast.canCast(parse(source), parse(target)))


def _try_cast(column: Column, target: spark.DataType) -> Column:
    """Spark's try_cast, which has no Python function in 3.5: null on overflow and on text that is not a value."""
    java, parse = _java()
    catalyst = java.org.apache.spark.sql.catalyst
    mode = catalyst.expressions.EvalMode.TRY()
    kind = parse(target.json())
    expression = catalyst.expressions.Cast(column._jc.expr(), kind, java.scala.Option.apply(None), mode)
    return Column(java.org.apache.spark.sql.Column(expression))


def _java() -> tuple[Any, Callable[[str], Any]]:
    """The JVM, and what turns a type written as JSON into one of its own."""
    session = jvm.current_session()
    return session.sparkContext._jvm, session._jsparkSession.parseDataType
