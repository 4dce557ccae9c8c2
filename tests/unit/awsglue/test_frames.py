"""DynamicFrame's transformations, by the pages of the AWS Glue developer guide that each module of awsglue names."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from awsglue import DynamicFrame
from awsglue.errors import ErrorThresholdError, NotSupportedError, OptionError
from awsglue.transforms import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    Filter,
    Join,
    Map,
    Relationalize,
    ResolveChoice,
    SelectFromCollection,
    SplitFields,
    SplitRows,
)


@pytest.fixture
def orders(spark: Any, glue: Any) -> DynamicFrame:
    df = spark.sql(
        "select * from values (1L, '7', named_struct('city','Bonn','zip','53111'), array(1,2), 'x'),"
        " (3000000000L, 'many', named_struct('city','Köln','zip','50667'), array(3), null)"
        " as t(id, qty, addr, tags, `a.b`)"
    )
    return DynamicFrame.fromDF(df, glue, "orders")


def rows(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def test_mapping_renames_casts_nests_and_drops_the_rest(orders: DynamicFrame) -> None:
    mapped = ApplyMapping.apply(
        frame=orders,
        mappings=[
            ("id", "long", "order.id", "int"),
            ("qty", "string", "order.qty", "int"),
            ("addr.city", "string", "city", "string"),
            ("`a.b`", "string", "ab", "string"),
            ("none", "string", "none", "string"),
        ],
    )
    # What cannot be cast is null: text that is no number, a long that is no int.
    assert rows(mapped) == [
        {"order": {"id": 1, "qty": 7}, "city": "Bonn", "ab": "x"},
        {"order": {"id": None, "qty": None}, "city": "Köln", "ab": None},
    ]


def test_schema_is_printed_in_glues_form(orders: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    orders.printSchema()
    assert capsys.readouterr().out.splitlines() == [
        "root",
        "|-- id: long",
        "|-- qty: string",
        "|-- addr: struct",
        "|    |-- city: string",
        "|    |-- zip: string",
        "|-- tags: array",
        "|    |-- element: int",
        "|-- a.b: string",
    ]


def test_drop_select_rename_nested_fields(orders: DynamicFrame) -> None:
    assert DropFields.apply(orders, ["addr.zip", "tags"]).toDF().schema["addr"].dataType.names == ["city"]
    assert rows(orders.select_fields(["addr.city", "id"]))[0] == {"addr": {"city": "Bonn"}, "id": 1}
    assert rows(orders.rename_field("addr.zip", "plz"))[0]["plz"] == "53111"
    assert "tag_list" in orders.rename_field("tags", "tag_list").toDF().columns


def test_filter_drops_what_the_function_trips_over(orders: DynamicFrame) -> None:
    kept = Filter.apply(frame=orders, f=lambda r: r["addr"]["city"] == "Bonn" and r.id == 1)
    assert [r["id"] for r in rows(kept)] == [1]
    assert Filter.apply(orders, lambda r: int(r["qty"]) > 1).count() == 1  # ValueError on 'many'
    assert Filter.apply(orders, lambda r: 1 / 0).errorsCount() == 2


def test_map_finds_the_types_of_what_comes_back(orders: DynamicFrame) -> None:
    def change(record: Any) -> Any:
        if record["id"] == 1:
            return {"id": record["id"], "value": 5}
        return {"id": record["id"], "value": "five"}

    changed = Map.apply(frame=orders, f=change)
    assert "ChoiceType" in repr(changed.schema().getField("value").dataType)
    assert rows(ResolveChoice.apply(changed, choice="cast:int")) == [
        {"id": 1, "value": 5},
        {"id": 3000000000, "value": None},
    ]


def test_map_errors_are_records_and_count_against_thresholds(orders: DynamicFrame) -> None:
    failing = Map.apply(frame=orders, f=lambda r: {"q": int(r["qty"])})
    assert (failing.count(), failing.errorsCount(), failing.stageErrorsCount()) == (1, 1, 1)
    error = failing.errorsAsDynamicFrame().toDF().first().error
    assert "ValueError" in error.msg
    assert error.dynamicRecord.qty == "many"
    with pytest.raises(ErrorThresholdError):
        Map.apply(frame=failing, f=lambda r: None, stageThreshold=0, totalThreshold=1).toDF()


@pytest.fixture
def mixed(glue: Any, spark: Any) -> DynamicFrame:
    return glue.create_dynamic_frame.from_rdd(spark.sparkContext.parallelize([{"p": 1}, {"p": "one"}]), "mixed")


def test_choices_print_and_resolve(mixed: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    mixed.printSchema()
    assert capsys.readouterr().out == "root\n|-- p: choice\n|    |-- int\n|    |-- string\n"
    assert rows(mixed.resolveChoice(specs=[("p", "cast:long")])) == [{"p": 1}, {"p": None}]
    assert rows(mixed.resolveChoice(specs=[("p", "project:string")])) == [{"p": "1"}, {"p": "one"}]
    assert rows(mixed.resolveChoice(specs=[("p", "project:int")])) == [{"p": 1}, {"p": None}]
    assert rows(mixed.resolveChoice(choice="make_cols")) == [
        {"p_int": 1, "p_string": None},
        {"p_int": None, "p_string": "one"},
    ]
    assert rows(mixed.resolveChoice(choice="make_struct"))[1] == {"p": {"int": None, "string": "one"}}


def test_an_array_of_choices_may_be_cast_as_a_whole(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"l":["1",2]}\n')
    frame = glue.create_dynamic_frame.from_options("s3", {"paths": [str(tmp_path)]}, format="json")
    assert rows(frame.resolveChoice(specs=[("l", "cast:array<string>")])) == [{"l": ["1", "2"]}]
    assert rows(frame.resolveChoice(specs=[("l[]", "cast:int")])) == [{"l": [1, 2]}]


def test_decimal_alone_has_glues_digits(orders: DynamicFrame) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html"""
    rules = [("qty", "string", name, name) for name in ("decimal", "numeric")]
    mapped = orders.apply_mapping([*rules, ("id", "long", "id", "decimal(20,0)")])
    assert [kind for _, kind in mapped.toDF().dtypes] == ["decimal(10,2)", "decimal(10,2)", "decimal(20,0)"]


