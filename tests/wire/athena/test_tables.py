"""Tables, DDL and what is written: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html."""

import gzip
import io
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc, parquet


def to_parquet(columns: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_parquet_partitions_are_read_by_name_and_pruned(lab: Any) -> None:
    for day in ("2020-01-01", "2020-01-02"):
        lab.put(f"pq/dt={day}/a.parquet", to_parquet({"ID": [1, 2], "name": [day, None]}))
    lab.run(
        "CREATE EXTERNAL TABLE pq (id bigint, name string, added int) PARTITIONED BY (dt string) "
        "STORED AS PARQUET LOCATION 's3://{bucket}/pq/'"
    )
    assert lab.run("SELECT * FROM pq").rows == []
    assert lab.run("MSCK REPAIR TABLE pq").rows[0][0].startswith("Partitions not in metastore:")
    assert lab.run("SHOW PARTITIONS pq").rows == [["dt=2020-01-01"], ["dt=2020-01-02"]]
    rows = lab.run("SELECT id, name, added, dt FROM PQ ORDER BY dt, id").rows
    assert rows[0] == ["1", "2020-01-01", None, "2020-01-01"]
    assert len(rows) == 4
    every = lab.run("SELECT sum(id) FROM pq").execution["Statistics"]["DataScannedInBytes"]
    one = lab.run("SELECT sum(id) FROM pq WHERE dt = '2020-01-01'").execution["Statistics"]["DataScannedInBytes"]
    assert 0 < one < every


def test_what_a_query_scans_does_not_depend_on_earlier_ones(lab: Any) -> None:
    lab.put("again/a.parquet", to_parquet({"id": list(range(1000))}))
    lab.run("CREATE EXTERNAL TABLE again (id bigint) STORED AS PARQUET LOCATION 's3://{bucket}/again/'")

    def scanned(sql: str) -> int:
        return int(lab.run(sql).execution["Statistics"]["DataScannedInBytes"])

    assert scanned("SELECT sum(id) FROM again") == scanned("SELECT sum(id) FROM again") > 0
    assert scanned("SELECT count(*) FROM again") == 0, "the footers are enough"


_BY_DAY = {"1": [1, 2, 3], "2": [4], "3": []}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT count(*), max(d), count(DISTINCT d), min(d) || '!' FROM {t}", [["4", "2", "2", "1!"]]),
        ("SELECT d, count(*) n FROM {t} GROUP BY d HAVING count(*) > 0 ORDER BY n DESC", [["1", "3"], ["2", "1"]]),
        ("SELECT DISTINCT d FROM {t} ORDER BY 1", [["1"], ["2"]]),
        ("SELECT count(*) FROM {t} WHERE d = '9'", [["0"]]),
        ("SELECT max(1), max(d) FROM {t} WHERE d = '3'", [[None, None]]),
        ("SELECT count(*), sum(a) FROM {t} WHERE d <> '2'", [["3", "6"]]),
        ("SELECT count(*) FROM {t} WHERE a > 2", [["2"]]),
        ("SELECT count(*) FILTER (WHERE d = '1'), count(*) FROM {t}", [["3", "4"]]),
        ("SELECT sum(1), array_agg(d ORDER BY d) FROM {t}", [["4", "[1, 1, 1, 2]"]]),
        ("SELECT d, count(*) OVER () FROM {t} ORDER BY d", [["1", "4"]] * 3 + [["2", "4"]]),
        ("SELECT count(*) FROM {t} x JOIN {t} y ON x.d = y.d", [["10"]]),
        ("SELECT count(*) FROM {t} WHERE d = (SELECT min(d) FROM {t})", [["3"]]),
        ("SELECT count(*), count(DISTINCT random(1000000000)) > 1 FROM {t}", [["4", "true"]]),
        ("SELECT d, count(*) FROM {t} GROUP BY ROLLUP (d) ORDER BY d", [["1", "3"], ["2", "1"], [None, "4"]]),
        ("SELECT count(*) * 2 FROM (SELECT d FROM {t} UNION ALL SELECT d FROM {t})", [["16"]]),
    ],
)
def test_rows_are_counted_by_partition_without_being_read(lab: Any, query: str, rows: list[list[str | None]]) -> None:
    for kind, serde in (("parquet", "PARQUET"), ("text", "TEXTFILE")):
        lab.run(
            f"CREATE EXTERNAL TABLE IF NOT EXISTS by_day_{kind} (a bigint) PARTITIONED BY (d string) "
            f"STORED AS {serde} LOCATION 's3://{{bucket}}/by_day_{kind}/'"
        )
        for day, values in _BY_DAY.items():
            text = "".join(f"{v}\n" for v in values).encode()
            body = to_parquet({"a": pa.array(values, pa.int64())}) if kind == "parquet" else text
            lab.put(f"by_day_{kind}/d={day}/file", body)
        lab.run(f"MSCK REPAIR TABLE by_day_{kind}")
    for kind in ("parquet", "text"):
        assert lab.run(query.format(t=f"by_day_{kind}")).rows == rows, kind


