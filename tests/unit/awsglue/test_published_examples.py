"""AWS's published examples on inputs rebuilt in their shape: what they print here is what AWS prints.

https://github.com/aws-samples/aws-glue-samples/tree/master/examples (resolve_choice.md, data_cleaning_and_lambda.md,
join_and_relationalize.md) and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import json
from pathlib import Path
from typing import Any

import pytest

from awsglue import DynamicFrame
from awsglue.frame import catalog, tables
from awsglue.transforms import Join

MEDICARE = """\
drg definition,provider id,provider name,provider zip code,average covered charges
039 - EXTRACRANIAL,10001,SOUTHEAST ALABAMA,36301,$32963.07
039 - EXTRACRANIAL,10005,MARSHALL MEDICAL,35957,$15131.85
948 - SIGNS & SYM,MAUSTON,INC,53948,$11961.41
948 - SIGNS & SYM,MILWAUKEE,INC- ST JOSEPH,53210,$10514.28
"""
PERSON = {
    "family_name": "Ross",
    "links": [{"note": "website", "url": "http://x"}],
    "identifiers": [{"scheme": "bioguide", "identifier": "R1"}],
    "id": "f4fc30ee",
    "contact_details": [{"type": "fax", "value": "202-225-1314"}, {"type": "twitter", "value": "MikeRossUpdates"}],
}


def printed(frame: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    frame.printSchema()
    return capsys.readouterr().out.splitlines()


def read(glue: Any, path: Path, kind: str = "json", **options: Any) -> DynamicFrame:
    frame: DynamicFrame = glue.create_dynamic_frame.from_options(
        "s3", {"paths": [str(path)]}, format=kind, format_options=options
    )
    return frame


@pytest.fixture
def medicare(glue: Any, spark: Any, tmp_path: Path) -> DynamicFrame:
    (tmp_path / "m.csv").write_text(MEDICARE)
    names = MEDICARE.splitlines()[0].split(",")
    kinds = ("string", "bigint", "string", "bigint", "string")
    serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    given = {"classification": "csv", "skip.header.line.count": "1"}
    columns = tuple(zip(names, kinds, strict=True))
    table = catalog.Table("payments", "medicare", str(tmp_path / "m.csv"), columns, (), serde, given, None)
    return DynamicFrame(tables.from_catalog(spark, table, "", {}), glue, "medicare")


def test_a_type_of_the_catalog_that_the_data_does_not_keep_is_a_choice(
    medicare: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = ["root", "|-- drg definition: string"], ["|-- provider name: string", "|-- provider zip code: long"]
    last = ["|-- average covered charges: string"]
    choice = ["|-- provider id: choice", "|    |-- long", "|    |-- string"]
    assert printed(medicare, capsys) == before + choice + after + last
    for action in ("cast:long", "project:long"):
        resolved = medicare.resolveChoice(specs=[("provider id", action)])
        assert printed(resolved, capsys) == [*before, "|-- provider id: long", *after, *last]
        assert [row[1] for row in resolved.toDF().collect()] == [10001, 10005, None, None]
    columns = medicare.resolveChoice(specs=[("provider id", "make_cols")])
    new = "|-- provider id_string: string"
    assert printed(columns, capsys) == [*before, "|-- provider id_long: long", *after, *last, new]
    columns = medicare.resolveChoice(choice="make_cols")
    assert printed(columns, capsys) == [*before, new, "|-- provider id_long: long", *after, *last]
    struct = medicare.resolveChoice(specs=[("provider id", "make_struct")])
    members = ["|-- provider id: struct", "|    |-- long: long", "|    |-- string: string"]
    assert printed(struct, capsys) == before + members + after + last


def test_mapping_nests_what_was_flat(medicare: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    nested = medicare.apply_mapping(
        [
            ("drg definition", "string", "drg", "string"),
            ("provider id", "long", "provider.id", "long"),
            ("provider name", "string", "provider.name", "string"),
            ("provider zip code", "long", "provider.zip", "long"),
            ("average covered charges", "string", "charges.covered", "double"),
        ]
    )
    assert printed(nested, capsys) == [
        *("root", "|-- drg: string", "|-- provider: struct", "|    |-- id: long", "|    |-- name: string"),
        *("|    |-- zip: long", "|-- charges: struct", "|    |-- covered: double"),
    ]


def test_legislators_join_and_relationalize(
    glue: Any, spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.json").write_text(json.dumps(PERSON) + "\n" + json.dumps({"id": "none", "death_date": "1999"}))
    (tmp_path / "m.json").write_text(json.dumps({"person_id": "f4fc30ee", "organization_id": "house", "role": "m"}))
    (tmp_path / "o.json").write_text(json.dumps({"id": "house", "name": "House", "seats": 435}))
    persons = read(glue, tmp_path / "p.json")
    assert printed(persons, capsys) == [
        *("root", "|-- family_name: string", "|-- links: array", "|    |-- element: struct"),
        *("|    |    |-- note: string", "|    |    |-- url: string", "|-- identifiers: array"),
        *("|    |-- element: struct", "|    |    |-- scheme: string", "|    |    |-- identifier: string"),
        *("|-- id: string", "|-- contact_details: array", "|    |-- element: struct"),
        *("|    |    |-- type: string", "|    |    |-- value: string", "|-- death_date: string"),
    ]
    orgs = read(glue, tmp_path / "o.json").rename_field("id", "org_id").rename_field("name", "org_name")
    assert printed(orgs, capsys) == ["root", "|-- org_id: string", "|-- org_name: string", "|-- seats: int"]
    members = Join.apply(persons, read(glue, tmp_path / "m.json"), "id", "person_id")
    history = Join.apply(orgs, members, "org_id", "organization_id").drop_fields(["person_id", "org_id"])
    assert history.count() == 1
    found = history.relationalize("hist_root", "s3://temp/")
    assert sorted(found.keys()) == [
        *("hist_root", "hist_root_contact_details", "hist_root_identifiers", "hist_root_links"),
    ]
    found.select("hist_root_contact_details").toDF().orderBy("id", "index").show()
    assert capsys.readouterr().out.splitlines() == [
        "+---+-----+------------------------+-------------------------+",
        "| id|index|contact_details.val.type|contact_details.val.value|",
        "+---+-----+------------------------+-------------------------+",
        "|  1|    0|                     fax|             202-225-1314|",
        "|  1|    1|                 twitter|          MikeRossUpdates|",
        "+---+-----+------------------------+-------------------------+",
        "",
    ]


def test_a_field_of_both_sides_keeps_its_name_in_records_where_the_left_has_none(glue: Any, tmp_path: Path) -> None:
    """As the legislators' `links` and `image`: no chamber has one. What both have gets a dot on the right."""
    (tmp_path / "o.json").write_text('{"id": "house", "image": null, "name": "House"}\n{"id": "x", "image": "i"}')
    (tmp_path / "p.json").write_text('{"id": "house", "image": "p", "name": "Ross"}\n{"id": "house", "name": "Poe"}')
    left, right = read(glue, tmp_path / "o.json"), read(glue, tmp_path / "p.json")
    joined = Join.apply(left, right, "id", "id")
    assert joined.toDF().columns == ["id", "image", "name", ".id", ".name"]
    rows = sorted((row["image"] or "", row["name"], row[".name"]) for row in joined.toDF().collect())
    assert rows == [("", "House", "Poe"), ("p", "House", "Ross")]
    fixed = Join.apply(DynamicFrame.fromDF(left.toDF(), glue), right, "id", "id").toDF()
    assert fixed.columns == ["id", "image", "name", ".id", ".image", ".name"]
    assert [row["image"] for row in fixed.collect()] == [None, None]


