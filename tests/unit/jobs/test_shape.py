"""Which type a column of a fresh table gets, and rows that contradict it."""

from dataclasses import replace
from functools import reduce

import pytest
from lake.contract import Contract
from lake.inference import DEEPEST_TYPE, HEAD, LARGE, depth, infer
from lake.reading import Group
from lake.shape import Existing, cast_part, table_of
from lake.values import TEXT
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
    assert infer(group, ["a"], {}, None).types["a"].type.typeName() == type_name


def rows(spark: SparkSession, texts: dict[str, str], partitions: int = 2) -> Group:
    """A large group; a column's text is an expression of the row's number `id`, 0 to 5999."""
    columns = [F.expr(f"cast({text} as string)").alias(f"v{i}") for i, text in enumerate(texts.values())]
    frame = spark.range(0, HEAD + 1000, 1, partitions).select(
        F.lit("raw/a").alias("__object"),
        F.lit(None).cast("string").alias("__flaw"),
        F.lit("").alias("__raw"),
        F.col("id").alias("__seq"),
        *columns,
    )
    return Group("csv", frame, tuple(texts), size=LARGE + 1)


LATE = f"case when id = {HEAD + 999} then {{}} else {{}} end"
COLUMNS = {
    "text": "concat('n', id)",
    "real": LATE.format("'2.5'", "id"),
    "word": LATE.format("'x'", "id"),
    "whole": "id",
    "seldom": LATE.format("'7'", "''"),
    "us": LATE.format("'1/31/2026'", "'1/2/2026'"),
    "missing": LATE.format("'NA'", "id"),
}
TYPES = ["string", "double", "string", "long", "long", "date", "long"]


@pytest.mark.parametrize("size", [0, LARGE + 1])
def test_types_that_may_not_be_guessed_are_those_of_all_rows(spark: SparkSession, size: int) -> None:
    inferred = infer(replace(rows(spark, COLUMNS), size=size), list(COLUMNS), {}, doubted=None)
    assert [inferred.types[name].type.typeName() for name in COLUMNS] == TYPES
    assert not inferred.guesses


def test_a_wrong_guess_is_contradicted_by_a_row_and_not_made_again(spark: SparkSession) -> None:
    group, contract, nothing = rows(spark, COLUMNS), Contract("a"), Existing({}, {})
    table, parts = table_of([group], contract, nothing)
    assert table.columns["whole"].type.typeName() == "long"
    wrong = {row[0] for row in cast_part(parts[0], table, contract).select("__contradicted").distinct().collect()}
    assert wrong == {"", "real,word,seldom,us"}
    table, parts = table_of([group], contract, nothing, doubted={"real", "word", "seldom", "us"})
    assert [table.columns[name].type.typeName() for name in COLUMNS] == TYPES
    right = {row[0] for row in cast_part(parts[0], table, contract).select("__contradicted").distinct().collect()}
    assert right == {""}


def test_nothing_is_guessed_of_a_table_that_is_known(spark: SparkSession) -> None:
    known = Existing({"text": T.StringType()}, {"text": "text"})
    table, parts = table_of([rows(spark, COLUMNS)], Contract("a"), known)
    assert [table.columns[name].type.typeName() for name in COLUMNS] == TYPES
    assert not parts[0].guesses


def test_columns_of_plain_text_are_not_read_to_their_end(spark: SparkSession) -> None:
    text = f"case when id < {HEAD} then 'plain' else raise_error('read to its end') end"
    assert infer(rows(spark, {"a": text}, partitions=1), ["a"], {}, None).types["a"] == TEXT
