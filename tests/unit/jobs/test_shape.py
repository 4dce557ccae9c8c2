"""Which type a column of a fresh table gets."""

from functools import reduce

import pytest
from lake.reading import Group
from lake.shape import DEEPEST_TYPE, LARGE, _found_types, depth, text_classes
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T


def nested(levels: int) -> T.DataType:
    return reduce(lambda inner, _: T.StructType([T.StructField("a", inner)]), range(levels - 1), T.LongType())


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (T.LongType(), 1),
        (T.ArrayType(T.LongType()), 2),
        (T.MapType(T.StringType(), T.ArrayType(T.LongType())), 3),
        (T.StructType([]), 1),
        (nested(7), 7),
    ],
)
def test_depth(kind: T.DataType, levels: int) -> None:
    assert depth(kind) == levels


@pytest.mark.parametrize(("levels", "type_name"), [(DEEPEST_TYPE, "struct"), (DEEPEST_TYPE + 1, "string")])
def test_what_is_nested_too_deeply_stays_text(levels: int, type_name: str) -> None:
    group = Group("json", None, ("a",), {"a": nested(levels)})  # type: ignore[arg-type]
    assert _found_types(group, ["a"], {})["a"].type.typeName() == type_name


@pytest.mark.parametrize("size", [0, LARGE + 1])
def test_much_data_gets_the_types_of_all_of_its_rows(spark: SparkSession, size: int) -> None:
    late = "case when id = 4999 then {} else {} end"
    frame = spark.range(5000).select(
        F.lit(None).cast("string").alias("__flaw"),
        F.expr("concat('n', id)").alias("v0"),
        F.expr(late.format("'2.5'", "cast(id as string)")).alias("v1"),
        F.expr(late.format("'x'", "cast(id as string)")).alias("v2"),
        F.expr("cast(id as string)").alias("v3"),
    )
    found = _found_types(Group("csv", frame, ("a", "b", "c", "d"), size=size), ["a", "b", "c", "d"], {})
    assert [found[name].type.typeName() for name in "abcd"] == ["string", "double", "string", "long"]


def test_columns_of_plain_text_are_not_read_to_their_end(spark: SparkSession) -> None:
    column = "case when id < 4000 then 'plain' else raise_error('read to its end') end"
    one_part = spark.range(0, 5000, 1, 1)
    frame = one_part.select(F.lit(None).cast("string").alias("__flaw"), F.expr(column).alias("v0"))
    assert text_classes(Group("csv", frame, ("a",), size=LARGE + 1), [0]) == {0: {"text"}}
