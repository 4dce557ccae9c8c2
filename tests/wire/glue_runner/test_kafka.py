"""Kafka topics of a real broker: as batches, as streams, through the Data Catalog, and as sinks.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kafka-home.html (read 2026-11)
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.brokers import Kafka, kafka
from tests.waiting import until
from tests.wire.glue_runner.conftest import BUCKET, Client
from tests.wire.glue_runner.test_stores import BEGIN, Jobs

pytestmark = pytest.mark.slow

BATCHES = (
    BEGIN
    + """
import json
from awsglue.dynamicframe import DynamicFrame
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
servers = {"bootstrap.servers": sys.argv[sys.argv.index("--servers") + 1], "security.protocol": "PLAINTEXT"}
def read(topic, **options):
    given = {**servers, "topicName": topic, "startingOffsets": "earliest", **options}
    return glueContext.create_dynamic_frame.from_options("kafka", given).toDF()
typed = {"classification": "json", "schema": "id INT, name STRING"}
headers = read("people", **typed, includeHeaders="true", addRecordTimestamp="true")
print(headers.columns, [tuple(header) for header in headers.first()["glue_streaming_kafka_headers"]])
print(sorted(tuple(row) for row in read("people", classification="json", inferSchema="true").collect()))
print(sum(read(None, **typed, assign=json.dumps({"people": [number]})).count() for number in (0, 1)),
      read(None, subscribePattern="peo.*").columns[:3])
rows = glueContext.spark_session.createDataFrame([(1, {"a": "b"}), (2, None)], "id int, m map<string, string>")
frame = DynamicFrame.fromDF(rows, glueContext, "f")
sink = glueContext.getSink("kafka", **servers, topicName="as-json")
sink.setFormat("json")
sink.writeFrame(frame)
glueContext.write_dynamic_frame.from_options(
    frame.drop_fields(["m"]), "kafka", {**servers, "topicName": "as-csv", "classification": "csv"})
print(sorted(row["id"] for row in read("as-csv", classification="csv", schema="id INT", delimiter=",").collect()))
form = json.dumps({"type": "record", "name": "r", "fields": [{"name": "id", "type": ["int", "null"]}]})
frame.toDF().select(to_avro(F.struct("id"), form).alias("value")).write.format("kafka").option(
    "kafka.bootstrap.servers", servers["bootstrap.servers"]).option("topic", "as-avro").save()
print(sorted(row["id"] for row in read("as-avro", classification="avro", schema=form).collect()))
"""
)

STREAM = (
    BEGIN
    + """
frame = glueContext.create_data_frame.from_catalog(database="topics", table_name="people", transformation_ctx="people",
    additional_options={"startingOffsets": "earliest"})
def process(batch, batch_id):
    batch.write.mode("append").json("s3://glue-runner-wire/people/")
glueContext.forEachBatch(frame=frame, batch_function=process, options={
    "windowSize": "1 seconds", "checkpointLocation": "s3://glue-runner-wire/people-checkpoint/"})
"""
)


@pytest.fixture(scope="module")
def broker(jobs: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka(jobs.config, tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def api(jobs: Client, aws: Callable[[str], Any]) -> Jobs:
    return Jobs(aws, jobs.logs)


def people(*numbers: int) -> list[str]:
    return [json.dumps({"id": number, "name": f"n{number}"}) for number in numbers]


def test_batches_and_sinks(api: Jobs, broker: Kafka) -> None:
    broker.send("people", *people(1, 2), headers={"from": "a", "trace": "7"})
    api.make("kafka-batches", BATCHES)
    _, lines = api.run("kafka-batches", servers=broker.servers)
    assert lines == [
        "['id', 'name', 'glue_streaming_kafka_headers', '__src_timestamp'] [('from', 'a'), ('trace', '7')]",
        "[(1, 'n1'), (2, 'n2')]",
        "2 ['key', 'value', 'topic']",
        "[1, 2]",
        "[1, 2]",
    ]
    assert broker.values("as-json", 2) == ['{"id":1,"m":{"a":"b"}}', '{"id":2}']
    assert broker.values("as-csv", 2) == ["1", "2"]


def test_a_stream_of_the_catalog(api: Jobs, broker: Kafka) -> None:
    """A job that is started again goes on behind what it has committed."""
    given = {"KAFKA_BOOTSTRAP_SERVERS": broker.servers, "KAFKA_SSL_ENABLED": "false"}
    api.glue.create_connection(
        ConnectionInput={"Name": "broker", "ConnectionType": "KAFKA", "ConnectionProperties": given}
    )
    api.glue.create_database(DatabaseInput={"Name": "topics"})
    columns = [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}]
    named = {"typeOfData": "kafka", "connectionName": "broker", "topicName": "streamed", "classification": "json"}
    table = {"Name": "people", "StorageDescriptor": {"Columns": columns, "Location": "streamed"}, "Parameters": named}
    api.glue.create_table(DatabaseName="topics", TableInput=table)
    api.make("kafka-stream", STREAM, "gluestreaming")

    def written() -> list[str]:
        pages = api.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="people/part-")
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        texts = [api.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys]
        return sorted(json.loads(line)["name"] for text in texts for line in text.splitlines())

    def committed() -> int:
        found = api.s3.list_objects_v2(Bucket=BUCKET, Prefix="people-checkpoint/commits/").get("Contents", [])
        return sum(each["Key"].rsplit("/", 1)[-1].isdigit() for each in found)

    for numbers in ((1, 2), (3,)):
        before = committed()
        broker.send("streamed", *people(*numbers), headers={"from": "a"})
        run_id = api.start("kafka-stream")

        def progress(run_id: str = run_id) -> tuple[int, int]:
            run = api.glue.get_job_run(JobName="kafka-stream", RunId=run_id)["JobRun"]
            assert run["JobRunState"] in {"STARTING", "RUNNING"}, run.get("ErrorMessage")
            return len(written()), committed()

        until(progress, lambda seen, wanted=(numbers[-1], before): seen[0] >= wanted[0] and seen[1] > wanted[1])
        api.glue.batch_stop_job_run(JobName="kafka-stream", JobRunIds=[run_id])
        api.wait("kafka-stream", run_id, "STOPPED")
    assert written() == ["n1", "n2", "n3"]