def test_counting_reads_nothing_and_takes_each_format_of_a_table(lab: Any) -> None:
    lab.run(
        "CREATE EXTERNAL TABLE mixed (a string) PARTITIONED BY (d int) STORED AS TEXTFILE LOCATION 's3://{bucket}/mixed/'"
    )
    lab.put("mixed/d=1/a.csv", b"x\ny\n")
    lab.put("mixed/d=2/b.parquet", to_parquet({"a": ["x", "y", "z"]}))
    lab.run("ALTER TABLE mixed ADD PARTITION (d = 1)")
    table = lab.glue.get_table(DatabaseName=lab.database, Name="mixed")["Table"]
    descriptor = table["StorageDescriptor"] | {
        "Location": f"{table['StorageDescriptor']['Location'].rstrip('/')}/d=2/",
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    }
    lab.glue.create_partition(
        DatabaseName=lab.database, TableName="mixed", PartitionInput={"Values": ["2"], "StorageDescriptor": descriptor}
    )
    assert lab.run("SELECT d, count(*) FROM mixed GROUP BY d ORDER BY d").rows == [["1", "2"], ["2", "3"]]
    outcome = lab.run("SELECT count(*), max(d) + 1 FROM mixed WHERE d = 2")
    assert outcome.rows == [["3", "3"]]
    assert outcome.execution["Statistics"]["DataScannedInBytes"] == 0


@pytest.mark.parametrize("packed", ["GZIP", "BZIP2", "ZSTD", "NONE"])
@pytest.mark.parametrize("form", ["TEXTFILE", "JSON", "PARQUET"])
def test_partitions_are_written_packed_and_read_back(lab: Any, form: str, packed: str) -> None:
    if (form, packed) == ("PARQUET", "BZIP2"):
        packed = "SNAPPY"
    name = f"packed_{form}_{packed}".lower()
    made = lab.run(
        f"CREATE TABLE {name} WITH (format = '{form}', write_compression = '{packed}', partitioned_by = ARRAY['k']) AS "
        "SELECT n, TIMESTAMP '2020-01-01 00:00:00' + n * INTERVAL '1' second AS t, n % 3 AS k "
        "FROM UNNEST(sequence(1, 1000)) AS u(n)"
    )
    assert made.state == "SUCCEEDED", made.reason
    found = lab.run(f"SELECT k, count(*), sum(n), max(t) FROM {name} GROUP BY k ORDER BY k")
    assert found.rows == [
        ["0", "333", "166833", "2020-01-01 00:16:39.000"],
        ["1", "334", "167167", "2020-01-01 00:16:40.000"],
        ["2", "333", "166500", "2020-01-01 00:16:38.000"],
    ], found.reason


def test_rows_alone_are_counted_by_the_footers(lab: Any) -> None:
    lab.run("CREATE EXTERNAL TABLE counted (id bigint) STORED AS PARQUET LOCATION 's3://{bucket}/counted/'")
    for name, count in (("a", 3), ("b", 2), ("c", 0), ("a", 4)):
        lab.put(f"counted/{name}.parquet", to_parquet({"id": list(range(count))}))
    outcome = lab.run("SELECT count(*), count(*) FILTER (WHERE true) FROM counted, (VALUES 1, 2)")
    assert outcome.rows == [["12", "12"]]
    assert lab.run("SELECT 'x' FROM counted").rows == [["x"]] * 6
    assert lab.run("SELECT count(*) FROM counted WHERE id > 1").rows == [["2"]]
    assert lab.run("""SELECT "$path" LIKE '%a.parquet', count(*) FROM counted GROUP BY 1 ORDER BY 1""").rows == [
        ["false", "2"], ["true", "4"],
    ]  # fmt: skip
    lab.put("counted/d.parquet", b"PAR1")
    assert lab.run("SELECT count(*) FROM counted").reason.startswith("HIVE_BAD_DATA: Not valid Parquet file: s3://")