def test_a_function_that_returns_no_record_makes_error_records(orders: DynamicFrame) -> None:
    mapped = orders.map(lambda record: record["qty"])
    assert (mapped.count(), mapped.errorsCount()) == (0, 2)
    assert mapped.errorsAsDynamicFrame().toDF().first()["error"]["msg"] == "The function returned str, not a record."


def test_relationalized_rows_are_numbered_without_gaps(glue: Any, spark: Any) -> None:
    """Examples of the developer guide compare these numbers: `split_rows({"id": {">": 10}}, "high", "low")`."""
    df = spark.range(12).selectExpr("id as n", "array(id, id) as l").repartition(4)
    found = DynamicFrame.fromDF(df, glue, "f").relationalize("root", "s3://temp/")
    lines = found.select("root_l").toDF().collect()
    assert sorted(row.id for row in lines) == [number for number in range(1, 13) for _ in range(2)]
    roots = {row.l: row.n for row in found.select("root").toDF().collect()}
    assert {(row.id, row["l.val"]) for row in lines} == set(roots.items())
    parts = found.select("root_l").split_rows({"id": {">": 10}}, "high", "low")
    assert (parts.select("high").count(), parts.select("low").count()) == (4, 20)


def test_resolve_choice_wants_one_way(mixed: DynamicFrame) -> None:
    with pytest.raises(OptionError):
        mixed.resolveChoice()
    with pytest.raises(OptionError, match="make_nothing"):
        mixed.resolveChoice(choice="make_nothing")


def test_join_keeps_both_keys(spark: Any, glue: Any) -> None:
    left = DynamicFrame.fromDF(spark.createDataFrame([(1, "a"), (2, "b")], "id int, name string"), glue, "l")
    right = DynamicFrame.fromDF(spark.createDataFrame([(1, 9)], "id int, total int"), glue, "r")
    assert rows(Join.apply(left, right, ["id"], ["id"])) == [{"id": 1, "name": "a", ".id": 1, "total": 9}]


def test_relationalize(orders: DynamicFrame) -> None:
    found = Relationalize.apply(frame=orders, staging_path="s3://t/", name="root")
    assert sorted(found.keys()) == ["root", "root_tags"]
    root = SelectFromCollection.apply(found, "root").toDF()
    assert {"addr.city", "addr.zip", "tags"} <= set(root.columns)
    child = found.select("root_tags").toDF()
    assert child.columns == ["id", "index", "tags.val"]
    values = {
        row["addr.city"]: [c["tags.val"] for c in child.orderBy("index").collect() if c["id"] == row["tags"]]
        for row in root.collect()
    }
    assert values == {"Bonn": [1, 2], "Köln": [3]}


