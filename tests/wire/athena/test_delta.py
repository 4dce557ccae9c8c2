"""Delta Lake tables as Athena reads them: https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html.

The logs are written here, action by action: https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
"""

import io
import json
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

THIRD_ROW = "^Bg9^0rr910000000000iXQKl0rr91000005c8Xg0SSi2"
"""A vector of deleted rows that holds position 2, as the log has it inline."""


def field(name: str, kind: Any, physical: str | None = None) -> dict[str, Any]:
    metadata = (
        {"delta.columnMapping.physicalName": physical, "delta.columnMapping.id": int(physical[-1])} if physical else {}
    )
    return {"name": name, "type": kind, "nullable": True, "metadata": metadata}


def write(lab: Any, place: str, version: int, actions: list[dict[str, Any]]) -> None:
    lab.put(f"{place}/_delta_log/{version:020d}.json", "\n".join(map(json.dumps, actions)).encode())


def begin(fields: list[dict[str, Any]], keys: list[str], **configuration: str) -> list[dict[str, Any]]:
    protocol: dict[str, Any] = {"minReaderVersion": 1, "minWriterVersion": 2}
    if configuration:
        features = ["columnMapping", "deletionVectors"]
        protocol = {
            "minReaderVersion": 3,
            "minWriterVersion": 7,
            "readerFeatures": features,
            "writerFeatures": features,
        }
    metadata = {
        "id": "t", "format": {"provider": "parquet", "options": {}}, "partitionColumns": keys,
        "schemaString": json.dumps({"type": "struct", "fields": fields}), "configuration": configuration,
        "createdTime": 1,
    }  # fmt: skip
    return [{"protocol": protocol}, {"metaData": metadata}]


