"""From the classes of all texts of a column to one type."""

import pytest
from lake.values import CLASSES, belongs, classify, decide, harmless, join, merge
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
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


TEXTS = [
    "1", "-0", "-7", "007", "+5", "1.", "1.0", ".5", "-.5", "00.5", "1e5", "1E+5", "1d", "0x1F", "Infinity", "NaN",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1" * 38, "1" * 39, " 12 ", "1 2", "1_000",
    "true", "FALSE", "yes", "NA", "null", "", "  ", "x",
    "2026-01-02", "2026/1/2", "2026-02-30", "2026-01-02 10:20", "2026-01-02T10:20:30.123Z", "2026-01-02 10:20:30+0530",
    "2026-01-02 25:00", "1/2/2026", "1/31/2026", "31.1.2026", "13/13/2026", "1/31/2026 8:30 PM", "31/1/2026 08:30",
    "Jun 12 1998", "12-Jun-1998", "Jun 32 1998", "2026-01", "10:20",
]  # fmt: skip


@pytest.mark.parametrize(
    "classes", [set(), {"integer"}, {"decimal"}, {"long"}, {"boolean"}, {"date"}, {"time"}, {"mdy"}, {"dmy_time"}]
)
def test_a_text_belongs_where_its_class_does(spark: SparkSession, classes: set[str]) -> None:
    allowed = harmless(classes, numbers=True)
    frame = spark.createDataFrame([(text,) for text in [*TEXTS, None]], "text string")
    for text, name, inside in frame.select("text", classify(F.col("text")), belongs(F.col("text"), allowed)).collect():
        assert inside == (name is None or name in allowed), text


def test_all_classes_are_known(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(text,) for text in TEXTS], "text string")
    found = {row[0] for row in frame.select(classify(F.col("text"))).collect()}
    assert found - {None} <= CLASSES
    assert CLASSES - found == {"either_time"}


def test_what_plain_text_is_beside_changes_nothing() -> None:
    assert harmless({"text", "integer"}, numbers=True) == CLASSES
    assert harmless({"integer"}, numbers=True) == {"integer", "missing"}
