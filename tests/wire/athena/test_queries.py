"""Query executions, https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html and companions."""  # noqa: E501

import contextlib
import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_select_ends_with_its_rows_its_file_and_its_metadata(lab: Any) -> None:
    done = lab.run("SELECT 1 AS a, 'x \"y\"' AS b, CAST(NULL AS varchar) AS c, '' AS d")
    assert done.state == "SUCCEEDED"
    assert done.rows == [["1", 'x "y"', None, ""]]
    location = done.execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://{lab.bucket}/results/{done.execution['QueryExecutionId']}.csv"
    assert lab.body(location) == b'"a","b","c","d"\n"1","x ""y""",,""\n'
    assert done.execution["QueryExecutionId"].encode() in lab.body(location + ".metadata")
    assert [c["Type"] for c in done.columns] == ["integer", "varchar", "varchar", "varchar"]
    assert done.execution["StatementType"] == "DML"


def test_types_are_reported_as_athena_names_them(lab: Any) -> None:
    done = lab.run(
        "SELECT BIGINT '1', 1.5, DECIMAL '1.50', true, DATE '2020-01-01', TIMESTAMP '2020-01-01 00:00:00', ARRAY[1], "
        "MAP(ARRAY['a'],ARRAY[1]), CAST(ROW(1) AS ROW(x integer)), CAST(1 AS real)"
    )
    types = [c["Type"] for c in done.columns]
    assert types == ["bigint", "double", "decimal", "boolean", "date", "timestamp", "array", "map", "row", "float"]
    assert [c["Precision"] for c in done.columns][:3] == [19, 17, 3]
    assert done.rows[0][5:9] == ["2020-01-01 00:00:00.000", "[1]", "{a=1}", "{x=1}"]


def test_pages_hold_1000_rows_with_the_header_on_the_first(lab: Any) -> None:
    query_id = lab.run("SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x").execution["QueryExecutionId"]
    pages = list(lab.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
    sizes = [len(p["ResultSet"]["Rows"]) for p in pages]
    values = [r["Data"][0]["VarCharValue"] for p in pages for r in p["ResultSet"]["Rows"]]
    assert sizes == [1000, 1000, 501]
    assert values == ["x", *(str(n) for n in range(1, 2501))]


def test_a_syntax_error_fails_the_request_and_makes_no_execution(lab: Any) -> None:
    before = lab.athena.list_query_executions()["QueryExecutionIds"]
    with pytest.raises(lab.athena.exceptions.InvalidRequestException) as failure:
        lab.run("SELECT a FRM t WHERE")
    assert failure.value.response["Error"]["Message"].startswith("line 1:")
    assert failure.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert lab.athena.list_query_executions()["QueryExecutionIds"] == before


@pytest.mark.parametrize(
    ("sql", "reason", "kind"),
    [
        ("SELECT nope FROM (VALUES 1) AS t(x)", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved", 1006),
        ("SELECT * FROM nope", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.", 1301),
        ("SELECT 1 = 'a'", "TYPE_MISMATCH: line 1:10: Cannot apply operator: integer = varchar(1)", 1002),
        ("SELECT nosuch(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nosuch' not registered", 1303),
        ("SELECT 1/0", "DIVISION_BY_ZERO: Division by zero", 1001),
        ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT", 1100),
    ],
)
def test_failures_have_athenas_reason_and_error(lab: Any, sql: str, reason: str, kind: int) -> None:
    done = lab.run(sql)
    assert done.state == "FAILED"
    assert done.reason.startswith(reason)
    error = done.execution["Status"]["AthenaError"]
    assert (error["ErrorCategory"], error["ErrorType"]) == (2, kind)
    with pytest.raises(ClientError, match=r"Query did not finish successfully. Final query state: FAILED"):
        lab.athena.get_query_results(QueryExecutionId=done.execution["QueryExecutionId"])


def test_an_output_location_is_needed(lab: Any) -> None:
    with pytest.raises(ClientError, match="No output location provided"):
        lab.athena.start_query_execution(QueryString="SELECT 1")


def test_a_token_gives_the_same_execution_once(lab: Any) -> None:
    given = {"ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/r/"}, "ClientRequestToken": uuid.uuid4().hex}
    one = lab.athena.start_query_execution(QueryString="SELECT 1", **given)["QueryExecutionId"]
    two = lab.athena.start_query_execution(QueryString="SELECT 1", **given)["QueryExecutionId"]
    assert one == two
    with pytest.raises(ClientError) as failure:
        lab.athena.start_query_execution(QueryString="SELECT 2", **given)
    assert failure.value.response["AthenaErrorCode"] == "IDEMPOTENT_PARAMETER_MISMATCH"


def test_a_running_query_can_be_stopped_and_does_not_block_others(lab: Any) -> None:
    endless = "SELECT count(*) FROM UNNEST(sequence(1,10000)) AS a(x) CROSS JOIN UNNEST(sequence(1,10000)) AS b(y) CROSS JOIN UNNEST(sequence(1,3000)) AS c(z) WHERE (x * y * z) % 7 = 3"  # noqa: E501
    given = {"ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/r/"}}
    query_id = lab.athena.start_query_execution(QueryString=endless, **given)["QueryExecutionId"]
    assert lab.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"] == "RUNNING"
    assert lab.run("SELECT 1").state == "SUCCEEDED"
    lab.athena.stop_query_execution(QueryExecutionId=query_id)
    assert lab.wait(query_id)["Status"]["State"] == "CANCELLED"  # it would run for hours


def test_parameters_replace_question_marks(lab: Any) -> None:
    sql = "SELECT name FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, name) WHERE id = ? AND name = ?"
    assert lab.run(sql, ExecutionParameters=["2", "'b'"]).rows == [["b"]]
    assert lab.run(sql, ExecutionParameters=["2", "b"]).rows == [["b"]]
    done = lab.run(sql, ExecutionParameters=["2"])
    assert done.reason.startswith("INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 2 but found 1")


def test_prepared_statements_are_shared_by_sql_and_api(lab: Any) -> None:
    assert lab.run("PREPARE twice FROM SELECT ? * 2 AS n").state == "SUCCEEDED"
    assert lab.run("EXECUTE twice USING 21").rows == [["42"]]
    stored = lab.athena.get_prepared_statement(WorkGroup="primary", StatementName="twice")["PreparedStatement"]
    assert stored["QueryStatement"] == "SELECT ? * 2 AS n"
    lab.run("DEALLOCATE PREPARE twice")
    with pytest.raises(lab.athena.exceptions.ResourceNotFoundException):
        lab.athena.get_prepared_statement(WorkGroup="primary", StatementName="twice")


def test_statistics_are_measured(lab: Any) -> None:
    done = lab.run("SELECT 1")
    statistics = done.execution["Statistics"]
    assert statistics["DataScannedInBytes"] == 0
    assert statistics["TotalExecutionTimeInMillis"] >= statistics["EngineExecutionTimeInMillis"]
    query_id = done.execution["QueryExecutionId"]
    measured = lab.athena.get_query_runtime_statistics(QueryExecutionId=query_id)["QueryRuntimeStatistics"]
    assert measured["Rows"]["OutputRows"] == 1


def test_unknown_ids_say_so(lab: Any) -> None:
    with pytest.raises(ClientError, match="QueryExecution nope was not found"):
        lab.athena.get_query_execution(QueryExecutionId="nope")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "/etc/passwd"',
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT read_blob('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM information_schema.nope",
        "SELECT t_div(1, 2)",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "ATTACH '/tmp/x.db'",
        "PRAGMA version",
        "SET memory_limit = '1TB'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '/tmp/x'",
        "CALL pragma_version()",
        "CREATE MACRO f(a) AS a",
        "SELECT 1; COPY (SELECT 1) TO '/tmp/x.csv'",
    ],
)
def test_sql_does_not_reach_the_machine(lab: Any, sql: str) -> None:
    with contextlib.suppress(lab.athena.exceptions.InvalidRequestException):
        assert lab.run(sql).state == "FAILED"