def test_an_object_written_anew_is_read_anew(lab: Any) -> None:
    lab.run("CREATE EXTERNAL TABLE anew (id bigint) STORED AS PARQUET LOCATION 's3://{bucket}/anew/'")
    asked = "SELECT count(*), sum(id) FROM anew"
    for count in (3, 1):
        lab.put("anew/a.parquet", to_parquet({"id": [7] * count}))
        assert lab.run(asked).rows == [[str(count), str(7 * count)]]
    lab.put("anew/folder/b.parquet", to_parquet({"id": [1]}))
    assert lab.run(asked).rows == [["2", "8"]]
    lab.s3.delete_object(Bucket=lab.bucket, Key="anew/a.parquet")
    assert lab.run(asked).rows == [["1", "1"]]
    lab.s3.put_bucket_versioning(Bucket=lab.bucket, VersioningConfiguration={"Status": "Enabled"})
    lab.put("anew/folder/b.parquet", to_parquet({"id": [5, 5]}))
    assert lab.run(asked).rows == [["2", "10"]]
    lab.s3.delete_object(Bucket=lab.bucket, Key="anew/folder/b.parquet")
    assert lab.run(asked).rows == [["0", None]]


def test_a_parquet_column_of_another_type_is_bad_data(lab: Any) -> None:
    lab.put("bad/a.parquet", to_parquet({"id": ["x"]}))
    lab.run("CREATE EXTERNAL TABLE bad (id bigint) STORED AS PARQUET LOCATION 's3://{bucket}/bad/'")
    reason = lab.run("SELECT id FROM bad").reason
    assert reason.startswith("HIVE_BAD_DATA: Field id's type BINARY in parquet file s3://")
    assert reason.endswith("is incompatible with type bigint defined in table schema")


def test_json_lines_with_nested_values(lab: Any) -> None:
    lab.put(
        "js/a.json",
        b'{"Id":1,"o":{"a":1,"B":"q"},"xs":[1,2],"m":{"k":5},"t":"2020-01-01 00:00:00"}\n{"id":2,"o":null}\n',
    )
    lab.put("js/b.json.gz", gzip.compress(b'{"id":3,"xs":[]}\n'))
    lab.run(
        "CREATE EXTERNAL TABLE js (id int, o struct<a:int,b:string>, xs array<int>, m map<string,int>, t timestamp) "
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{bucket}/js/'"
    )
    assert lab.run("SELECT id, o.b, xs, m['k'], t FROM js WHERE id = 1").rows == [
        ["1", "q", "[1, 2]", "5", "2020-01-01 00:00:00.000"]
    ]
    assert lab.run("SELECT id, o, xs FROM js WHERE id > 1 ORDER BY id").rows == [["2", None, None], ["3", None, "[]"]]


def test_malformed_json_fails_unless_the_table_ignores_it(lab: Any) -> None:
    lab.put("mj/a.json", b'{"id":1}\nnot json\n')
    ddl = "CREATE EXTERNAL TABLE {0} (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' {1} LOCATION 's3://{{bucket}}/mj/'"
    lab.run(ddl.format("mj1", ""))
    lab.run(ddl.format("mj2", "WITH SERDEPROPERTIES ('ignore.malformed.json'='true')"))
    reason = lab.run("SELECT * FROM mj1").reason
    assert reason.startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: ")
    assert "/objects/" not in reason  # no path of this machine
    assert lab.run("SELECT count(*), count(id) FROM mj2").rows == [["2", "1"]]


def test_delimited_text_as_hive_reads_it(lab: Any) -> None:
    lab.put("tx/a.tsv", b'1|x "y"|2020-01-01\nbad|\\N|nope|more\n3\n')
    lab.run(
        "CREATE EXTERNAL TABLE tx (id int, name string, d date) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' "
        "LOCATION 's3://{bucket}/tx/'"
    )
    found = lab.run("SELECT * FROM tx ORDER BY id").rows
    assert found == [["1", 'x "y"', "2020-01-01"], ["3", None, None], [None, None, None]]


