"""What jobs read and write besides files, and what they remember of it, from StartJobRun to the logs.

Bookmarks: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html. Stores:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.waiting import until

pytestmark = pytest.mark.slow

BUCKET = "glue-runner-wire"
BEGIN = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
"""
BOOKMARKED = (
    BEGIN
    + """
def ids(frame):
    return sorted(row["id"] for row in frame.toDF().collect()) if frame.count() else []
folder = {"paths": ["s3://glue-runner-wire/marked/"], "recurse": True}
one = ids(glueContext.create_dynamic_frame.from_options("s3", folder, "json", transformation_ctx="options"))
two = ids(glueContext.create_dynamic_frame.from_catalog(
    database="marked", table_name="marked", transformation_ctx="catalog"))
free = ids(glueContext.create_dynamic_frame.from_options("s3", folder, "json"))
print(one, two, free)
if "--fail" in sys.argv:
    raise ValueError("before the commit")
job.commit()
"""
)


class Jobs:
    """Jobs of the Glue API."""

    def __init__(self, aws: Callable[[str], Any], logs: Callable[..., list[str]]) -> None:
        self.glue, self.s3, self.logs = aws("glue"), aws("s3"), logs

    def make(self, name: str, script: str, command: str = "glueetl", **arguments: str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=f"scripts/{name}.py", Body=script.encode())
        self.glue.create_job(
            Name=name,
            Role="role",
            GlueVersion="5.1",
            Command={"Name": command, "ScriptLocation": f"s3://{BUCKET}/scripts/{name}.py"},
            DefaultArguments={f"--{key.replace('_', '-')}": value for key, value in arguments.items()},
        )

    def start(self, name: str, **arguments: str) -> str:
        given = {f"--{key.replace('_', '-')}": value for key, value in arguments.items()}
        return str(self.glue.start_job_run(JobName=name, Arguments=given)["JobRunId"])

    def wait(self, name: str, run_id: str, *states: str) -> dict[str, Any]:
        def there(run: dict[str, Any]) -> bool:
            done = run["JobRunState"] in states
            assert done or run["JobRunState"] in {"STARTING", "RUNNING", "STOPPING"}, run.get("ErrorMessage")
            return done

        return until(lambda: dict(self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]), there)

    def run(self, name: str, state: str = "SUCCEEDED", **arguments: str) -> tuple[str, list[str]]:
        run_id = self.start(name, **arguments)
        self.wait(name, run_id, state)
        return run_id, self.logs(run_id)


@pytest.fixture
def api(jobs: Any, aws: Callable[[str], Any]) -> Jobs:
    return Jobs(aws, jobs.logs)


def test_bookmarks(api: Jobs) -> None:
    def put(number: int) -> None:
        api.s3.put_object(Bucket=BUCKET, Key=f"marked/{number}.json", Body=json.dumps({"id": number}).encode())

    api.glue.create_database(DatabaseInput={"Name": "marked"})
    storage = {
        "Columns": [{"Name": "id", "Type": "int"}],
        "Location": f"s3://{BUCKET}/marked/",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }
    table = {"Name": "marked", "StorageDescriptor": storage, "Parameters": {"classification": "json"}}
    api.glue.create_table(DatabaseName="marked", TableInput=table)
    api.make("marked", BOOKMARKED, job_bookmark_option="job-bookmark-enable")
    with pytest.raises(api.glue.exceptions.EntityNotFoundException, match="Continuation for job marked not found"):
        api.glue.get_job_bookmark(JobName="marked")
    put(1)
    first, lines = api.run("marked")
    assert lines == ["[1] [1] [1]"]
    put(2)
    assert api.run("marked", "FAILED", fail="")[1] == ["[2] [2] [1, 2]"]
    second, lines = api.run("marked")
    assert lines == ["[2] [2] [1, 2]"]
    entry = api.glue.get_job_bookmark(JobName="marked")["JobBookmarkEntry"]
    assert (entry["Version"], entry["Run"], entry["RunId"], entry["PreviousRunId"]) == (2, 2, second, first)
    assert set(json.loads(entry["JobBookmark"])) == {"options", "catalog"}
    pause = {"job_bookmark_option": "job-bookmark-pause"}
    between = {"job_bookmark_from": first, "job_bookmark_to": second}
    put(3)
    assert api.run("marked", **pause, **between)[1] == ["[2] [2] [1, 2, 3]"]
    api.glue.reset_job_bookmark(JobName="marked", RunId=first)
    assert api.run("marked", **pause)[1] == ["[2, 3] [2, 3] [1, 2, 3]"]
    reset = api.glue.reset_job_bookmark(JobName="marked")["JobBookmarkEntry"]
    assert (reset["JobName"], reset["Run"], reset["Version"], reset["JobBookmark"]) == ("marked", 0, 4, "{}")
    assert api.run("marked")[1] == ["[1, 2, 3] [1, 2, 3] [1, 2, 3]"]
    api.glue.delete_job(JobName="marked")
    with pytest.raises(api.glue.exceptions.EntityNotFoundException):
        api.glue.reset_job_bookmark(JobName="marked")


