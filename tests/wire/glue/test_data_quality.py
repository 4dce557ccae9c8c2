"""Data quality by the Glue API: rulesets, runs on catalog tables, results of jobs, their event and metrics.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html; the event:
https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html (read 2026-11).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

pytestmark = pytest.mark.slow

BUCKET = "data-quality-wire"
RULESET = """# rules, [with brackets] in a comment
Rules = [ RowCount > 2, IsComplete "v", ReferentialIntegrity "id" "ref.id" = 1.0 ]"""
JOB = """
import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from awsgluedq.transforms import EvaluateDataQuality
from pyspark.context import SparkContext
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
glueContext = GlueContext(SparkContext())
frame = glueContext.create_dynamic_frame.from_catalog(database="dq", table_name="facts")
EvaluateDataQuality().process_rows(
    frame=frame, ruleset='Rules = [ ColumnCount = 2, RowCount > last() ]',
    publishing_options={"dataQualityEvaluationContext": "facts_check", "enableDataQualityCloudWatchMetrics": True,
                        "enableDataQualityResultsPublishing": True})
print([word for word in sys.argv if word.startswith("--enable")])
"""


@pytest.fixture(scope="module")
def glue(runner: Any, aws: Callable[[str], Any]) -> Any:
    s3, glue = aws("s3"), aws("glue")
    s3.create_bucket(Bucket=BUCKET)
    facts = [{"id": n, "v": n * 1.5 if n else None} for n in range(40)]
    glue.create_database(DatabaseInput={"Name": "dq"})
    for name, rows, columns in (("facts", facts, {"id": "int", "v": "double"}), ("ref", facts, {"id": "int"})):
        body = "".join(json.dumps({key: row[key] for key in columns}) + "\n" for row in rows)
        s3.put_object(Bucket=BUCKET, Key=f"{name}/a.json", Body=body.encode())
        storage = {
            "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
            "Location": f"s3://{BUCKET}/{name}/",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
        }
        table = {"Name": name, "StorageDescriptor": storage, "Parameters": {"classification": "json"}}
        glue.create_table(DatabaseName="dq", TableInput=table)
    target = {"DatabaseName": "dq", "TableName": "facts"}
    glue.create_data_quality_ruleset(Name="facts-rules", Ruleset=RULESET, TargetTable=target, Tags={"a": "b"})
    return glue


@pytest.fixture(scope="module")
def events(aws: Callable[[str], Any]) -> Callable[[], dict[str, Any]]:
    """The next data-quality event."""
    sqs, bus = aws("sqs"), aws("events")
    url = sqs.create_queue(QueueName="dq-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name="dq", EventPattern=json.dumps({"source": ["aws.glue-dataquality"]}))
    bus.put_targets(Rule="dq", Targets=[{"Id": "1", "Arn": arn}])

    def take() -> dict[str, Any]:
        asked = {"QueueUrl": url, "WaitTimeSeconds": 20, "MaxNumberOfMessages": 1}
        (message,) = until(lambda: sqs.receive_message(**asked).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(json.loads(message["Body"]))

    return take


def finished(ask: Callable[[], dict[str, Any]], member: str) -> dict[str, Any]:
    return until(ask, lambda found: found[member] not in {"STARTING", "RUNNING", "STOPPING"})


def test_rulesets(glue: Any) -> None:
    (listed,) = glue.list_data_quality_rulesets(Filter={"TargetTable": {"DatabaseName": "dq", "TableName": "facts"}})[
        "Rulesets"
    ]
    assert (listed["Name"], listed["RuleCount"]) == ("facts-rules", 3)
    assert glue.list_data_quality_rulesets(Tags={"a": "c"})["Rulesets"] == []
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_data_quality_ruleset(Name="facts-rules", Ruleset=RULESET)
    with pytest.raises(ClientError, match=r"InvalidInputException.*Foo"):
        glue.create_data_quality_ruleset(Name="bad", Ruleset='Rules = [ Foo "x" ]')
    glue.create_data_quality_ruleset(Name="gone", Ruleset="Rules = [ RowCount > 0 ]", Description="one")
    assert glue.update_data_quality_ruleset(Name="gone", Description="two")["Description"] == "two"
    glue.delete_data_quality_ruleset(Name="gone")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_data_quality_ruleset(Name="gone")


def test_runs_on_tables(glue: Any, events: Callable[[], dict[str, Any]], aws: Callable[[str], Any]) -> None:
    source = {"GlueTable": {"DatabaseName": "dq", "TableName": "facts"}}
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["none"])
    run_id = glue.start_data_quality_ruleset_evaluation_run(
        DataSource=source,
        Role="r",
        RulesetNames=["facts-rules"],
        AdditionalDataSources={"ref": {"GlueTable": {"DatabaseName": "dq", "TableName": "ref"}}},
        AdditionalRunOptions={"CloudWatchMetricsEnabled": True, "ResultsS3Prefix": f"s3://{BUCKET}/results/"},
    )["RunId"]
    made = glue.start_data_quality_rule_recommendation_run(DataSource=source, Role="r", CreatedRulesetName="made")
    run = finished(lambda: glue.get_data_quality_ruleset_evaluation_run(RunId=run_id), "Status")
    assert (run["Status"], run.get("ErrorString")) == ("SUCCEEDED", None)
    result = glue.get_data_quality_result(ResultId=run["ResultIds"][0])
    assert [rule["Result"] for rule in result["RuleResults"]] == ["PASS", "FAIL", "PASS"]
    assert result["RuleResults"][1]["EvaluatedMetrics"] == {"Column.v.Completeness": 0.975}
    assert result["Score"] == pytest.approx(2 / 3)
    assert result["RulesetEvaluationRunId"] == run_id
    event = events()
    assert event["detail-type"] == "Data Quality Evaluation Results Available"
    context = {"contextType": "GLUE_DATA_CATALOG", "runId": run_id, "databaseName": "dq", "tableName": "facts"}
    assert event["detail"]["context"].items() >= context.items()
    assert (event["detail"]["rulesSucceeded"], event["detail"]["rulesFailed"]) == (2, 1)
    statistics = glue.list_data_quality_statistics(ProfileId=result["ProfileId"])["Statistics"]
    by_name = {s["StatisticName"]: (s["EvaluationLevel"], s["ColumnsReferenced"], s["DoubleValue"]) for s in statistics}
    assert by_name["RowCount"] == ("Dataset", [], 40.0)
    assert by_name["Completeness"] == ("Column", ["v"], 0.975)
    glue.put_data_quality_profile_annotation(ProfileId=result["ProfileId"], InclusionAnnotation="EXCLUDE")
    annotations = glue.list_data_quality_statistic_annotations(ProfileId=result["ProfileId"])["Annotations"]
    assert {a["InclusionAnnotation"]["Value"] for a in annotations} == {"EXCLUDE"}
    stored = aws("s3").list_objects_v2(Bucket=BUCKET, Prefix="results/")["Contents"]
    body = aws("s3").get_object(Bucket=BUCKET, Key=stored[0]["Key"])["Body"].read().decode()
    assert [json.loads(line)["outcome"] for line in body.splitlines()] == ["Passed", "Failed", "Passed"]
    metrics = aws("cloudwatch").list_metrics(Namespace="Glue Data Quality")["Metrics"]
    names = {"glue.data.quality.rules.passed", "glue.data.quality.rules.failed"}
    assert {metric["MetricName"] for metric in metrics} == names

    recommended = finished(lambda: glue.get_data_quality_rule_recommendation_run(RunId=made["RunId"]), "Status")
    assert recommended["Status"] == "SUCCEEDED", recommended
    assert 'IsUnique "id"' in recommended["RecommendedRuleset"]
    assert 'Completeness "v" >= 0.97' in recommended["RecommendedRuleset"]
    assert glue.get_data_quality_ruleset(Name="made")["Ruleset"] == recommended["RecommendedRuleset"]


def test_a_table_that_is_not_there_fails_the_run(glue: Any) -> None:
    source = {"GlueTable": {"DatabaseName": "dq", "TableName": "nothing"}}
    run_id = glue.start_data_quality_ruleset_evaluation_run(DataSource=source, Role="r", RulesetNames=["facts-rules"])
    run = finished(lambda: glue.get_data_quality_ruleset_evaluation_run(RunId=run_id["RunId"]), "Status")
    assert run["Status"] == "FAILED"
    assert "nothing" in run["ErrorString"]
    assert "ResultIds" not in run


def test_results_of_a_job_and_dynamic_rules(glue: Any, aws: Callable[[str], Any], events: Any) -> None:
    aws("s3").put_object(Bucket=BUCKET, Key="job.py", Body=JOB.encode())
    command = {"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/job.py", "PythonVersion": "3"}
    arguments = {"--enable-metrics": "true"}
    glue.create_job(Name="dq-job", Role="r", GlueVersion="5.0", Command=command, DefaultArguments=arguments)
    outcomes = []
    for _ in range(2):
        run_id = glue.start_job_run(JobName="dq-job")["JobRunId"]
        run = finished(lambda: glue.get_job_run(JobName="dq-job", RunId=run_id)["JobRun"], "JobRunState")  # noqa: B023
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
        (found,) = glue.list_data_quality_results(Filter={"JobRunId": run_id})["Results"]
        (result,) = glue.batch_get_data_quality_result(ResultIds=[found["ResultId"], "none"])["Results"]
        assert (result["JobName"], result["EvaluationContext"]) == ("dq-job", "facts_check")
        outcomes.append([(rule["Result"], rule["EvaluatedRule"]) for rule in result["RuleResults"]])
        assert events()["detail"]["context"] == {
            "contextType": "GLUE_JOB", "jobId": run_id, "jobName": "dq-job", "evaluationContext": "facts_check",
        }  # fmt: skip
    assert outcomes[0] == [("PASS", "ColumnCount = 2"), ("PASS", "RowCount > 0.0")]  # 0 where nothing is earlier
    assert outcomes[1] == [("PASS", "ColumnCount = 2"), ("FAIL", "RowCount > 40.0")]
    metrics = aws("cloudwatch").list_metrics(Namespace="Glue", Dimensions=[{"Name": "JobRunId", "Value": run_id}])
    assert "glue.driver.aggregate.recordsRead" in {metric["MetricName"] for metric in metrics["Metrics"]}
    log = aws("logs").get_log_events(logGroupName="/aws-glue/jobs/output", logStreamName=run_id)["events"]
    assert [event["message"] for event in log] == ["[]"]  # Glue's own arguments stay with Glue