def test_open_csv_with_quotes_and_a_header(lab: Any) -> None:
    lab.put("oc/a.csv", b'id,name,amount\n1,"a, ""b""",1.5\n2,,\n')
    lab.run(
        "CREATE EXTERNAL TABLE oc (id int, name string, amount double) ROW FORMAT SERDE "
        "'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('escapeChar'='\"') "
        "LOCATION 's3://{bucket}/oc/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    assert lab.run("SELECT * FROM oc ORDER BY id").rows == [["1", 'a, "b"', "1.5"], ["2", "", None]]


def test_orc(lab: Any) -> None:
    sink = io.BytesIO()
    orc.write_table(pa.table({"id": [1, 2], "name": ["a", None]}), sink)
    lab.put("oo/a.orc", sink.getvalue())
    lab.run("CREATE EXTERNAL TABLE oo (id bigint, name string) STORED AS ORC LOCATION 's3://{bucket}/oo/'")
    assert lab.run("SELECT * FROM oo ORDER BY id").rows == [["1", "a"], ["2", None]]


def test_partition_projection_needs_no_partitions(lab: Any) -> None:
    lab.put("pp/2020/01/02/a.parquet", to_parquet({"id": [1]}))
    lab.put("pp/2020/01/05/a.parquet", to_parquet({"id": [5]}))
    lab.run(
        "CREATE EXTERNAL TABLE pp (id bigint) PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://{bucket}/pp/' "  # noqa: E501
        "TBLPROPERTIES ('projection.enabled'='true', 'projection.day.type'='date', 'projection.day.format'='yyyy/MM/dd', "  # noqa: E501
        "'projection.day.range'='2020/01/01,2020/01/10', 'storage.location.template'='s3://{bucket}/pp/${day}')"
    )
    assert lab.run("SELECT id, day FROM pp WHERE day >= '2020/01/03'").rows == [["5", "2020/01/05"]]


def test_an_injected_key_is_told_by_constants_only(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html."""
    lab.put("inj/abc/a", b"1\n")
    lab.run(
        "CREATE EXTERNAL TABLE inj (a int) PARTITIONED BY (id string) LOCATION 's3://{bucket}/inj/' TBLPROPERTIES "
        "('projection.enabled'='true', 'projection.id.type'='injected', 'storage.location.template'='s3://{bucket}/inj/${id}')"
    )
    for condition in ("id = 'abc'", "id IN ('abc', 'it''s')", "id = 'abc' OR id = 'z' OR id IN ('y')"):
        found = lab.run(f"SELECT * FROM inj WHERE {condition}")
        assert found.rows == [["1", "abc"]], (condition, found.reason)
    for condition in ("id = 'ab' || 'c'", "id > 'a'", "a = 1"):
        assert lab.run(f"SELECT * FROM inj WHERE {condition}").reason.startswith(
            "CONSTRAINT_VIOLATION: For the injected"
        )


@pytest.mark.parametrize("form", ["PARQUET", "JSON", "ORC", "TEXTFILE", "ION"])
def test_ctas_writes_what_it_reads_back(lab: Any, form: str) -> None:
    done = lab.run(
        f"CREATE TABLE ctas_{form} WITH (format = '{form}') AS SELECT 1 AS id, 'x,y' AS name, ARRAY['a','b'] AS tags, "
        "DATE '2020-01-01' AS d, TIMESTAMP '2020-01-01 01:02:03' AS t, DECIMAL '1.50' AS amount"
    )
    assert done.state == "SUCCEEDED", done.reason
    assert f"/tables/{done.execution['QueryExecutionId']}" in done.execution["ResultConfiguration"]["OutputLocation"]
    rows = lab.run(f"SELECT * FROM ctas_{form}").rows
    assert rows == [["1", "x,y", "[a, b]", "2020-01-01", "2020-01-01 01:02:03.000", "1.50"]]


def test_manifests_of_addresses_are_followed(lab: Any) -> None:
    """As Delta Lake writes them for Athena: https://docs.delta.io/latest/presto-integration.html (read 2026-11)."""
    for name in ("old", "new", "other"):
        lab.put(f"delta/dt=a/{name}.parquet", to_parquet({"id": [len(name)]}))
    lines = "".join(f"s3://{lab.bucket}/delta/dt=a/{name}.parquet\n" for name in ("new", "other"))
    lab.put("delta/_symlink_format_manifest/dt=a/manifest", lines.encode())
    lab.run(
        "CREATE EXTERNAL TABLE delta (id bigint) PARTITIONED BY (dt string) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' "
        "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' "
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' "
        "LOCATION 's3://{bucket}/delta/_symlink_format_manifest/'"
    )
    lab.run("MSCK REPAIR TABLE delta")
    asked = """SELECT id, dt, regexp_extract("$path", '[^/]+$') FROM delta ORDER BY 1"""
    assert lab.run(asked).rows == [["3", "a", "new.parquet"], ["5", "a", "other.parquet"]]
    lab.put("delta/_symlink_format_manifest/dt=a/manifest", b"file:///etc/hostname\n")
    assert lab.run(asked).reason == "INVALID_TABLE_PROPERTY: Not an S3 location: file:///etc/hostname"


def test_timestamps_in_parquet_have_96_bits(lab: Any) -> None:
    """As UNLOAD and CTAS write them on AWS; PyAthena's tests of fastparquet and Arrow read them so."""
    values = (
        "(VALUES (TIMESTAMP '1900-01-01 01:02:03.456', 'old'), (TIMESTAMP '2262-12-31 00:00:00.001', 'new'), "
        "(NULL, 'no')) AS t(at, part)"
    )
    lab.run(
        "CREATE TABLE stamped WITH (partitioned_by = ARRAY['part'], external_location = 's3://{bucket}/stamped/', "
        "write_compression = 'ZSTD') AS SELECT at, ARRAY[ROW(at)] AS nested, map(ARRAY['k'], ARRAY[at]) AS m, part "
        f"FROM {values}"
    )
    listed = lab.s3.list_objects_v2(Bucket=lab.bucket, Prefix="stamped/")["Contents"]
    assert len(listed) == 3
    for each in listed:
        columns = parquet.ParquetFile(io.BytesIO(lab.body(f"s3://{lab.bucket}/{each['Key']}"))).metadata.row_group(0)
        kinds = [(columns.column(i).physical_type, columns.column(i).compression) for i in (0, 1, 3)]
        assert kinds == [("INT96", "ZSTD")] * 3
    rows = lab.run("SELECT at, nested[1][1] = at, m['k'] = at, part FROM stamped ORDER BY part").rows
    assert rows == [
        ["2262-12-31 00:00:00.001", "true", "true", "new"],
        [None, None, None, "no"],
        ["1900-01-01 01:02:03.456", "true", "true", "old"],
    ]


def test_only_blanks_are_cut_off_what_is_inserted(lab: Any) -> None:
    """Trino's `LogicalPlanner.noTruncationCast`."""
    lab.run("CREATE EXTERNAL TABLE short (a varchar(3), b char(3)) STORED AS PARQUET LOCATION 's3://{bucket}/short/'")
    assert lab.run("INSERT INTO short VALUES ('ab   ', 'abc   '), (NULL, 'x')").state == "SUCCEEDED"
    assert lab.run("INSERT INTO short VALUES ('abcd', 'a')").reason == (
        "INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from varchar(4) to varchar(3) on INSERT"  # noqa: E501
    )
    assert "from varchar(4) to char(3)" in lab.run("INSERT INTO short VALUES ('a', 'abcd')").reason
    assert lab.run("SELECT a, length(a) FROM short ORDER BY b").rows == [["ab ", "3"], [None, None]]


def test_insert_and_partitioned_ctas(lab: Any) -> None:
    lab.run(
        "CREATE TABLE parts WITH (partitioned_by = ARRAY['dt'], external_location = 's3://{bucket}/parts/') AS "
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, dt)"
    )
    assert lab.run("SHOW PARTITIONS parts").rows == [["dt=a"], ["dt=b"]]
    done = lab.run("INSERT INTO parts VALUES (3, 'c'), (4, 'a')")
    assert done.state == "SUCCEEDED", done.reason
    results = lab.athena.get_query_results(QueryExecutionId=done.execution["QueryExecutionId"])
    assert results["UpdateCount"] == 2
    assert lab.run("SELECT dt, array_agg(id ORDER BY id) FROM parts GROUP BY dt ORDER BY dt").rows == [
        ["a", "[1, 4]"],
        ["b", "[2]"],
        ["c", "[3]"],
    ]
    assert lab.run("INSERT INTO parts SELECT 'x', 'y'").reason.startswith("TYPE_MISMATCH")
    assert lab.run("INSERT INTO parts SELECT BIGINT '5', 'c'").state == "SUCCEEDED"
    assert lab.run("SELECT sum(id) FROM parts WHERE dt = 'c'").rows == [["8"]]
    assert lab.run("INSERT INTO parts SELECT BIGINT '3000000000', 'c'").reason == (
        "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 3000000000"
    )
    again = lab.run("CREATE TABLE parts2 WITH (external_location = 's3://{bucket}/parts/') AS SELECT 1 AS x")
    assert again.reason.startswith("HIVE_PATH_ALREADY_EXISTS")


def test_unload_writes_files_and_a_manifest(lab: Any) -> None:
    done = lab.run("UNLOAD (SELECT 1 AS id) TO 's3://{bucket}/un/' WITH (format = 'PARQUET', compression = 'SNAPPY')")
    manifest = lab.body(done.execution["Statistics"]["DataManifestLocation"]).decode().split()
    assert len(manifest) == 1
    assert parquet.read_table(io.BytesIO(lab.body(manifest[0]))).to_pylist() == [{"id": 1}]


def test_views_are_stored_as_athena_stores_them(lab: Any) -> None:
    lab.run("CREATE OR REPLACE VIEW v AS SELECT 1 AS id, 'x' AS name")
    assert lab.run("SELECT name FROM v").rows == [["x"]]
    stored = lab.glue.get_table(DatabaseName=lab.database, Name="v")["Table"]
    assert stored["TableType"] == "VIRTUAL_VIEW"
    assert stored["ViewOriginalText"].startswith("/* Presto View: ")
    assert stored["StorageDescriptor"]["Columns"] == [
        {"Name": "id", "Type": "int"},
        {"Name": "name", "Type": "varchar(1)"},
    ]
    assert lab.run("SHOW CREATE VIEW v").rows[0] == [f"CREATE VIEW {lab.database}.v AS"]
    assert lab.run("DROP VIEW v").state == "SUCCEEDED"
    assert lab.run("SELECT * FROM v").reason.startswith("TABLE_NOT_FOUND")


def test_functions_are_listed_by_a_pattern_of_sql(lab: Any) -> None:
    """https://trino.io/docs/current/sql/show-functions.html"""
    assert ["abs"] in lab.run("SHOW FUNCTIONS").rows
    assert lab.run("SHOW FUNCTIONS LIKE 'word%'").rows == [["word_stem"]]
    assert lab.run("SHOW FUNCTIONS LIKE 'ab_'").rows == [["abs"]]
    assert lab.run("SHOW FUNCTIONS LIKE 'word#_%' ESCAPE '#'").rows == [["word_stem"]]
    assert lab.run("SHOW FUNCTIONS LIKE 'word#%' ESCAPE '#'").rows == []
    assert lab.run("SHOW FUNCTIONS LIKE 'abs' 'x'").state == "FAILED"


def test_alter_describe_and_drop(lab: Any) -> None:
    lab.run(
        "CREATE EXTERNAL TABLE al (id int) PARTITIONED BY (dt string) STORED AS PARQUET LOCATION 's3://{bucket}/al/'"
    )
    lab.run("ALTER TABLE al ADD COLUMNS (name string COMMENT 'who')")
    lab.run("ALTER TABLE al ADD PARTITION (dt='a') PARTITION (dt='b') LOCATION 's3://{bucket}/elsewhere/'")
    lab.run("ALTER TABLE al DROP PARTITION (dt='a')")
    assert lab.run("SHOW PARTITIONS al").rows == [["dt=b"]]
    described = [row[0].split("\t")[0].strip() for row in lab.run("DESCRIBE al").rows]
    assert described[:3] == ["id", "name", "dt"]
    assert ["al"] in lab.run("SHOW TABLES").rows
    assert lab.run("DROP TABLE al").state == "SUCCEEDED"
    assert lab.run("DROP TABLE al").reason.startswith("FAILED: SemanticException [Error 10001]: Table not found")
    assert lab.run("DROP TABLE IF EXISTS al").state == "SUCCEEDED"


def test_information_schema_and_metadata_agree(lab: Any) -> None:
    lab.run("CREATE EXTERNAL TABLE meta (id int, xs array<string>) STORED AS PARQUET LOCATION 's3://{bucket}/meta/'")
    rows = lab.run(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{db}' AND table_name = 'meta' ORDER BY ordinal_position"  # noqa: E501
    ).rows
    assert rows == [["id", "integer"], ["xs", "array(varchar)"]]
    found = lab.athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=lab.database, TableName="meta")
    assert found["TableMetadata"]["Columns"] == [{"Name": "id", "Type": "int"}, {"Name": "xs", "Type": "array<string>"}]
    words = r"\(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; [^()]*\)$"
    with pytest.raises(lab.athena.exceptions.MetadataException, match=words):  # the form PyAthena 4 knows
        lab.athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=lab.database, TableName="nope")


