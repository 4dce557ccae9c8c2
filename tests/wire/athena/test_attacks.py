"""SQL reaches tables of the catalog and nothing else: no files, no network, no settings, no functions of the engine.

A secret lies on this machine's disk. Each statement tries to read it, to write beside it, or to change the engine.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapid.emulator.athena.engine import Engine
from rapid.emulator.athena.sql.errors import SqlError

SECRET = "c4n4ry"

STATEMENTS = """
COPY (SELECT 1) TO '{dir}/owned.csv'
COPY t FROM '{file}'
ATTACH '{dir}/owned.db' AS x
PRAGMA database_list
INSTALL httpfs
LOAD httpfs
SET enable_external_access = true
RESET lock_configuration
CALL pragma_version()
EXPORT DATABASE '{dir}'
CREATE MACRO f() AS 1
CREATE TEMP TABLE t AS SELECT 1
FROM read_text('{file}')
SELECT * FROM read_csv('{file}')
SELECT * FROM read_csv_auto('{file}')
SELECT * FROM read_text('{file}')
SELECT * FROM read_blob('{file}')
SELECT * FROM read_json_auto('{file}')
SELECT * FROM sniff_csv('{file}')
SELECT * FROM glob('{dir}/*')
SELECT * FROM parquet_scan('{file}')
SELECT * FROM iceberg_scan('{dir}')
SELECT * FROM TABLE(read_text('{file}'))
SELECT * FROM query('SELECT 1')
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_functions()
SELECT * FROM sqlite_master
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM '{file}'
SELECT * FROM "{file}"
SELECT * FROM "file://{file}"
SELECT * FROM "http://127.0.0.1:9/x.csv"
SELECT * FROM "x""y'); ATTACH '{dir}/owned.db' AS y; --"
SELECT (SELECT content FROM read_text('{file}'))
SELECT 1 FROM (FROM read_text('{file}'))
SELECT * FROM (VALUES 1) t(x), LATERAL read_text('{file}')
SELECT read_text('{file}')
SELECT getenv('HOME')
SELECT current_setting('temp_directory')
SELECT pg_read_file('{file}')
SELECT json_execute_serialized_sql('x')
SELECT t_decimal('1', '2', '3', 4)
SELECT 1; COPY (SELECT 1) TO '{dir}/owned.csv'
SELECT '\\'; ATTACH ''x'' AS y; --'
SELECT $$ x $$
SELECT COLUMNS('.*')
EXPLAIN ANALYZE COPY (SELECT 1) TO '{dir}/owned.csv'
CREATE VIEW v AS SELECT * FROM read_text('{file}')
CREATE TABLE c WITH (external_location = '{dir}/c/') AS SELECT 1 AS a
CREATE TABLE c WITH (external_location = 'http://127.0.0.1/c/') AS SELECT 1 AS a
CREATE TABLE c WITH (external_location = 's3://no-such-bucket-anywhere/c/') AS SELECT 1 AS a
CREATE EXTERNAL TABLE e (a string) LOCATION '{dir}/'
CREATE EXTERNAL TABLE e (a string) LOCATION 'file://{dir}/'
UNLOAD (SELECT 1 AS a) TO '{dir}/owned' WITH (format = 'PARQUET')
UNLOAD (SELECT content FROM read_text('{file}')) TO 's3://{{bucket}}/u/' WITH (format = 'PARQUET')
UNLOAD (SELECT 1 AS a) TO 's3://{{bucket}}/u/' WITH (format = 'PARQUET, x')
""".strip().split("\n")


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    found = tmp_path / "secret.csv"
    found.write_text(f"{SECRET}\n")
    yield found
    assert [p.name for p in tmp_path.iterdir()] == ["secret.csv"], "a statement wrote to the disk"


def attempt(lab: Any, sql: str) -> Any:
    """The outcome of a statement; None if it was refused before it ran."""
    try:
        return lab.run(sql)
    except lab.athena.exceptions.InvalidRequestException:
        return None


def test_no_statement_leaves_the_catalog(lab: Any, secret: Path) -> None:
    for statement in STATEMENTS:
        outcome = attempt(lab, statement.format(file=secret, dir=secret.parent))
        assert outcome is None or outcome.state == "FAILED", statement
        assert outcome is None or SECRET not in outcome.reason, statement
        assert outcome is None or "GENERIC_INTERNAL_ERROR" not in outcome.reason, outcome.reason


def test_quotes_and_comments_stay_text(lab: Any, secret: Path) -> None:
    text = f"a'); COPY (SELECT 1) TO '{secret.parent}/owned'; --"
    quoted = text.replace("'", "''")
    assert lab.run(f"SELECT '{quoted}' AS v /* ; ATTACH 'x' */ -- ; LOAD httpfs").rows == [[text]]
    assert lab.run(f'SELECT 1 AS "{text}"').columns[0]["Name"] == text


def test_views_of_the_catalog_are_read_as_athena_sql(lab: Any, secret: Path) -> None:
    for number, sql in enumerate(
        (f"SELECT * FROM read_text('{secret}')", f"COPY (SELECT 1) TO '{secret.parent}/owned'", "SELECT 1 a; SELECT 2")
    ):
        view = {"originalSql": sql, "catalog": "awsdatacatalog", "columns": [{"name": "a", "type": "varchar"}]}
        body = base64.b64encode(json.dumps(view).encode()).decode()
        table = {
            "Name": f"hostile{number}",
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": f"/* Presto View: {body} */",
            "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "string"}]},
            "Parameters": {"presto_view": "true"},
        }
        lab.glue.create_table(DatabaseName=lab.database, TableInput=table)
        outcome = lab.run(f"SELECT * FROM hostile{number}")
        assert (outcome.state, "INVALID_VIEW" in outcome.reason) == ("FAILED", True)


def test_tables_of_the_catalog_are_read_from_s3_alone(lab: Any, secret: Path) -> None:
    places = (
        str(secret.parent),
        f"file://{secret.parent}",
        f"s3://{lab.bucket}/../../../..{secret.parent}",
        "http://[::1]/",
    )
    for number, place in enumerate(places):
        serde = {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}
        descriptor = {"Columns": [{"Name": "a", "Type": "string"}], "Location": place, "SerdeInfo": serde}
        table = {"Name": f"place{number}", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": descriptor}
        lab.glue.create_table(DatabaseName=lab.database, TableInput=table)
        assert not lab.run(f"SELECT * FROM place{number}").rows
    iceberg = {"table_type": "ICEBERG", "metadata_location": str(secret)}
    table = {"Name": "ice", "Parameters": iceberg, "StorageDescriptor": {"Columns": [], "Location": "s3://x/y"}}
    lab.glue.create_table(DatabaseName=lab.database, TableInput=table)
    assert lab.run("SELECT * FROM ice").state == "FAILED"


def test_metadata_of_iceberg_runs_no_code(lab: Any, tmp_path: Path) -> None:
    """pyiceberg imports and calls what `write.py-location-provider.impl` names, with the table's location."""
    victim = tmp_path / "victim"
    victim.mkdir()
    key, code = "write.py-location-provider.impl", "shutil.rmtree"
    lab.run("CREATE TABLE coded (a int) LOCATION 's3://{bucket}/coded/' TBLPROPERTIES ('table_type' = 'ICEBERG')")
    assert "names code" in attempt(lab, f"ALTER TABLE coded SET TBLPROPERTIES ('{key}' = '{code}')").reason
    table = lab.glue.get_table(DatabaseName=lab.database, Name="coded")["Table"]
    metadata = json.loads(lab.body(table["Parameters"]["metadata_location"]))
    hostile = {**metadata, "location": str(victim), "properties": {**metadata["properties"], key: code}}
    lab.put("coded/hostile.metadata.json", json.dumps(hostile).encode())
    named = {**table["Parameters"], "metadata_location": f"s3://{lab.bucket}/coded/hostile.metadata.json"}
    given = {"Name": "coded", "StorageDescriptor": table["StorageDescriptor"], "Parameters": named}
    lab.glue.update_table(DatabaseName=lab.database, TableInput=given)
    for sql in ("INSERT INTO coded VALUES (1)", "DELETE FROM coded", "OPTIMIZE coded REWRITE DATA USING BIN_PACK"):
        assert "names code" in attempt(lab, sql).reason
    assert victim.is_dir()
    created = f"CREATE TABLE c2 (a int) LOCATION 's3://{{bucket}}/c2/' TBLPROPERTIES ('table_type'='ICEBERG','{key}'='{code}')"  # noqa: E501
    assert "names code" in attempt(lab, created).reason


