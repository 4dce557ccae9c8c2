"""Glue Studio's ready-made transforms: https://docs.aws.amazon.com/glue/latest/dg/edit-jobs-transforms.html."""

import importlib
from typing import Any

from awsglue import DynamicFrame


def test_studio_transforms(glue: Any, spark: Any) -> None:
    for name in ("gs_concat", "gs_derived", "gs_split", "gs_to_timestamp"):
        importlib.import_module(name)
    frame = DynamicFrame.fromDF(spark.sql("select 'a b' as t, 2 as v, 1700000000000L as at"), glue, "f")
    made = frame.gs_derived(colName="w", expr="v * 2").gs_concat(colName="c", colList=["t", "v"], spacer="-")
    row = made.gs_split(colName="t", pattern=" ").gs_to_timestamp(colName="at", colType="autodetect").toDF().first()
    assert (row.w, row.c, row.t, row["at"].year) == (4, "a b-2", ["a", "b"], 2023)


def test_studio_identifiers(glue: Any, spark: Any) -> None:
    importlib.import_module("gs_sequence_id")
    frame = DynamicFrame.fromDF(spark.range(3), glue, "f")
    assert len({row.n for row in frame.gs_sequence_id(colName="n").toDF().collect()}) == 3
    runs = [frame.gs_sequence_id(colName="n", unique=True).toDF() for _ in range(2)]
    assert runs[0].schema["n"].dataType.simpleString() == "decimal(38,0)"
    assert len({row.n for run in runs for row in run.collect()}) == 6


def test_regex_extractor(glue: Any, spark: Any) -> None:
    importlib.import_module("gs_regex_extract")
    rows = [("2024-03-01T17",), ("1999-12-31",), ("never",), (None,)]
    frame = DynamicFrame.fromDF(spark.createDataFrame(rows, "at string"), glue, "f")
    whole = frame.gs_regex_extract(colName="at", regex=r"^\S{4}", newCols="start").toDF()
    assert [row.start for row in whole.collect()] == ["2024", "1999", "neve", None]
    parts = frame.gs_regex_extract(
        colName="at", regex=r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d))?", newCols="year,,day, hour"
    ).toDF()
    assert parts.columns == ["at", "year", "day", "hour"]
    assert [tuple(row)[1:] for row in parts.collect()] == [
        ("2024", "01", "17"),
        ("1999", "31", ""),
        ("", "", ""),
        (None, None, None),
    ]


def test_null_rows(glue: Any, spark: Any) -> None:
    importlib.import_module("gs_null_rows")
    rows = [(None, None, None), ("", [], {}), (" ", None, None), (None, [1], None), (None, None, {"a": 1})]
    schema = "t string, l array<int>, m map<string,int>"
    frame = DynamicFrame.fromDF(spark.createDataFrame(rows, schema), glue, "f")
    assert frame.gs_null_rows().count() == 4
    assert frame.gs_null_rows(extended=True).count() == 3
