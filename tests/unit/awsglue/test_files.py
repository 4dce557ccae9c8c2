"""Reading and writing files, by https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html."""

import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest

from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame.listing import glob_pattern


def read(glue: Any, path: Path | str, kind: str, options: dict[str, Any] | None = None, **connection: Any) -> Any:
    return glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [str(path)], **connection},
        format=kind,
        format_options=options or {},
    )


def dicts(frame: Any) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def test_json_lines_and_their_bad_ones(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}\nnonsense\n{"a": 2}\n')
    frame = read(glue, tmp_path, "json")
    assert frame.count() == 2
    assert dicts(frame) == [{"a": 1}, {"a": 2}]
    assert frame.errorsCount() == 1
    assert frame.errorsAsDynamicFrame().toDF().first().error.input == "nonsense"


def test_an_error_record_says_where_in_the_script_it_comes_from(glue_script: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("nonsense\n")
    script = tmp_path / "job.py"
    script.write_text(
        "from awsglue.context import GlueContext\n"
        "from pyspark.context import SparkContext\n"
        "def read():\n"
        f"    return glue.create_dynamic_frame.from_options('s3', {{'paths': ['{tmp_path}/a.json']}}, 'json')\n"
        "glue = GlueContext(SparkContext.getOrCreate())\n"
        "site = read().errorsAsDynamicFrame().toDF().first().error.callsite.site\n"
    )
    lines = [line for line in glue_script(script)["site"].splitlines() if line.startswith("  File")]
    assert lines[0] == f'  File "{script}", line 6, in <module>'
    assert lines[1] == f'  File "{script}", line 4, in read'


@pytest.mark.parametrize("kind", ["parquet", "orc"])
def test_a_field_whose_type_differs_between_columnar_files_is_a_choice(
    glue: Any, spark: Any, tmp_path: Path, kind: str
) -> None:
    made = {"a": "1 as id, named_struct('n', 1) as s", "b": "2L as id, named_struct('n', 'x') as s", "c": "3 as id"}
    for day, columns in made.items():
        spark.sql(f"select {columns}").write.format(kind).save(str(tmp_path / f"day={day}"))
    frame = read(glue, tmp_path, kind, mergeSchema=True)
    found = {row["day"]: (row["id"], row["s"]) for row in dicts(frame)}
    assert found["a"] == ({"int": 1, "long": None}, {"n": {"int": 1, "string": None}})
    assert found["b"] == ({"int": None, "long": 2}, {"n": {"int": None, "string": "x"}})
    assert found["c"] == ({"int": 3, "long": None}, None)
    assert sorted(row["id"] for row in dicts(frame.resolveChoice(specs=[("id", "cast:long")]))) == [1, 2, 3]


def test_json_path(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"data": {"items": [{"a": 1}, {"a": 2}]}}')
    assert dicts(read(glue, tmp_path, "json", {"jsonPath": "$.data.items[*]"})) == [{"a": 1}, {"a": 2}]
    (tmp_path / "a.json").write_text('[\n{"a": 3},\n{"a": 4}\n]')
    found = read(glue, tmp_path, "json", {"multiline": True})
    assert dicts(found) == [{"a": 3}, {"a": 4}]
    assert found.errorsCount() == 0


def test_ion_text_and_binary(glue: Any, spark: Any, tmp_path: Path) -> None:
    """https://amazon-ion.github.io/ion-docs/guides/cookbook.html, "Down-converting to JSON"."""
    text = """$ion_1_0 // a comment
        {id: 1, name: "x", price: d::2.5, at: 2024-01-01T00:00:00Z, tags: [a, b], none: null.int, blob: {{eA==}}}
        {id: 2, name: symbol, price: 3.}"""
    (tmp_path / "dt=1").mkdir()
    (tmp_path / "dt=1" / "a.ion").write_text(text)
    ion = spark.sparkContext._jvm.com.amazon.ion.system
    binary = ion.IonSystemBuilder.standard().build().getLoader().load('{id: 3, name: "y"} {id: "four"}').getBytes()
    (tmp_path / "b.10n.gz").write_bytes(gzip.compress(bytes(binary)))
    found = {str(row["id"]): row for row in dicts(read(glue, tmp_path / "dt=1", "ion"))}
    assert (found["1"]["name"], found["1"]["price"], found["1"]["at"]) == ("x", 2.5, "2024-01-01T00:00:00Z")
    assert (found["1"]["tags"], found["1"]["none"], found["1"]["blob"]) == (["a", "b"], None, "eA==")
    assert (found["2"]["name"], found["2"]["price"], found["2"]["tags"]) == ("symbol", 3.0, None)
    mixed = read(glue, tmp_path, "ion")
    assert mixed.schema().field_map["id"].dataType.typeName() == "choice"
    assert sorted(dicts(mixed.resolveChoice(specs=[("id", "cast:string")])), key=str) == [
        {"id": "3", "name": "y"},
        {"id": "four", "name": None},
    ]
    (tmp_path / "dt=1" / "broken.ion").write_text("{id: 5} {id: }")
    broken = read(glue, tmp_path / "dt=1", "ion")
    assert (broken.count(), broken.errorsCount()) == (3, 1)
    assert "Syntax error at line 1" in broken.errorsAsDynamicFrame().toDF().first().error.input


@pytest.mark.parametrize(
    ("kind", "compression"),
    [
        *[("ion", "bzip2"), ("ion", "deflate"), ("ion", "zstd"), ("json", "lz4"), ("json", "zstd")],
        *[("avro", "uncompressed"), ("avro", "zstd")],
    ],
)
def test_compressed_files_are_read_again(glue: Any, spark: Any, tmp_path: Path, kind: str, compression: str) -> None:
    frame = DynamicFrame.fromDF(spark.range(3), glue, "numbers")
    options = {"path": str(tmp_path / "out"), "compression": compression}
    glue.write_dynamic_frame.from_options(frame, "s3", options, kind)
    back = read(glue, tmp_path / "out", kind)
    assert (sorted(row["id"] for row in dicts(back)), back.errorsCount()) == ([0, 1, 2], 0)


def test_csv_is_text_and_each_file_has_its_own_header(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text('a;b\n1;"x ""y"""\n;\n')
    with gzip.open(tmp_path / "2.csv.gz", "wt") as file:
        file.write("b;a\nz;2\n")
    frame = read(glue, tmp_path, "csv", {"withHeader": True, "separator": ";"})
    found = sorted(dicts(frame), key=str)
    assert found == [{"a": "", "b": ""}, {"a": "1", "b": 'x "y"'}, {"a": "2", "b": "z"}]


def test_csv_without_header(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("1,x\n")
    assert dicts(read(glue, tmp_path, "csv")) == [{"col0": "1", "col1": "x"}]


def test_where_records_come_from(glue: Any, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html, attachFilename, -Timestamp."""
    for name in ("a b.json", "c+d.json"):
        (tmp_path / name).write_text('{"a": 1}\n')
    at = 1_700_000_000
    os.utime(tmp_path / "c+d.json", (at, at))
    frame = read(glue, tmp_path, "json", {"attachFilename": "file", "attachTimestamp": "changed"})
    assert frame.toDF()._jdf.queryExecution().analyzed().deterministic()  # or Spark would not delete and merge by it
    found = dicts(frame)
    assert {row["file"].rpartition("/")[2] for row in found} == {"a b.json", "c+d.json"}
    by_file = {row["file"].rpartition("/")[2]: row for row in found}
    assert by_file["c+d.json"]["changed"].timestamp() == at
    assert by_file["a b.json"]["changed"].timestamp() > at
    assert [sorted(row) for row in dicts(read(glue, tmp_path, "json", attachFilename="f"))] == [["a", "f"]] * 2


def test_recurse_and_exclusions(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("1.json", "sub/2.json", "sub/3.tmp"):
        (tmp_path / name).write_text('{"a": 1}\n')
    assert read(glue, tmp_path, "json").count() == 1
    assert read(glue, tmp_path, "json", recurse=True).count() == 3
    assert read(glue, tmp_path, "json", recurse=True, exclusions='["**.tmp"]').count() == 2


def test_nothing_to_read_is_an_empty_frame(glue: Any, tmp_path: Path) -> None:
    frame = read(glue, tmp_path / "none", "json")
    assert frame.count() == 0
    glue.write_dynamic_frame.from_options(frame, "s3", {"path": str(tmp_path / "out")}, "parquet")


_NAMES = {
    **dict.fromkeys(("json", "csv", "ion"), r"run-\d{13}-part-r-00000"),
    "glueparquet": r"run-\d{13}-part-block-0-r-00000-snappy\.parquet",
    "parquet": r"part-00000-.*\.snappy\.parquet",
    "orc": r"part-00000-.*\.snappy\.orc",
}
"""Glue's own writer names files by the run; Parquet and ORC are left to Spark's."""


@pytest.mark.parametrize("kind", ["json", "csv", "parquet", "glueparquet", "orc"])
def test_what_is_written_is_read_again(glue: Any, spark: Any, tmp_path: Path, kind: str) -> None:
    from awsglue import DynamicFrame

    frame = DynamicFrame.fromDF(spark.sql("select '1' as a, 'x' as dt union all select '2', 'y'"), glue)
    glue.write_dynamic_frame.from_options(
        frame=frame,
        connection_type="s3",
        connection_options={"path": str(tmp_path / "o"), "partitionKeys": ["dt"]},
        format=kind,
    )
    assert (tmp_path / "o" / "_SUCCESS").exists() == (kind in {"parquet", "orc"})
    assert (tmp_path / "o" / "dt=x").is_dir()
    (name,) = {file.name for file in (tmp_path / "o" / "dt=x").iterdir() if file.suffix != ".crc"}
    assert re.fullmatch(_NAMES[kind], name)
    options = {"withHeader": True} if kind == "csv" else {}
    assert sorted(d["a"] for d in dicts(read(glue, tmp_path / "o", kind, options, recurse=True))) == ["1", "2"]


def test_an_unresolved_choice_is_written_as_its_value(glue: Any, tmp_path: Path) -> None:
    """JSON and CSV have room for values of several types in one field."""
    lines = ['{"a":1,"b":{"x":[1,"q",2.5]},"k":"p"}', '{"a":"s","b":{"x":[]},"k":"q"}', '{"a":{"w":[1,"2"]},"k":"p"}']
    (tmp_path / "i.json").write_text("\n".join(lines) + "\n")
    frame = read(glue, tmp_path / "i.json", "json")
    for kind, keys in (("json", []), ("json", ["k"]), ("csv", [])):
        glue.write_dynamic_frame.from_options(
            frame=frame,
            connection_type="s3",
            connection_options={"path": str(tmp_path / f"{kind}{len(keys)}"), "partitionKeys": keys},
            format=kind,
        )

    def text(folder: str) -> list[str]:
        return [line for file in sorted((tmp_path / folder).rglob("run-*")) for line in file.read_text().splitlines()]

    assert text("json0") == lines
    assert text("json1/k=p") == ['{"a":1,"b":{"x":[1,"q",2.5]}}', '{"a":{"w":[1,"2"]}}']
    assert text("csv0")[1:] == ['1,"{""x"":[1,""q"",2.5]}",p', 's,"{""x"":[]}",q', '"{""w"":[1,""2""]}",,p']


def test_writing_again_appends(glue: Any, spark: Any, tmp_path: Path) -> None:
    sink = glue.getSink(connection_type="s3", path=str(tmp_path / "o"))
    sink.setFormat("glueparquet")
    from awsglue import DynamicFrame

    for _ in range(2):
        sink.writeFrame(DynamicFrame.fromDF(spark.sql("select 1 as a, null as nothing"), glue))
    assert spark.read.parquet(str(tmp_path / "o")).columns == ["a"]
    assert spark.read.parquet(str(tmp_path / "o")).count() == 2


def test_formats_that_are_not_there(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(NotSupportedError, match="delta"):
        read(glue, tmp_path, "delta")
    with pytest.raises(OptionError, match="yaml"):
        read(glue, tmp_path, "yaml")


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("s3://b/**", "s3://b/x/y.csv", True),
        ("s3://b/*.csv", "s3://b/x/y.csv", False),
        ("s3://b/x/[a-z]?.{csv,json}", "s3://b/x/y1.json", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool) -> None:
    assert bool(re.fullmatch(glob_pattern(glob), path)) is matches


def test_frames_of_a_collection_are_written_to_folders_of_their_names(glue: Any, spark: Any, tmp_path: Path) -> None:
    """Those that a script made of data frames are not: published scripts list `run-` in the path itself."""
    from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection

    nested = DynamicFrame.fromDF(spark.sql("select 1 as a, array(2, 3) as b"), glue, "nested")
    for folder, frames in {
        "named": nested.relationalize("root", str(tmp_path / "staging")),
        "made": DynamicFrameCollection({"made": DynamicFrame.fromDF(spark.sql("select 1 as a"), glue, "made")}, glue),
    }.items():
        glue.write_dynamic_frame.from_options(frames, "s3", {"path": str(tmp_path / folder)}, "csv")
    assert {path.name for path in (tmp_path / "named").iterdir() if path.is_dir()} == {"root", "root_b"}
    assert [path.name[:4] for path in (tmp_path / "made").glob("[!._]*")] == ["run-"]