def test_metadata_has_one_blank_for_several(lab: Any) -> None:
    """As PyAthena's tests have it: comments of tables and properties of serdes, `test_get_comments` among them."""
    lab.run(
        "CREATE EXTERNAL TABLE blanks (id int) COMMENT 'one\ntwo\n\nthree  four' ROW FORMAT SERDE "
        "'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('note' = '{\n  1\n}') "
        "LOCATION 's3://{bucket}/blanks/'"
    )
    found = lab.athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=lab.database, TableName="blanks")
    parameters = found["TableMetadata"]["Parameters"]
    assert (parameters["comment"], parameters["serde.param.note"]) == ("one\ntwo three four", "{ 1\n}")


def test_a_partition_key_may_have_any_name(lab: Any) -> None:
    for number in range(3):
        lab.put(f"named/i={number}/a.csv", f"{number}\n".encode())
    lab.run(
        "CREATE EXTERNAL TABLE named (v int) PARTITIONED BY (i int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://{bucket}/named/' TBLPROPERTIES ('projection.enabled'='true', 'projection.i.type'='integer', "
        "'projection.i.range'='0,9')"
    )
    assert lab.run("SELECT v FROM named WHERE i IN (1, 2) ORDER BY v").rows == [["1"], ["2"]]


def test_show_create_table_names_the_table_as_the_question_does(lab: Any) -> None:
    """As clients see it that test on AWS: noctua asks with the database, awswrangler without."""
    lab.run("CREATE EXTERNAL TABLE named (id int) LOCATION 's3://{bucket}/named/'")
    assert lab.run("SHOW CREATE TABLE `named`").rows[0] == ["CREATE EXTERNAL TABLE `named`("]
    shown = lab.run(f"SHOW CREATE TABLE {lab.database}.named").rows[0]
    assert shown == [f"CREATE EXTERNAL TABLE `{lab.database}.named`("]


