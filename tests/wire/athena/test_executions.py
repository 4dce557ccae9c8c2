"""Executions as clients see them: tokens, reuse, stopping, events, metrics, statistics, result configuration.

Expectations from https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html and the pages
that the tests name (read 2026-11).
"""

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ENDLESS = (
    "select count(*) from unnest(sequence(1, 10000)) a(x), unnest(sequence(1, 10000)) b(y),"
    " unnest(sequence(1, 10000)) c(z) where x * y + z = 7"
)
REUSE = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 5}}


def start(lab: Any, sql: str, **arguments: Any) -> str:
    given = {"ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/results/"}, **arguments}
    return str(lab.athena.start_query_execution(QueryString=sql, **given)["QueryExecutionId"])


def test_the_same_token_is_the_same_query(lab: Any) -> None:
    token = uuid.uuid4().hex
    first = start(lab, "SELECT 1", ClientRequestToken=token)
    assert start(lab, "SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match") as refused:
        start(lab, "SELECT 2", ClientRequestToken=token)
    assert refused.value.response["AthenaErrorCode"] == "IDEMPOTENT_PARAMETER_MISMATCH"


def test_a_result_is_reused_only_for_the_same_question(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html."""
    sql = f"SELECT random() AS r -- {uuid.uuid4()}"
    first, second = (lab.run(sql, ResultReuseConfiguration=REUSE) for _ in range(2))

    def reused(outcome: Any) -> bool:
        return bool(outcome.execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"])

    assert (reused(first), reused(second)) == (False, True)
    assert second.rows == first.rows
    assert second.execution["ResultConfiguration"] == first.execution["ResultConfiguration"]
    assert not reused(lab.run(sql))
    assert not reused(lab.run(sql + " ", ResultReuseConfiguration=REUSE))
    assert not reused(lab.run(sql, ResultReuseConfiguration=REUSE, QueryExecutionContext={"Database": "default"}))
    latest = lab.run(sql, ResultReuseConfiguration=REUSE)
    bucket, _, key = latest.execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
    lab.s3.delete_object(Bucket=bucket, Key=key)
    again = lab.run(sql, ResultReuseConfiguration=REUSE)
    assert again.state == "SUCCEEDED"
    assert again.execution["ResultConfiguration"] != latest.execution["ResultConfiguration"]


def test_stopping_ends_running_and_waiting_queries(lab: Any) -> None:
    running = [start(lab, ENDLESS) for _ in range(18)]  # more than run at once
    states = {
        q["Status"]["State"] for q in lab.athena.batch_get_query_execution(QueryExecutionIds=running)["QueryExecutions"]
    }
    assert states == {"RUNNING", "QUEUED"}
    for query in reversed(running):
        lab.athena.stop_query_execution(QueryExecutionId=query)
    assert {lab.wait(query)["Status"]["State"] for query in running} == {"CANCELLED"}
    with pytest.raises(ClientError, match="Final query state: CANCELLED"):
        lab.athena.get_query_results(QueryExecutionId=running[0])


def test_small_queries_pass_a_long_one(lab: Any) -> None:
    long = start(lab, ENDLESS)
    outcomes: list[str] = []
    small = [threading.Thread(target=lambda n=n: outcomes.append(lab.run(f"SELECT {n}").state)) for n in range(31)]
    for thread in small:
        thread.start()
    for thread in small:
        thread.join()
    assert outcomes == ["SUCCEEDED"] * 31
    assert lab.athena.get_query_execution(QueryExecutionId=long)["QueryExecution"]["Status"]["State"] == "RUNNING"
    lab.athena.stop_query_execution(QueryExecutionId=long)


def test_every_state_is_an_event(lab: Any, aws: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/athena-events.html."""
    events, sqs = aws("events"), aws("sqs")
    queue = sqs.create_queue(QueueName=f"{lab.database}-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=lab.database, EventPattern='{"source": ["aws.athena"]}')
    events.put_targets(Rule=lab.database, Targets=[{"Id": "q", "Arn": arn}])
    query = start(lab, "SELECT * FROM missing")
    seen: dict[str, Any] = {}
    while "FAILED" not in seen:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            event = json.loads(message["Body"])
            if event["detail"]["queryExecutionId"] == query:
                seen[event["detail"]["currentState"]] = event
    events.remove_targets(Rule=lab.database, Ids=["q"])
    events.delete_rule(Name=lab.database)
    last = seen["FAILED"]
    assert last["detail-type"] == "Athena Query State Change"
    assert {k: last["detail"][k] for k in ("previousState", "statementType", "workgroupName", "sequenceNumber")} == {
        "previousState": "RUNNING",
        "statementType": "DML",
        "workgroupName": "primary",
        "sequenceNumber": "3",
    }
    assert last["detail"]["athenaError"]["errorCategory"] == 2.0


def test_a_workgroup_publishes_metrics_where_asked(lab: Any, aws: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html."""
    name, cloudwatch = f"wg{uuid.uuid4().hex[:6]}", aws("cloudwatch")
    lab.athena.create_work_group(
        Name=name, Configuration={"EnforceWorkGroupConfiguration": False, "PublishCloudWatchMetricsEnabled": True}
    )
    assert lab.run("SELECT 1", WorkGroup=name).state == "SUCCEEDED"
    dimensions = [{"Name": "WorkGroup", "Value": name}, {"Name": "QueryState", "Value": "SUCCEEDED"}]
    found: list[str] = []
    while "ProcessedBytes" not in found:  # the last; published beside the query, not before its end
        metrics = cloudwatch.list_metrics(Namespace="AWS/Athena", Dimensions=dimensions)["Metrics"]
        found = [m["MetricName"] for m in metrics]
    assert {"EngineExecutionTime", "QueryPlanningTime", "QueryQueueTime", "TotalExecutionTime"} <= set(found)


def test_statistics_are_measured(lab: Any) -> None:
    done = lab.run("SELECT x FROM UNNEST(sequence(1, 1000)) t(x) WHERE x > 10")
    found = lab.athena.get_query_runtime_statistics(QueryExecutionId=done.execution["QueryExecutionId"])
    statistics = found["QueryRuntimeStatistics"]
    assert statistics["Rows"]["OutputRows"] == 990
    assert statistics["OutputStage"]["OutputRows"] == 990
    assert statistics["OutputStage"]["QueryStagePlan"]["Name"]
    assert statistics["Timeline"]["TotalExecutionTimeInMillis"] >= statistics["Timeline"]["EngineExecutionTimeInMillis"]


def test_input_rows_are_those_that_were_read(lab: Any) -> None:
    lab.put("numbers/a.csv", "".join(f"{n}\n" for n in range(5000)).encode())
    lab.run("CREATE EXTERNAL TABLE numbers (n int) ROW FORMAT DELIMITED LOCATION 's3://{bucket}/numbers/'")
    lab.run("CREATE TABLE numbers_too AS SELECT n FROM numbers")
    for table in ("numbers", "numbers_too"):
        done = lab.run(f"SELECT sum(n) FROM {table}")
        found = lab.athena.get_query_runtime_statistics(QueryExecutionId=done.execution["QueryExecutionId"])
        assert found["QueryRuntimeStatistics"]["Rows"]["InputRows"] == 5000


def test_results_are_written_as_the_configuration_says(lab: Any) -> None:
    place = {"OutputLocation": f"s3://{lab.bucket}/secret", "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}}
    done = lab.run("SELECT 1", ResultConfiguration=place)
    uri = done.execution["ResultConfiguration"]["OutputLocation"]
    assert done.execution["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    head = lab.s3.head_object(Bucket=lab.bucket, Key=uri.removeprefix(f"s3://{lab.bucket}/"))
    assert head["ServerSideEncryption"] == "AES256"
    for bad in ("/tmp/results", "http://host/x/", "s3://", "s3:///x/"):
        with pytest.raises(ClientError, match="not a valid S3 path"):
            start(lab, "SELECT 1", ResultConfiguration={"OutputLocation": bad})
    with pytest.raises(ClientError, match="Unable to verify/create output bucket no-such-bucket-anywhere"):
        start(lab, "SELECT 1", ResultConfiguration={"OutputLocation": "s3://no-such-bucket-anywhere/x/"})


def test_managed_results_are_fetched_without_a_location(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/managed-results.html."""
    name = f"wg{uuid.uuid4().hex[:6]}"
    lab.athena.create_work_group(Name=name, Configuration={"ManagedQueryResultsConfiguration": {"Enabled": True}})
    done = lab.run("SELECT 'kept' AS v", WorkGroup=name)
    assert done.rows == [["kept"]]
    assert "OutputLocation" not in done.execution["ResultConfiguration"]
    assert not [b for b in lab.s3.list_buckets()["Buckets"] if "managed" in b["Name"]]


def test_other_catalogs_are_refused_by_name(lab: Any) -> None:
    lab.athena.create_data_catalog(
        Name="func", Type="LAMBDA", Parameters={"function": "arn:aws:lambda:us-east-1:1:function:f"}
    )
    done = lab.run("SELECT 1", QueryExecutionContext={"Catalog": "func", "Database": "x"})
    assert (done.state, "LAMBDA" in done.reason) == ("FAILED", True)
    assert "does not exist" in lab.run("SELECT 1", QueryExecutionContext={"Catalog": "nope", "Database": "x"}).reason
    done = lab.run('SELECT 1 FROM "func".x.t')
    assert (done.state, "LAMBDA" in done.reason) == ("FAILED", True)
    lab.athena.delete_data_catalog(Name="func")


def test_a_registered_glue_catalog_is_the_catalog_under_its_name(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/data-sources-glue-cross-account.html: `"ctlg".db.table`."""
    lab.athena.create_data_catalog(Name="Ours", Type="GLUE", Parameters={"catalog-id": "000000000000"})
    lab.run("CREATE TABLE shared AS SELECT 7 AS a")
    assert lab.run('SELECT s.a FROM "Ours".{db}.shared AS s').rows == [["7"]]
    assert lab.run("SELECT a FROM shared", QueryExecutionContext={"Catalog": "Ours", "Database": lab.database}).rows
    lab.athena.delete_data_catalog(Name="Ours")
    assert "Catalog 'ours' does not exist" in lab.run('SELECT a FROM "Ours".{db}.shared').reason


def test_pages_are_whole(lab: Any) -> None:
    query = start(lab, "SELECT x FROM UNNEST(sequence(1, 2500)) t(x) ORDER BY 1")
    assert lab.wait(query)["Status"]["State"] == "SUCCEEDED"
    pages = list(lab.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query))
    values = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert values == ["x", *map(str, range(1, 2501))]
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]
    with pytest.raises(ClientError, match="NextToken"):
        lab.athena.get_query_results(QueryExecutionId=query, NextToken="bm90IG91cnM=")


def test_a_large_result_is_written_and_paged_whole(lab: Any) -> None:
    """Longer than what is kept in memory: rows come from the object, and a page's token says where it begins in it."""
    value = "CASE WHEN x % 7 = 0 THEN NULL WHEN x % 5 = 0 THEN '' ELSE '\"' || chr(10) || CAST(x AS varchar) END"
    query = start(
        lab,
        f"SELECT x, {value} AS y, x / 4e0 AS z FROM UNNEST(sequence(1, 10000), sequence(1, 10000)) t(x, _) ORDER BY 1",
    )
    execution = lab.wait(query)
    assert execution["Status"]["State"] == "SUCCEEDED"

    def expected(x: int) -> list[str | None]:
        return [str(x), None if x % 7 == 0 else "" if x % 5 == 0 else f'"\n{x}', str(x / 4)]

    pages = lab.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query)
    found = [[c.get("VarCharValue") for c in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]]
    assert found == [["x", "y", "z"], *map(expected, range(1, 10001))]
    body = lab.body(execution["ResultConfiguration"]["OutputLocation"]).decode()
    lines = ['"x","y","z"', *(f'"{x}",{_quoted(expected(x)[1])},"{x / 4}"' for x in range(1, 10001)), ""]
    assert body == "\n".join(lines)


def _quoted(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def test_a_failure_after_the_first_rows_is_told_as_one_before_them(lab: Any) -> None:
    numbers = "UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 100)) b(y)"
    query = start(lab, f"SELECT 1 / (x * y - 1000000) AS z FROM {numbers}")
    status = lab.wait(query)["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("FAILED", "DIVISION_BY_ZERO: Division by zero")


def test_a_result_that_was_deleted_cannot_be_fetched(lab: Any) -> None:
    query = start(lab, "SELECT x FROM UNNEST(sequence(1, 6000)) t(x)")
    uri = lab.wait(query)["ResultConfiguration"]["OutputLocation"]
    lab.s3.delete_object(Bucket=lab.bucket, Key=uri.split("/", 3)[3])
    with pytest.raises(ClientError, match="Could not find results"):
        lab.athena.get_query_results(QueryExecutionId=query)
