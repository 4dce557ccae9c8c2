"""Frames of different types on top of one another: fields that differ become choices."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import gluetypes as glue
from awsglue.frame import paths, types


def union(left: DataFrame, right: DataFrame) -> DataFrame:
    """The records of both. A field that only one has is absent (null) in the other's records."""
    if not left.columns or not right.columns:
        return left if left.columns else right
    if left.schema == right.schema:
        return left.unionAll(right)
    merged = glue.mergeDataTypes(types.to_glue(left.schema), types.to_glue(right.schema))
    wanted = types.to_spark(merged)
    assert isinstance(wanted, spark.StructType)  # noqa: S101 - two structs merge into one
    return _as(left, wanted).unionAll(_as(right, wanted))


def merge(source: DataFrame, stage: DataFrame, keys: list[str]) -> DataFrame:
    """The stage's records, and those of the source whose keys the stage does not have.

    Null keys match nothing, as
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
    #aws-glue-api-crawler-pyspark-extensions-dynamic-frame-merge says.
    """
    known = stage.select(*(paths.value(stage.schema, k).alias(f"k{i}") for i, k in enumerate(keys)))
    condition = F.lit(True)
    for i, key in enumerate(keys):
        condition = condition & (paths.value(source.schema, key) == F.col(f"k{i}"))
    return union(source.join(known, condition, "left_anti"), stage)


def _as(df: DataFrame, wanted: spark.StructType) -> DataFrame:
    names = set(df.columns)
    return df.select(
        *(
            (
                _lift(paths.column([f.name]), df.schema[f.name].dataType, f.dataType)
                if f.name in names
                else F.lit(None).cast(f.dataType)
            ).alias(f.name)
            for f in wanted.fields
        )
    )


def _lift(column: Column, kind: spark.DataType, wanted: spark.DataType) -> Column:
    """Values of a narrower type in a wider one, which has room for them."""
    if kind == wanted:
        return column
    if isinstance(kind, spark.NullType):
        return F.lit(None).cast(wanted)
    if types.is_choice(wanted) and not types.is_choice(kind):
        return F.when(column.isNotNull(), _member(column, kind, wanted))
    if isinstance(kind, spark.StructType) and isinstance(wanted, spark.StructType):
        members = [
            (
                _lift(column.getField(f.name), kind[f.name].dataType, f.dataType) if f.name in kind.names else _none(f)
            ).alias(f.name, metadata=f.metadata)
            for f in wanted.fields
        ]
        return F.when(column.isNotNull(), F.struct(*members))
    if isinstance(kind, spark.ArrayType) and isinstance(wanted, spark.ArrayType):
        inner, outer = kind.elementType, wanted.elementType
        return F.transform(column, lambda item: _lift(item, inner, outer))
    return column.cast(wanted)


def _none(field: spark.StructField) -> Column:
    return F.lit(None).cast(field.dataType)


def _member(column: Column, kind: spark.DataType, wanted: spark.DataType) -> Column:
    assert isinstance(wanted, spark.StructType)  # noqa: S101 - a choice is kept in one
    own = types.member_name(kind)
    return F.struct(
        *(
            (_lift(column, kind, f.dataType) if f.name == own else _none(f)).alias(f.name, metadata=f.metadata)
            for f in wanted.fields
        )
    )