@pytest.mark.parametrize("made", ["CREATE TABLE no_type AS", "CREATE VIEW no_type AS"])
def test_a_column_without_a_type_makes_no_table_and_no_view(lab: Any, made: str) -> None:
    outcome = lab.run(f"{made} SELECT 1 AS one, NULL AS nothing")
    assert outcome.reason == "COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown at position 2"


def test_a_bucketed_table_is_read_by_bucket(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/ctas-partitioning-and-bucketing.html: less data is scanned."""
    made = (
        "CREATE TABLE bucketed WITH (format = 'TEXTFILE', bucketed_by = ARRAY['k'], bucket_count = 10) AS "
        "SELECT n, 'key' || CAST(n % 50 AS varchar) AS k FROM UNNEST(sequence(1, 1000)) AS t(n)"
    )
    assert lab.run(made).state == "SUCCEEDED"
    whole, part = (
        lab.run("SELECT sum(n) FROM bucketed"),
        lab.run("SELECT count(*), min(n) FROM bucketed WHERE k = 'key7'"),
    )
    assert (whole.rows, part.rows) == ([["500500"]], [["20", "7"]])
    scanned = [o.execution["Statistics"]["DataScannedInBytes"] for o in (whole, part)]
    assert 0 < scanned[1] < scanned[0] / 2
    both = lab.run("SELECT count(*) FROM bucketed WHERE k IN ('key7', 'key8') OR n = 1")
    assert both.rows == [["41"]]


def test_text_is_inserted_as_its_table_spells_it(lab: Any) -> None:
    """Separators, escapes, NULL and a header of the table's own are written as they are read."""
    text = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' {} LOCATION 's3://{{bucket}}/spelt/{}/' {}"
    escaped = text.format(
        "ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' NULL DEFINED AS 'NA'", "e", ""
    )
    lab.run(f"CREATE EXTERNAL TABLE escaped (a int, b string, c array<int>, m map<string,int>) {escaped}")
    first = "1, 'x,\\y|', ARRAY[1, NULL], MAP(ARRAY['k'], ARRAY[2])"
    made = lab.run(f"INSERT INTO escaped VALUES ({first}), (2, NULL, NULL, NULL)")
    assert made.state == "SUCCEEDED", made.reason
    found = lab.run('SELECT a, b, c, m, "$path" FROM escaped ORDER BY a').rows
    assert [row[:4] for row in found] == [["1", "x,\\y|", "[1, null]", "{k=2}"], ["2", None, None, None]]
    assert gzip.decompress(lab.body(str(found[0][4]))) == b"1,x\\,\\\\y\\|,1|NA,k:2\n2,NA,NA,NA\n"
    headed = text.format("", "h", "TBLPROPERTIES ('skip.header.line.count'='1')")
    lab.run(f"CREATE EXTERNAL TABLE headed (a int, b string) {headed}")
    lab.run("INSERT INTO headed VALUES (1, 'x')")
    ((row, place),) = lab.run('SELECT a, "$path" FROM headed').rows
    assert (row, gzip.decompress(lab.body(str(place)))) == ("1", b"a,b\n1,x\n")
    lab.run("ALTER TABLE headed SET TBLPROPERTIES ('skip.header.line.count'='2')")
    assert "skip.header.line.count property greater than 1" in lab.run("INSERT INTO headed VALUES (1, 'x')").reason


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO nowhere.{db}.kept VALUES 2", "DROP TABLE nowhere.{db}.kept",
        "CREATE TABLE nowhere.{db}.n AS SELECT 1 a",
        "CREATE VIEW nowhere.{db}.n AS SELECT 1 a", "DELETE FROM nowhere.{db}.kept", "DESCRIBE nowhere.{db}.kept",
        "SHOW COLUMNS IN nowhere.{db}.kept", "SHOW TABLES IN nowhere.{db}",
        "ALTER TABLE nowhere.{db}.kept DROP COLUMN a",
        "OPTIMIZE nowhere.{db}.kept REWRITE DATA USING BIN_PACK",
    ],
)  # fmt: skip
def test_a_catalog_that_is_named_must_be_there(lab: Any, statement: str) -> None:
    lab.run("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 a")
    assert lab.run(statement).reason == "CATALOG_NOT_FOUND: line 1:1: Catalog 'nowhere' does not exist"
    assert lab.run("SELECT * FROM awsdatacatalog.{db}.kept").rows == [["1"]]


