"""From the classes of all texts of a column to one type."""

import pytest
from lake.values import decide, join, merge
from pyspark.sql import types as T


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ({"integer"}, "bigint"),
        ({"integer", "decimal"}, "double"),
        ({"integer", "text"}, "string"),
        ({"boolean"}, "boolean"),
        ({"boolean", "integer"}, "string"),
        ({"date"}, "date"),
        ({"date", "time"}, "timestamp"),
        ({"date", "text"}, "string"),
        ({"named"}, "date"),
        ({"mdy", "either"}, "date"),
        ({"dmy", "either_time"}, "timestamp"),
        ({"mdy", "dmy"}, "string"),
        ({"either"}, "string"),
        (set(), "string"),
        ({"missing"}, "string"),
        ({"integer", "missing"}, "bigint"),
        ({"date", "missing"}, "date"),
        ({"text", "missing"}, "string"),
        ({"integer", "long"}, "decimal(38,0)"),
        ({"long", "decimal"}, "double"),
    ],
)
def test_decide(classes: set[str], expected: str) -> None:
    assert decide(classes).type.simpleString() == expected


def test_numbers_in_json_texts_stay_texts() -> None:
    assert decide({"integer"}, numbers=False).type == T.StringType()
    assert decide({"date"}, numbers=False).type == T.DateType()


def test_day_and_month_of_two_files_must_agree() -> None:
    assert join(decide({"mdy"}), decide({"mdy"})).order == "mdy"
    assert join(decide({"mdy"}), decide({"dmy"})).type == T.StringType()


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("bigint", "double", "double"),
        ("bigint", "string", "string"),
        ("date", "timestamp", "timestamp"),
        ("struct<a:bigint>", "struct<a:double,b:string>", "struct<a:double,b:string>"),
        ("array<bigint>", "array<string>", "array<string>"),
        ("struct<a:bigint>", "bigint", "string"),
        ("decimal(10,2)", "bigint", "decimal(21,2)"),
        ("decimal(10,2)", "decimal(12,4)", "decimal(12,4)"),
        ("decimal(38,0)", "decimal(38,10)", "double"),
        ("decimal(10,2)", "double", "double"),
    ],
)
def test_merge(one: str, other: str, both: str) -> None:
    assert merge(ddl(one), ddl(other)).simpleString() == both


def ddl(text: str) -> T.DataType:
    """A type from its text, without a JVM."""
    simple = {"bigint": T.LongType(), "double": T.DoubleType(), "string": T.StringType(), "date": T.DateType()}
    simple["timestamp"] = T.TimestampType()
    if text.startswith("decimal"):
        return T.DecimalType(*map(int, text[8:-1].split(",")))
    if text in simple:
        return simple[text]
    kind, _, inner = text[:-1].partition("<")
    if kind == "array":
        return T.ArrayType(ddl(inner))
    return T.StructType([T.StructField(n, ddl(t)) for n, t in (member.split(":") for member in inner.split(","))])
