"""DynamoDB's JSON, in which every value is wrapped in its type: {"S": "x"}, {"L": [{"N": "1"}]}.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-unnest-ddb-json
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import mapping, paths

_TAGS = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
ITEM = "Item"
"""The field that holds a record in an export of a table."""


def simplify(df: DataFrame, lists: bool = True) -> DataFrame:
    """Unwraps every value; a map becomes a struct. Numbers stay text, as they are written.

    Args:
        df: records, wrapped; those of an export, inside of the field `Item`, become the records themselves.
        lists: whether the elements of lists are unwrapped, too, where they are of one type and no maps.
    """
    columns: list[Column] = []
    for field in df.schema.fields:
        column = paths.column([field.name])
        if field.name == ITEM and isinstance(field.dataType, spark.StructType) and not _is_wrapped(field.dataType):
            columns.extend(
                _value(column.getField(f.name), f.dataType, lists).alias(f.name) for f in field.dataType.fields
            )
        else:
            columns.append(_value(column, field.dataType, lists).alias(field.name))
    return df.select(*columns)


def unnest(df: DataFrame) -> DataFrame:
    """Unwraps values and flattens maps into fields with dotted names. Lists keep their elements as they are."""
    return mapping.unnest(simplify(df, lists=False))


def _is_wrapped(kind: spark.DataType) -> bool:
    return isinstance(kind, spark.StructType) and bool(kind.fields) and set(kind.names) <= _TAGS


def _is_simple(kind: spark.DataType) -> bool:
    """Whether a list's elements are of one type, and no maps: others stay as they are, as AWS documents."""
    return isinstance(kind, spark.StructType) and len(kind.fields) == 1 and kind.names != ["M"]


def _value(column: Column, kind: spark.DataType, lists: bool) -> Column:
    if not isinstance(kind, spark.StructType) or not _is_wrapped(kind):
        return column
    found = [_unwrapped(column.getField(f.name), f.name, f.dataType, lists) for f in kind.fields if f.name != "NULL"]
    if not found:
        return F.lit(None)
    if len(found) == 1:
        return found[0]
    texts = [
        F.to_json(value) if isinstance(f.dataType, spark.StructType | spark.ArrayType) else value.cast("string")
        for value, f in zip(found, (f for f in kind.fields if f.name != "NULL"), strict=True)
    ]
    return F.coalesce(*texts)


def _unwrapped(value: Column, tag: str, kind: spark.DataType, lists: bool) -> Column:
    if tag == "M" and isinstance(kind, spark.StructType):
        members = [_value(value.getField(f.name), f.dataType, lists).alias(f.name) for f in kind.fields]
        return F.when(value.isNotNull(), F.struct(*members)) if members else value
    if tag == "L" and isinstance(kind, spark.ArrayType) and lists and _is_simple(kind.elementType):
        inner = kind.elementType
        return F.transform(value, lambda item: _value(item, inner, lists))
    return value