def test_a_view_that_is_no_longer_what_it_was_is_stale(lab: Any) -> None:
    lab.run("CREATE EXTERNAL TABLE under (a int, b int) STORED AS PARQUET LOCATION 's3://{bucket}/under/'")
    lab.run("INSERT INTO under VALUES (1, 2)")
    lab.run("CREATE VIEW over_it AS SELECT a, b FROM under")
    lab.run("ALTER TABLE under REPLACE COLUMNS (a smallint, b int, c int)")
    assert lab.run("SELECT * FROM over_it").rows == [["1", "2"]]
    lab.run("ALTER TABLE under REPLACE COLUMNS (a bigint, b int)")
    assert lab.run("SELECT * FROM over_it").reason == (
        f"VIEW_IS_STALE: line 1:15: View 'awsdatacatalog.{lab.database}.over_it' is stale or in invalid state: column "
        "[a] of type bigint projected from query view at position 0 cannot be coerced to column [a] of type integer "
        "stored in view definition"
    )


@pytest.mark.parametrize("key", ["select", "a/*b*/", "a'b", 'a"b', "a b"])
def test_a_partition_key_of_the_catalog_may_hold_any_characters(lab: Any, key: str) -> None:
    name = f"odd_{len(key)}_{ord(key[1])}"
    place = {
        "InputFormat": "x",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    }
    lab.glue.create_table(
        DatabaseName=lab.database,
        TableInput={
            "Name": name,
            "PartitionKeys": [{"Name": key, "Type": "string"}],
            "StorageDescriptor": {
                "Columns": [{"Name": "v", "Type": "int"}], "Location": f"s3://{lab.bucket}/{name}/", **place,
            },
        },
    )  # fmt: skip
    for number, value in enumerate(("x", "it's", "a/b")):
        lab.put(f"{name}/{number}/a", f"{number}\n".encode())
        where = f"s3://{lab.bucket}/{name}/{number}/"
        given = {"Values": [value], "StorageDescriptor": {"Location": where, **place}}
        lab.glue.create_partition(DatabaseName=lab.database, TableName=name, PartitionInput=given)
    quoted = '"' + key.replace('"', '""') + '"'
    assert lab.run(f"SELECT v, {quoted} FROM {name} ORDER BY v").rows == [["0", "x"], ["1", "it's"], ["2", "a/b"]]
    assert lab.run(f"SELECT v FROM {name} WHERE {quoted} = 'it''s'").rows == [["1"]]


