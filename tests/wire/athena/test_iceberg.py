"""Iceberg tables: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


def create(lab: Any, name: str, columns: str, more: str = "", properties: str = "") -> None:
    done = lab.run(
        f"CREATE TABLE {name} ({columns}) {more} LOCATION 's3://{{bucket}}/ice/{name}/' "
        f"TBLPROPERTIES ('table_type'='ICEBERG'{properties})"
    )
    assert done.state == "SUCCEEDED", done.reason


def count(lab: Any, outcome: Any) -> int:
    assert outcome.state == "SUCCEEDED", outcome.reason
    return int(lab.athena.get_query_results(QueryExecutionId=outcome.execution["QueryExecutionId"])["UpdateCount"])


def test_rows_are_inserted_updated_deleted_and_merged(lab: Any) -> None:
    columns = "id bigint, name string, amount decimal(10,2), ts timestamp, tags array<string>, m map<string,int>"
    create(lab, "t", columns)
    assert lab.run("SELECT * FROM t").rows == []
    done = lab.run(
        "INSERT INTO t VALUES (1, 'a', DECIMAL '1.50', TIMESTAMP '2020-01-01 00:00:00.123456', ARRAY['x'], "
        "MAP(ARRAY['k'], ARRAY[1])), "
        "(2, 'b', DECIMAL '2.50', NULL, NULL, NULL), (3, 'c', DECIMAL '3.50', NULL, ARRAY[], NULL)"
    )
    assert count(lab, done) == 3
    assert lab.run("SELECT * FROM t WHERE id = 1").rows == [
        ["1", "a", "1.50", "2020-01-01 00:00:00.123456", "[x]", "{k=1}"]
    ]
    assert count(lab, lab.run("UPDATE t SET name = upper(name), amount = amount + 1 WHERE id < 3")) == 2
    assert count(lab, lab.run("DELETE FROM t WHERE id = 3")) == 1
    assert lab.run("SELECT id, name, amount FROM t ORDER BY id").rows == [["1", "A", "2.50"], ["2", "B", "3.50"]]
    merged = lab.run(
        "MERGE INTO t AS o USING (VALUES (1, 'gone'), (2, 'B2'), (9, 'new')) AS s(id, name) ON o.id = s.id "
        "WHEN MATCHED AND s.name = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)"
    )
    assert count(lab, merged) == 3
    assert lab.run("SELECT id, name, amount FROM t ORDER BY id").rows == [["2", "B2", "3.50"], ["9", "new", None]]
    twice = lab.run(
        "MERGE INTO t USING (VALUES (2, 'x'), (2, 'y')) AS s(id, name) ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET name = s.name"
    )
    assert twice.reason.startswith("MERGE_TARGET_ROW_MULTIPLE_MATCHES")
    assert lab.run("UPDATE t SET id = 'x'").reason.startswith("TYPE_MISMATCH")
    assert lab.run("DELETE FROM t WHERE nope = 1").reason.startswith("COLUMN_NOT_FOUND: line 1:21")
    stored = lab.glue.get_table(DatabaseName=lab.database, Name="t")["Table"]
    assert stored["Parameters"]["table_type"] == "ICEBERG"
    assert stored["Parameters"]["metadata_location"].startswith(f"s3://{lab.bucket}/ice/t/metadata/")


def test_snapshots_can_be_travelled_and_looked_at(lab: Any) -> None:
    create(lab, "tt", "id int")
    lab.run("INSERT INTO tt VALUES 1")
    first = lab.run('SELECT snapshot_id FROM "tt$snapshots"').rows[0][0]
    lab.run("INSERT INTO tt VALUES 2")
    lab.run("ALTER TABLE tt ADD COLUMNS (name string)")
    assert lab.run(f"SELECT * FROM tt FOR VERSION AS OF {first}").rows == [["1"]]
    now = lab.run("SELECT * FROM tt FOR TIMESTAMP AS OF current_timestamp ORDER BY id")
    assert now.rows == [["1"], ["2"]], now.reason
    early = lab.run("SELECT * FROM tt FOR TIMESTAMP AS OF TIMESTAMP '2001-01-01 00:00:00 UTC'")
    assert early.reason.startswith("INVALID_ARGUMENTS: No version history table")
    assert lab.run("SELECT operation, summary['added-records'] FROM \"tt$snapshots\"").rows == [["append", "1"]] * 2
    assert lab.run('SELECT count(*), count_if(is_current_ancestor) FROM "tt$history"').rows == [["2", "2"]]
    assert lab.run('SELECT sum(record_count), min(file_format) FROM "tt$files"').rows == [["2", "PARQUET"]]
    assert lab.run('SELECT sum(added_rows_count) FROM "tt$manifests"').rows == [["2"]]
    assert lab.run('SELECT record_count, data.id.max FROM "tt$partitions"').rows == [["2", "2"]]
    assert lab.run('SELECT name, type FROM "tt$refs"').rows == [["main", "BRANCH"]]
    assert lab.run('SELECT * FROM "tt$nope"').reason.startswith("TABLE_NOT_FOUND")


def test_partition_transforms_and_evolution(lab: Any) -> None:
    create(
        lab,
        "pt",
        "id bigint, ts timestamp, kind string, o struct<a:int,b:string>",
        "PARTITIONED BY (day(ts), bucket(4, id), kind)",
    )
    lab.run(
        "INSERT INTO pt SELECT id, TIMESTAMP '2020-01-01 00:00:00' + id * INTERVAL '1' DAY, 'k', "
        "CAST(ROW(1, 'x') AS ROW(a integer, b varchar)) FROM UNNEST(sequence(1, 6)) AS s(id)"
    )
    assert lab.run('SELECT count(DISTINCT partition.ts_day) FROM "pt$partitions"').rows == [["6"]]
    for change in (
        "ADD COLUMNS (extra int COMMENT 'more')",
        "CHANGE COLUMN kind sort string",
        "CHANGE id id bigint AFTER ts",
        "DROP COLUMN extra",
        "SET TBLPROPERTIES ('vacuum_min_snapshots_to_keep'='2')",
    ):
        assert lab.run(f"ALTER TABLE pt {change}").state == "SUCCEEDED", change
    refused = lab.run("ALTER TABLE pt CHANGE id id string").reason
    assert refused == "ICEBERG_COMMIT_ERROR: Failed to set column type: Cannot change column type: id: long -> string"
    assert lab.run("SELECT * FROM pt WHERE sort = 'k' AND id = 1").rows == [
        ["2020-01-02 00:00:00.000000", "1", "k", "{a=1, b=x}"]
    ]
    shown = "\n".join(r[0] for r in lab.run("SHOW CREATE TABLE pt").rows)
    assert "PARTITIONED BY (day(`ts`), bucket(4, `id`), `sort`)" in shown
    described = [r[0] for r in lab.run("DESCRIBE pt").rows]
    assert described[0] == "# Table schema:\t\t"
    assert "ts_day\tday\tts" in described


def test_comments_of_columns_are_kept_and_that_of_the_table_is_not(lab: Any) -> None:
    made = lab.run(
        "CREATE TABLE commented (id int COMMENT 'a number') COMMENT 'a table' "
        "LOCATION 's3://{bucket}/commented/' TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    assert made.state == "SUCCEEDED", made.reason
    found = lab.athena.get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName=lab.database, TableName="commented"
    )["TableMetadata"]
    assert found["Columns"] == [{"Name": "id", "Type": "int", "Comment": "a number"}]
    assert "comment" not in found["Parameters"]
    lab.run("INSERT INTO commented VALUES (1)")
    create(lab, "moments", "ts timestamp")
    lab.run("INSERT INTO moments VALUES TIMESTAMP '2020-01-04 00:00:00-0'")
    assert lab.run("SELECT * FROM moments").rows == [["2020-01-04 00:00:00.000000"]]


def test_iceberg_from_a_query_optimized_vacuumed_and_dropped(lab: Any) -> None:
    done = lab.run(
        "CREATE TABLE ci WITH (table_type = 'ICEBERG', is_external = false, location = 's3://{bucket}/ice/ci/', "
        "partitioning = ARRAY['kind'], vacuum_max_snapshot_age_seconds = 0) AS SELECT 1 AS id, 'a' AS kind"
    )
    assert done.state == "SUCCEEDED", done.reason
    for number in range(2, 7):
        lab.run(f"INSERT INTO ci VALUES ({number}, 'a')")
    assert lab.run("OPTIMIZE ci REWRITE DATA USING BIN_PACK WHERE kind = 'a'").state == "SUCCEEDED"
    assert lab.run('SELECT count(*) FROM "ci$files"').rows == [["1"]]
    before = lab.s3.list_objects_v2(Bucket=lab.bucket, Prefix="ice/ci/data/")["KeyCount"]
    assert lab.run("VACUUM ci").state == "SUCCEEDED"
    after = lab.s3.list_objects_v2(Bucket=lab.bucket, Prefix="ice/ci/data/")["KeyCount"]
    assert (before, after) == (7, 1)
    assert lab.run("SELECT sum(id) FROM ci").rows == [["21"]]
    assert lab.run("DROP TABLE ci").state == "SUCCEEDED"
    assert lab.s3.list_objects_v2(Bucket=lab.bucket, Prefix="ice/ci/")["KeyCount"] == 0


def test_a_table_is_renamed_with_its_data(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-rename.html"""
    create(lab, "before", "id bigint")
    lab.run("INSERT INTO before VALUES (1)")
    assert lab.run("ALTER TABLE `{db}`.`before` RENAME TO `{db}`.`after`").state == "SUCCEEDED"
    assert lab.run("SELECT id FROM after").rows == [["1"]]
    assert lab.run("SELECT id FROM before").state == "FAILED"
    lab.run("INSERT INTO after VALUES (2)")
    assert lab.run("SELECT count(*) FROM after").rows == [["2"]]