STORES = (
    BEGIN
    + """
source = glueContext.create_dynamic_frame.from_options(
    connection_type="dynamodb", connection_options={"dynamodb.input.tableName": "wire-in", "dynamodb.splits": "2"})
print([(f.name, f.dataType.typeName()) for f in source.schema().fields])
glueContext.write_dynamic_frame.from_options(
    source, "dynamodb", {"dynamodb.output.tableName": "wire-out", "dynamodb.throughput.write.percent": "1.0"})
export = glueContext.create_dynamic_frame.from_options("dynamodb", {
    "dynamodb.export": "ddb", "dynamodb.tableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/wire-in",
    "dynamodb.unnestDDBJson": True})
print(sorted((row["id"], row["n"]) for row in export.toDF().collect() if row["n"])[:2], sorted(export.toDF().columns))
glueContext.write_dynamic_frame.from_options(source, "kinesis", {"streamName": "wire", "partitionKey": "id"})
plain = glueContext.spark_session.read.format("dynamodb").option("dynamodb.input.tableName", "wire-in").load()
print(plain.count(), dict(plain.dtypes)["n"], plain.where("id = 'k2'").first()["n"])
plain.where("n = 1.5").drop("s").write.format("dynamodb").option("dynamodb.output.tableName", "wire-plain").mode(
    "append").save()
raw = glueContext.spark_session.readStream.format("kinesis").option("streamname", "wire").option(
    "endpointUrl", "https://kinesis.us-east-1.amazonaws.com").option("startingPosition", "TRIM_HORIZON").load()
raw.writeStream.foreachBatch(lambda batch, _: print(batch.count(), batch.columns[0])).trigger(availableNow=True).option(
    "checkpointLocation", "s3://glue-runner-wire/raw/").start().awaitTermination()
glueContext.purge_s3_path("s3://glue-runner-wire/old/", {"retentionPeriod": 1})
glueContext.transition_s3_path("s3://glue-runner-wire/old/", "STANDARD_IA", {
    "retentionPeriod": 0, "accountId": "000000000000", "roleArn": "arn:aws:iam::000000000000:role/r",
    "manifestFilePath": "s3://glue-runner-wire/manifest/"})
"""
)