def test_files_of_iceberg_lie_in_s3(lab: Any, tmp_path: Path) -> None:
    lab.run("CREATE TABLE placed (a int) LOCATION 's3://{bucket}/placed/' TBLPROPERTIES ('table_type' = 'ICEBERG')")
    lab.run("INSERT INTO placed VALUES (1)")
    table = lab.glue.get_table(DatabaseName=lab.database, Name="placed")["Table"]
    metadata = json.loads(lab.body(table["Parameters"]["metadata_location"]))
    own = tmp_path / "list.avro"
    own.write_bytes(lab.body(metadata["snapshots"][-1]["manifest-list"]))
    for number, (member, value) in enumerate(
        (("manifest-list", str(own)), ("manifest-list", own.as_uri()), ("location", str(tmp_path / "made")))
    ):
        hostile = json.loads(json.dumps(metadata))
        (hostile if member == "location" else hostile["snapshots"][-1])[member] = value
        lab.put(f"placed/{number}.metadata.json", json.dumps(hostile).encode())
        named = {**table["Parameters"], "metadata_location": f"s3://{lab.bucket}/placed/{number}.metadata.json"}
        given = {"Name": "placed", "StorageDescriptor": table["StorageDescriptor"], "Parameters": named}
        lab.glue.update_table(DatabaseName=lab.database, TableInput=given)
        sql = "INSERT INTO placed VALUES (2)" if member == "location" else "SELECT * FROM placed"
        assert "Not an S3 location" in attempt(lab, sql).reason
    assert not (tmp_path / "made").exists()