def test_writers_that_cannot_both_be_kept(lab: Any) -> None:
    """INSERTs wait for each other; of two changes of the same rows one fails; no more than 100 partitions at once."""
    create(lab, "cw", "id int, n int", "PARTITIONED BY (id)")
    many = lab.run("INSERT INTO cw SELECT CAST(x AS integer), 0 FROM UNNEST(sequence(1, 101)) AS t(x)")
    assert many.reason.startswith("ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda i: lab.run(f"INSERT INTO cw VALUES ({i}, 0)"), range(4)))
        assert [d.state for d in done] == ["SUCCEEDED"] * 4, [d.reason for d in done]
        done = list(pool.map(lambda _: lab.run("UPDATE cw SET n = n + 1 WHERE id = 1"), range(4)))
    kept = sum(d.state == "SUCCEEDED" for d in done)
    assert kept >= 1
    assert all(d.reason.startswith("ICEBERG_COMMIT_ERROR: Failed to commit") for d in done if d.state == "FAILED")
    assert lab.run("SELECT n FROM cw WHERE id = 1").rows == [[str(kept)]]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM strict WHERE id > 0 LIMIT 1",
        "DELETE FROM strict WHERE id > 0 RETURNING id",
        "DELETE FROM strict USING other WHERE id > 0",
        "UPDATE strict SET id = 2 LIMIT 1",
        "UPDATE strict SET id = 2 FROM other",
        "UPDATE strict SET id = 2 RETURNING id",
    ],
)
def test_clauses_that_trino_lacks_are_refused_not_ignored(lab: Any, statement: str) -> None:
    with pytest.raises(lab.athena.exceptions.InvalidRequestException, match="mismatched input"):
        lab.run(statement)