def add(lab: Any, place: str, name: str, columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    lab.put(f"{place}/{name}", sink.getvalue())
    entry = {"path": name, "partitionValues": {}, "size": sink.tell(), "modificationTime": 1000, "dataChange": True}
    return {"add": {**entry, **more}}


def create(lab: Any, place: str) -> None:
    made = lab.run(
        f"CREATE EXTERNAL TABLE {place} LOCATION 's3://{{bucket}}/{place}/' TBLPROPERTIES ('table_type'='DELTA')"
    )
    assert made.state == "SUCCEEDED", made.reason


def test_the_newest_version_is_read_by_its_partitions(lab: Any) -> None:
    fields = [field("ID", "long"), field("day", "date"), field("word", "string"), field("at", "timestamp")]
    first = add(lab, "dl", "a.parquet", {"ID": [1]}, partitionValues={"day": "2020-01-01", "word": "b c/d"})
    other = add(lab, "dl", "b%20c.parquet", {"ID": [2]}, partitionValues={"day": None, "word": "x"})
    other["add"]["path"] = "b%2520c.parquet"  # addresses are encoded
    write(lab, "dl", 0, [*begin(fields, ["day", "word"]), first, other])
    create(lab, "dl")
    assert lab.run("DESCRIBE dl").rows[0] == ["ID".lower().ljust(20) + "\tbigint              \t" + " " * 20]
    expected = [["1", "2020-01-01", "b c/d", None], ["2", None, "x", None]]
    assert lab.run("SELECT * FROM dl ORDER BY id").rows == expected
    narrow = lab.run("SELECT id, \"$path\" FROM dl WHERE day = DATE '2020-01-01' AND word LIKE 'b%'")
    assert narrow.rows == [["1", f"s3://{lab.bucket}/dl/a.parquet"]]
    assert lab.run("SELECT id FROM dl WHERE day IS NULL").rows == [["2"]]
    gone = {"remove": {"path": "a.parquet", "deletionTimestamp": 2, "dataChange": True}}
    moment = pa.array([1_577_934_245_678_000], pa.timestamp("us", "UTC"))
    more = add(lab, "dl", "c.parquet", {"ID": [3], "at": moment}, partitionValues={"day": "2020-01-03", "word": ""})
    write(lab, "dl", 1, [gone, more])
    assert lab.run("SELECT id, at FROM dl ORDER BY id").rows == [["2", None], ["3", "2020-01-02 03:04:05.678 UTC"]]
    assert lab.run("SELECT count(*) FROM dl").rows == [["2"]]


def test_renamed_columns_and_deleted_rows(lab: Any) -> None:
    inside, item = (
        {"type": "struct", "fields": [field("a", "integer", f"col-{n}"), field("b", "string", f"col-{n + 1}")]}
        for n in (3, 6)
    )
    listed = {"type": "array", "elementType": item, "containsNull": True}
    fields = [field("id", "long", "col-1"), field("st", inside, "col-2"), field("xs", listed, "col-5")]
    columns = {
        "col-1": [1, 2, 3],
        "col-2": [{"col-4": "x", "col-3": 7}, None, {"col-4": "x", "col-3": 7}],
        "col-5": [[{"col-6": 8, "col-7": "y"}], None, []],
    }
    vector = {"storageType": "i", "pathOrInlineDv": THIRD_ROW, "sizeInBytes": 34, "cardinality": 1}
    whole = add(lab, "mapped", "a.parquet", columns)
    holed = add(lab, "mapped", "b.parquet", {"col-1": [4, 5, 6, 7]}, deletionVector=vector, stats='{"numRecords":4}')
    write(lab, "mapped", 0, [*begin(fields, [], **{"delta.columnMapping.mode": "name"}), whole, holed])
    create(lab, "mapped")
    assert lab.run("SELECT * FROM mapped ORDER BY id").rows[:2] == [
        ["1", "{a=7, b=x}", "[{a=8, b=y}]"],
        ["2", None, None],
    ]
    assert [row[0] for row in lab.run("SELECT id FROM mapped ORDER BY id").rows] == ["1", "2", "3", "4", "5", "7"]
    assert lab.run("SELECT count(*) FROM mapped").rows == [["6"]]
    assert lab.run("SELECT st.b, count(*) FROM mapped WHERE st.a = 7 GROUP BY 1").rows == [["x", "2"]]


def test_a_table_that_spark_put_into_the_catalog_is_read_by_its_log(lab: Any) -> None:
    added = add(lab, "sparked", "a.parquet", {"id": [1]})
    write(lab, "sparked", 0, [*begin([field("id", "long")], []), added])
    lab.put("sparked/unknown.parquet", b"no file of the table")
    lab.glue.create_table(
        DatabaseName=lab.database,
        TableInput={
            "Name": "sparked",
            "Parameters": {"spark.sql.sources.provider": "delta"},
            "StorageDescriptor": {
                "Columns": [{"Name": "col", "Type": "array<string>"}],
                "Location": f"s3://{lab.bucket}/sparked-__PLACEHOLDER__",
                "SerdeInfo": {"Parameters": {"path": f"s3://{lab.bucket}/sparked"}},
            },
        },
    )
    assert lab.run("SELECT * FROM sparked").rows == [["1"]]
    assert lab.run("INSERT INTO sparked VALUES 2").reason.startswith("NOT_SUPPORTED")
    assert lab.run("DELETE FROM sparked").reason.startswith("NOT_SUPPORTED")
    assert lab.run("SELECT * FROM sparked FOR VERSION AS OF 0").reason.startswith("NOT_SUPPORTED")


def test_a_statement_says_no_more_than_where_the_table_is(lab: Any) -> None:
    properties = "TBLPROPERTIES ('table_type'='DELTA')"
    more = lab.run(f"CREATE EXTERNAL TABLE never (id int) LOCATION 's3://{{bucket}}/dl/' {properties}")
    assert "takes LOCATION and the table property table_type only" in more.reason
    none = lab.run(f"CREATE EXTERNAL TABLE never LOCATION 's3://{{bucket}}/nothing/' {properties}")
    assert none.reason.startswith("DELTA_LAKE_INVALID_TABLE: No transaction log found in location")


@pytest.mark.parametrize("path", ["file:///etc/passwd", "/etc/passwd", "../../../../etc/passwd", "http://127.0.0.1/x"])
def test_a_log_reaches_no_file_of_this_machine(lab: Any, path: str) -> None:
    place = f"evil{len(path)}"
    entry = {"path": path, "partitionValues": {}, "size": 10, "modificationTime": 1, "dataChange": True}
    write(lab, place, 0, [*begin([field("id", "string")], []), {"add": entry}])
    made = lab.run(
        f"CREATE EXTERNAL TABLE {place} LOCATION 's3://{{bucket}}/{place}/' TBLPROPERTIES ('table_type'='DELTA')"
    )
    found = lab.run(f"SELECT * FROM {place}")
    assert (made.state, found.state) in (("FAILED", "FAILED"), ("SUCCEEDED", "FAILED"))
    assert "root:" not in made.reason + found.reason


def test_a_broken_log_names_no_folder_of_this_machine(lab: Any) -> None:
    lab.put(f"broken/_delta_log/{0:020d}.json", b"{not json")
    made = lab.run("CREATE EXTERNAL TABLE broken LOCATION 's3://{bucket}/broken/' TBLPROPERTIES ('table_type'='DELTA')")
    assert made.reason.startswith("DELTA_LAKE_INVALID_TABLE: Error getting snapshot for s3://")
    assert "/tmp" not in made.reason.replace(lab.bucket, "")