def test_serde_properties_are_values(lab: Any, secret: Path) -> None:
    lab.put("serde/a.txt", b"x\n")
    hostile = f"'')), (SELECT content FROM read_text(''{secret}'')) --"
    for number, serde in enumerate(
        (
            f"ROW FORMAT DELIMITED FIELDS TERMINATED BY '{hostile}'",
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
            f"WITH SERDEPROPERTIES ('input.regex' = '(.*)|{hostile}')",
            f"ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.a' = '{hostile}')",
            f"ROW FORMAT DELIMITED NULL DEFINED AS '{hostile}'",
        )
    ):
        attempt(lab, f"CREATE EXTERNAL TABLE s{number} (a string) {serde} LOCATION 's3://{{bucket}}/serde/'")
        outcome = attempt(lab, f"SELECT * FROM s{number}")
        assert outcome is None or SECRET not in str(outcome.rows) + outcome.reason


def test_the_engine_itself_is_locked(tmp_path: Path, secret: Path) -> None:
    """Should SQL ever get past the compiler: DuckDB's own refusal."""
    readable = tmp_path.parent / f"{tmp_path.name}-objects"
    readable.mkdir()
    engine = Engine([readable], tmp_path.parent / f"{tmp_path.name}-work")
    for sql in (
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM read_text('{readable}/../{tmp_path.name}/secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/owned.csv'",
        f"ATTACH '{tmp_path}/owned.db'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    ):
        with engine.connection() as connection, pytest.raises(SqlError):
            connection.rows(sql)