@pytest.mark.parametrize(
    ("partitions", "properties", "reason"),
    [
        ("", ", 'write.target-file-size-bytes'='1'", "Unsupported table property key: write.target-file-size-bytes"),
        ("", ", 'write_compression'='best'", "Invalid value of write_compression: best"),
        ("PARTITIONED BY (hour(d))", "", "hour cannot transform date values from 'd'"),
        ("PARTITIONED BY (bucket(0, d))", "", "Invalid argument of bucket: 0"),
    ],
)
def test_what_no_table_can_have_is_refused_at_once(lab: Any, partitions: str, properties: str, reason: str) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html: the list of properties."""
    made = lab.run(
        f"CREATE TABLE never (d date) {partitions} LOCATION 's3://{{bucket}}/ice/never/' "
        f"TBLPROPERTIES ('table_type'='ICEBERG'{properties})"
    )
    assert reason in made.reason
    assert lab.run("DESCRIBE never").state == "FAILED"


def test_only_partitions_are_chosen_for_optimize(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html."""
    create(lab, "chosen", "id int, p string", "PARTITIONED BY (p)")
    lab.run("INSERT INTO chosen VALUES (1, 'x')")
    assert lab.run("OPTIMIZE chosen REWRITE DATA USING BIN_PACK WHERE p = 'x'").state == "SUCCEEDED"
    assert lab.run("OPTIMIZE chosen REWRITE DATA USING BIN_PACK WHERE id = 1").reason.startswith("NOT_SUPPORTED")