def test_dynamodb_kinesis_and_storage_classes(api: Jobs, aws: Callable[[str], Any]) -> None:
    dynamodb, kinesis = aws("dynamodb"), aws("kinesis")
    for name in ("wire-in", "wire-out", "wire-plain"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    for i in range(30):
        number = {"n": {"N": str(i) if i % 2 else "1.5"}} if i else {}
        item = {"id": {"S": f"k{i}"}, **number, "m": {"M": {"ok": {"BOOL": True}}}, "s": {"SS": ["a", "b"]}}
        dynamodb.put_item(TableName="wire-in", Item=item)
    kinesis.create_stream(StreamName="wire", ShardCount=1)
    api.s3.put_object(Bucket=BUCKET, Key="old/file", Body=b"x")
    api.make("stores", STORES)
    _, lines = api.run("stores")
    assert lines == [
        "[('id', 'string'), ('m', 'struct'), ('s', 'array'), ('n', 'choice')]",
        "[('k1', '1'), ('k10', '1.5')] ['id', 'm.ok', 'n', 's']",
        "30 double 1.5",
        "30 data",
    ]
    assert dynamodb.scan(TableName="wire-plain", Select="COUNT")["Count"] == 14
    assert dynamodb.scan(TableName="wire-out", Select="COUNT")["Count"] == 30
    written = dynamodb.get_item(TableName="wire-out", Key={"id": {"S": "k3"}})["Item"]
    assert written["n"] == {"N": "3"}
    assert written["m"] == {"M": {"ok": {"BOOL": True}}}
    assert api.s3.head_object(Bucket=BUCKET, Key="old/file")["StorageClass"] == "STANDARD_IA"
    manifest = api.s3.get_object(Bucket=BUCKET, Key="manifest/Success.csv")["Body"].read()
    assert manifest == b"glue-runner-wire,old/file\n"
    _stream(api, kinesis, aws("cloudwatch"))


STREAM = (
    BEGIN
    + """
from awsglue.dynamicframe import DynamicFrame
frame = glueContext.create_data_frame.from_options(connection_type="kinesis", connection_options={
    "typeOfData": "kinesis", "streamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/wire",
    "classification": "json", "startingPosition": "earliest", "inferSchema": "true",
    "emitConsumerLagMetrics": "true"}, transformation_ctx="frame")
def process(batch, batch_id):
    DynamicFrame.fromDF(batch, glueContext, "batch").toDF().select("id").write.mode("append").json("s3://glue-runner-wire/streamed/")
glueContext.forEachBatch(frame=frame, batch_function=process, options={
    "windowSize": "1 seconds", "checkpointLocation": "s3://glue-runner-wire/checkpoint/"})
"""
)


def _stream(api: Jobs, kinesis: Any, cloudwatch: Any) -> None:
    """A streaming job runs until it is stopped, and goes on where it was."""

    def streamed() -> list[str]:
        pages = api.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="streamed/part-")
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        texts = [api.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys]
        return sorted(json.loads(line)["id"] for text in texts for line in text.splitlines())

    def progress(run_id: str) -> tuple[int, int]:
        run = api.glue.get_job_run(JobName="stream", RunId=run_id)["JobRun"]
        assert run["JobRunState"] in {"STARTING", "RUNNING"}, run.get("ErrorMessage")
        return len(streamed()), len(committed())

    def measured() -> set[str]:
        dimensions = [{"Name": "JobName", "Value": "stream"}, {"Name": "JobRunId", "Value": run_id}]
        told = cloudwatch.list_metrics(Namespace="Glue", Dimensions=dimensions)["Metrics"]
        return {metric["MetricName"].rsplit(".", 1)[-1] for metric in told}

    def committed() -> list[Any]:
        found = api.s3.list_objects_v2(Bucket=BUCKET, Prefix="checkpoint/commits/").get("Contents", [])
        return [each for each in found if each["Key"].rsplit("/", 1)[-1].isdigit()]

    api.make("stream", STREAM, "gluestreaming", enable_metrics="true")
    for runs, count in enumerate((30, 31), 1):
        run_id = api.start("stream")
        # Its batch is to be committed, too: stopped earlier it would come again.
        until(
            partial(progress, run_id), lambda seen, wanted=(count, runs): seen[0] >= wanted[0] and seen[1] >= wanted[1]
        )
        of_batches = {"numRecords", "batchProcessingTimeInMs", "maxConsumerLagInMs"}
        until(measured, of_batches.issubset)
        api.glue.batch_stop_job_run(JobName="stream", JobRunIds=[run_id])
        api.wait("stream", run_id, "STOPPED")
        kinesis.put_record(StreamName="wire", PartitionKey="p", Data=b'{"id": "late"}')
    assert streamed() == sorted([*(f"k{i}" for i in range(30)), "late"])