def test_dynamodb_json(glue: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = {"ColA": {"S": "x"}, "ColC": {"N": "1"}, "ColD": {"L": []}, "m": {"M": {"app": {"M": {"n": {"S": "q"}}}}}}
    (tmp_path / "d.json").write_text(json.dumps({"Item": {**item, "no": {"NULL": True}, "ss": {"SS": ["a"]}}}))
    flat = ["root", "|-- ColA: string", "|-- ColC: string", "|-- ColD: array", "|    |-- element: null"]
    last = ["|-- no: null", "|-- ss: array", "|    |-- element: string"]
    frame = read(glue, tmp_path / "d.json")
    assert printed(frame.unnest_ddb_json(), capsys) == [*flat, "|-- m.app.n: string", *last]
    simple = ["|-- m: struct", "|    |-- app: struct", "|    |    |-- n: string"]
    assert printed(frame.simplify_ddb_json(), capsys) == flat + simple + last


def test_a_broken_record_takes_the_next_line_along(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(
        '{"id": 1, "name": "george", "surname": "washington", "height": 178}\n'
        '{"id": 2, "name": "benjamin", "surname": "franklin",\n'
        '{"id": 3, "name": "alexander", "surname": "hamilton", "height": 171}\n'
        '{"id": 4, "name": "john", "surname": "jay", "height": 190}\n'
    )
    frame = read(glue, tmp_path / "e.json")
    assert [row.id for row in frame.toDF().collect()] == [1, 4]
    assert frame.errorsCount() == 1
    fields = frame.errorsAsDynamicFrame().toDF().head()["error"].asDict()
    assert list(fields) == ["callsite", "msg", "stackTrace", "input", "bytesread", "source", "dynamicRecord"]
    assert fields["msg"] == "error in jackson reader"
    assert f'File "{__file__}"' in fields["callsite"]["site"]


def test_records_of_several_lines_need_no_option(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(
        json.dumps({"a": {"b": 1}}, indent=2) + "\n" + json.dumps({"a": {"b": 2}}, indent=2)
    )
    frame = read(glue, tmp_path / "p.json")
    assert [row.a.b for row in frame.toDF().collect()] == [1, 2]
    assert frame.errorsCount() == 0


def test_choices_deep_inside_arrays(glue: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.json").write_text('{"myList": [{"price": 100.00}, {"price": "$100.00"}]}')
    frame = read(glue, tmp_path / "c.json")
    inside = ["root", "|-- myList: array", "|    |-- element: struct"]
    choice = ["|    |    |-- price: choice", "|    |    |    |-- double", "|    |    |    |-- string"]
    assert printed(frame, capsys) == inside + choice
    cast = frame.resolveChoice(specs=[("myList[].price", "cast:double")])
    assert printed(cast, capsys) == [*inside, "|    |    |-- price: double"]
    cast.show()
    assert capsys.readouterr().out == '{"myList": [{"price": 100.0}, {}]}\n'
    frame.show()
    assert capsys.readouterr().out == '{"myList": [{"price": 100.0}, {"price": "$100.00"}]}\n'


def test_xml_and_grok(glue: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.xml").write_text(
        '<?xml version="1.0"?><root><book id="1"><title>A &amp; B</title><price>1.5</price><tag>x</tag><tag>y</tag>'
        '</book>\n<book id="2"><title>C</title><price>2.5</price><tag>z</tag></book><book id="3"/></root>'
    )
    frame = read(glue, tmp_path / "x.xml", "xml", rowTag="book")
    assert printed(frame, capsys) == [
        *("root", "|-- _id: int", "|-- title: string", "|-- price: double", "|-- tag: choice", "|    |-- array"),
        *("|    |    |-- element: string", "|    |-- string"),
    ]
    assert frame.count() == 3
    (tmp_path / "g.log").write_text('10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 23\nbroken\n')
    log = read(glue, tmp_path / "g.log", "grokLog", logFormat="%{COMMONAPACHELOG}")
    row = log.toDF().first()
    assert (row.clientip, row.auth, row.verb, row.response, row.ident) == ("10.0.0.1", "bob", "GET", "200", None)
    assert log.errorsCount() == 1


def test_unbox_merge_and_union(glue: Any, spark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    df = spark.createDataFrame([(1, '{"x": 1, "y": ["a"]}'), (2, '{"x": "q"}'), (3, "bad")], "id int, js string")
    source = DynamicFrame.fromDF(df, glue, "s")
    unboxed = source.unbox("js", "json")
    assert printed(unboxed, capsys) == [
        *("root", "|-- id: int", "|-- js: struct", "|    |-- x: choice", "|    |    |-- int", "|    |    |-- string"),
        *("|    |-- y: array", "|    |    |-- element: string"),
    ]
    assert (unboxed.count(), unboxed.errorsCount()) == (2, 1)
    stage = DynamicFrame.fromDF(spark.createDataFrame([(1, "new"), (9, "more")], "id int, js string"), glue, "t")
    merged = source.mergeDynamicFrame(stage, ["id"])
    assert sorted((row.id, row.js) for row in merged.toDF().collect())[0] == (1, "new")
    assert merged.count() == 4
    mixed = source.select_fields(["id"]).union(DynamicFrame.fromDF(spark.sql("select 'x' as id"), glue, "u"))
    assert printed(mixed, capsys) == ["root", "|-- id: choice", "|    |-- int", "|    |-- string"]