def test_statements_that_are_nested_too_deeply_are_refused_as_such(lab: Any) -> None:
    """Trino's words, of SqlParser and of its analyzer."""
    with pytest.raises(ClientError, match=r"line 1:1: statement is too large \(stack overflow while parsing\)"):
        lab.run("SELECT " + "(" * 3000 + "1" + ")" * 3000)
    for terms in (1500, 15000):  # too many for DuckDB, and for what compiles
        reason = lab.run("SELECT 'a'" + " || 'a'" * terms).reason
        assert reason == "STACK_OVERFLOW: statement is too large (stack overflow during analysis)"


def test_statements_nest_as_deeply_as_trino_reads_them(lab: Any) -> None:
    assert lab.run("SELECT " + "abs(" * 200 + "-1" + ")" * 200).rows == [["1"]]
    assert lab.run("SELECT " + "case when true then " * 150 + "1" + " end" * 150).rows == [["1"]]
    terms = " OR ".join(f"x = {i}" for i in range(2000))
    assert lab.run(f"SELECT count(*) FROM (VALUES 1, 5, 5000) AS v(x) WHERE {terms}").rows == [["2"]]


def test_a_profile_tells_rows_and_time_and_no_file_of_this_machine(lab: Any) -> None:
    lab.run("CREATE TABLE profiled AS SELECT 1 AS a UNION ALL SELECT 2")
    text = "\n".join(row[0] for row in lab.run("EXPLAIN ANALYZE SELECT sum(a) FROM profiled").rows)
    assert re.search(r"Query: [\d.]+ ms, 2 rows scanned\n", text)
    assert "TABLE_SCAN: 2 rows" in text
    whole = "\n".join(row[0] for row in lab.run("EXPLAIN ANALYZE (FORMAT JSON) SELECT sum(a) FROM profiled").rows)
    assert '"operator_cardinality": 2' in whole
    assert "/objects/" not in text + whole


def test_a_function_of_a_lambda_is_refused_by_name(lab: Any) -> None:
    done = lab.run("USING EXTERNAL FUNCTION f(x int) RETURNS int LAMBDA 'l' SELECT f(1)")
    assert done.state == "FAILED"
    assert done.reason.startswith("NOT_SUPPORTED: USING EXTERNAL FUNCTION")