@pytest.mark.parametrize(
    "text", ["", "/* Presto View: nothing */", "/* Presto View: WzFd */", "/* Presto View: e30= */"]
)
def test_a_view_that_is_none_says_so(lab: Any, text: str) -> None:
    name = f"none{sum(text.encode())}"
    view = {"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text}
    view["StorageDescriptor"] = {"Columns": [{"Name": "a", "Type": "int"}]}
    lab.glue.create_table(DatabaseName=lab.database, TableInput=view)
    assert lab.run(f"SELECT * FROM {name}").reason.startswith("HIVE_INVALID_VIEW_DATA: ")


@pytest.mark.parametrize("count", ["many", "-1"])
def test_a_number_of_header_lines_is_one(lab: Any, count: str) -> None:
    name = f"headers{len(count)}"
    lab.put(f"{name}/a", b"1\n")
    properties = f"TBLPROPERTIES ('skip.header.line.count'='{count}')"
    lab.run(f"CREATE EXTERNAL TABLE {name} (a int) LOCATION 's3://{{bucket}}/{name}/' {properties}")
    assert lab.run(f"SELECT * FROM {name}").reason == (
        f"HIVE_INVALID_METADATA: Invalid value for skip.header.line.count property: {count}"
    )


def test_archived_objects_are_read_when_they_are_restored_and_the_table_asks(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html."""
    for number, storage in enumerate(("STANDARD_IA", "GLACIER", "DEEP_ARCHIVE")):
        lab.s3.put_object(Bucket=lab.bucket, Key=f"cold/{number}", Body=f"{number}\n", StorageClass=storage)
    lab.run("CREATE EXTERNAL TABLE cold (a int) LOCATION 's3://{bucket}/cold/'")
    assert lab.run("SELECT * FROM cold").rows == [["0"]]
    lab.s3.restore_object(Bucket=lab.bucket, Key="cold/1", RestoreRequest={"Days": 1})
    assert lab.run("SELECT * FROM cold").rows == [["0"]]
    lab.run("ALTER TABLE cold SET TBLPROPERTIES ('read_restored_glacier_objects'='true')")
    assert lab.run("SELECT * FROM cold ORDER BY a").rows == [["0"], ["1"]]