def test_splits(orders: DynamicFrame) -> None:
    fields = SplitFields.apply(orders, ["id"])
    assert sorted(fields.keys()) == ["orders1", "orders2"]
    assert fields["orders1"].toDF().columns == ["id"]
    parts = SplitRows.apply(orders, {"id": {">": 1, "<=": 3000000000}})
    assert (parts["frame1"].count(), parts["frame2"].count()) == (1, 1)


def test_drop_null_fields_prints_what_it_drops(spark: Any, glue: Any, capsys: pytest.CaptureFixture[str]) -> None:
    frame = DynamicFrame.fromDF(spark.sql("select 1 as a, null as b"), glue, "n")
    assert DropNullFields.apply(frame=frame).toDF().columns == ["a"]
    assert "null_fields ['b']" in capsys.readouterr().out


def test_union_of_different_fields(orders: DynamicFrame, mixed: DynamicFrame) -> None:
    assert orders.select_fields(["id"]).union(mixed).count() == 4


def test_what_is_missing_names_itself(orders: DynamicFrame, glue: Any) -> None:
    with pytest.raises(NotSupportedError, match="kafka"):
        glue.create_data_frame.from_options("kafka", {})


def test_whole_numbers_are_milliseconds_since_1970_where_they_become_timestamps(spark: Any, glue: Any) -> None:
    numbers = DynamicFrame.fromDF(
        spark.sql("select 1693526400250 as ms, 1693526400250 as same, 9223372036854775807 as beyond, 60000 as small"),
        glue,
        "numbers",
    )
    kinds = {"ms": "bigint", "same": "long", "beyond": "bigint", "small": "int"}
    mapped = numbers.apply_mapping([(name, kind, name, "timestamp") for name, kind in kinds.items()])
    resolved = numbers.resolveChoice(specs=[("ms", "cast:timestamp")])
    (row,) = mapped.toDF().selectExpr("string(ms)", "string(same)", "beyond", "string(small)").collect()
    assert tuple(row) == ("2023-09-01 00:00:00.25", "2023-09-01 00:00:00.25", None, "1970-01-01 00:01:00")
    assert resolved.toDF().selectExpr("string(ms)").first()[0] == row["ms"]
    back = mapped.apply_mapping([("ms", "timestamp", "ms", "bigint"), ("small", "timestamp", "small", "int")])
    assert rows(back) == [{"ms": 1693526400250, "small": 60000}]


def test_a_cast_that_spark_does_not_have_is_null(orders: DynamicFrame) -> None:
    mapped = ApplyMapping.apply(orders, [("id", "long", "day", "date"), ("qty", "string", "qty", "string")])
    assert rows(mapped) == [{"day": None, "qty": "7"}, {"day": None, "qty": "many"}]


def test_what_nothing_was_read_into_passes_through(orders: DynamicFrame, glue: Any, spark: Any) -> None:
    """As after a bookmark that leaves nothing new: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html."""
    nothing = DynamicFrame.fromDF(spark.createDataFrame([], "struct<>"), glue, "nothing")
    for one, other in ((orders, nothing), (nothing, orders), (nothing, nothing)):
        assert Join.apply(one, other, ["id"], ["id"]).count() == 0
    assert orders.mergeDynamicFrame(nothing, ["id"]).count() == 2
    assert nothing.mergeDynamicFrame(orders, ["id"]).count() == 2
    split = SplitRows.apply(nothing, {"id": {">": 1}}, "a", "b")
    assert [split.select(name).count() for name in ("a", "b")] == [0, 0]
    assert (
        DropFields.apply(nothing, ["id"]).count() == Relationalize.apply(nothing, "s3://t/").select("roottable").count()
    )


def test_threads_of_a_script(glue: Any, spark: Any, tmp_path: Path) -> None:
    """Spark has no active session in a thread that a script starts: published scripts do many tables at once so."""

    def one(number: int) -> tuple[int, str]:
        frame = glue.create_dynamic_frame.from_rdd(spark.sparkContext.parallelize([{"a": 1}, {"a": "x"}]), "f")
        frame.write("s3", {"path": str(tmp_path / str(number))}, "json")
        resolved = frame.resolveChoice(specs=[("a", "cast:string")]).apply_mapping([("a", "string", "b", "int")])
        return resolved.count(), resolved.toDF().dtypes[0][1]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, range(2))) == [(2, "int"), (2, "int")]
    assert sorted(row.value for row in spark.read.text(str(tmp_path / "1")).collect()) == ['{"a":"x"}', '{"a":1}']
