"""Spark jobs: warm and cold processes, S3, the catalog.

What scripts may do is from https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from glue_runner.priority import BACKGROUND
from rapid.core.processes import Supervisor

BUCKET = "glue-runner-wire"
BEGIN = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
"""
PIPELINE = (
    BEGIN
    + """
source = glueContext.create_dynamic_frame.from_options(
    "s3", {"paths": ["s3://glue-runner-wire/in/"], "recurse": True}, "json")
mapped = ApplyMapping.apply(source, [("id", "long", "id", "long"), ("day", "string", "day", "string")])
sink = glueContext.getSink(connection_type="s3", path="s3://glue-runner-wire/table/", enableUpdateCatalog=True,
                           updateBehavior="UPDATE_IN_DATABASE", partitionKeys=["day"])
sink.setCatalogInfo(catalogDatabase="wire", catalogTableName="things")
sink.setFormat("glueparquet")
sink.writeFrame(mapped)
back = glueContext.create_dynamic_frame.from_catalog(database="wire", table_name="things")
some = glueContext.create_dynamic_frame.from_catalog(
    database="wire", table_name="things", push_down_predicate="day >= '02'")
print("counts", back.count(), some.count(), some.toDF().schema["day"].dataType.simpleString())
job.commit()
"""
)


def test_json_to_a_partitioned_catalog_table(jobs: Any, aws: Any) -> None:
    body = "".join(json.dumps({"id": i, "day": f"0{i % 3}"}) + "\n" for i in range(9))
    jobs.s3.put_object(Bucket=BUCKET, Key="in/a.jsonl", Body=body.encode())
    aws("glue").create_database(DatabaseInput={"Name": "wire"})
    outcome = jobs.run(PIPELINE)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert "counts 9 3 string" in jobs.logs(outcome.run_id)
    table = aws("glue").get_table(DatabaseName="wire", Name="things")["Table"]
    assert table["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "bigint"}]
    assert table["Parameters"]["classification"] == "parquet"
    found = aws("glue").get_partitions(DatabaseName="wire", TableName="things")["Partitions"]
    assert sorted(p["Values"] for p in found) == [["00"], ["01"], ["02"]]


def test_a_whole_bucket_is_a_path_without_a_slash(jobs: Any) -> None:
    """Scripts write `s3://bucket`, which AWS's file system takes."""
    for name in ("glue-root-in", "glue-root-out"):
        jobs.s3.create_bucket(Bucket=name)
    jobs.s3.put_object(Bucket="glue-root-in", Key="a.json", Body=b'{"a": 1}\n{"a": 2}\n')
    script = """
frame = glueContext.create_dynamic_frame.from_options("s3", {"paths": ["s3://glue-root-in"]}, "json")
glueContext.write_dynamic_frame.from_options(frame, "s3", {"path": "s3://glue-root-out"}, "parquet")
frame.toDF().write.mode("append").option("path", "s3://glue-root-out").format("parquet").save()
whole = {"paths": ["s3://glue-root-out"], "recurse": True}
back = glueContext.create_dynamic_frame.from_options("s3", whole, "parquet")
lines = sc.textFile("s3://glue-root-in").count()
print(frame.count(), back.count(), spark.read.json("s3://glue-root-in").count(), lines)
"""
    outcome = jobs.run(BEGIN + script)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert jobs.logs(outcome.run_id) == ["2 4 2 2"]


@pytest.mark.parametrize("arguments", [{}, {"--conf": "spark.driver.extraJavaOptions=-Da=b"}], ids=["warm", "cold"])
def test_a_jvm_starts_from_the_class_archive(jobs: Any, arguments: dict[str, str]) -> None:
    script = BEGIN + (
        "pid = sc._jvm.java.lang.ProcessHandle.current().pid()\n"
        "maps = open(f'/proc/{pid}/maps').read()\n"
        "print([part for part in ('java.jsa', 'spark.jsa') if part in maps])\n"
    )
    outcome = jobs.run(script, arguments)
    assert jobs.logs(outcome.run_id) == ["['java.jsa', 'spark.jsa']"]


def test_a_profiler_may_watch_a_job(jobs: Any) -> None:
    conf = {"--conf": "spark.driver.extraJavaOptions=-XX:StartFlightRecording=settings=default"}
    outcome = jobs.run(BEGIN + "print(spark.range(3).count())", conf)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert "3" in jobs.logs(outcome.run_id)


@pytest.mark.skipif(not Path("/proc/self/autogroup").is_file(), reason="the kernel does not group by session")
def test_a_job_has_the_priority_of_any_process_and_what_warms_up_has_less(jobs: Any) -> None:
    outcome = jobs.run("print(open('/proc/self/autogroup').read().split()[-1])")
    assert jobs.logs(outcome.run_id) == ["0"]
    jobs.wait_for_warm()
    runner = Supervisor(jobs.config).find("glue")
    assert runner is not None
    waiting = [Path(f"/proc/{child.pid}/autogroup").read_text().split()[-1] for child in runner.children()]
    assert str(BACKGROUND) in waiting


def test_a_second_context_fails_as_it_should(jobs: Any) -> None:
    outcome = jobs.run(BEGIN + "SparkContext()")
    assert outcome.states[-1] == "FAILED"
    assert "Cannot run multiple SparkContexts at once" in outcome.error


def test_what_only_a_new_context_can_honour_reaches_a_warm_process(jobs: Any) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/monitor-spark-ui-jobs.html: the event log of a run, below the path."""
    logs = {"--enable-spark-ui": "true", "--spark-event-logs-path": f"s3://{BUCKET}/event-logs/"}
    script = "print(sc.defaultParallelism, sc.parallelize(range(20)).getNumPartitions())"
    outcome = jobs.run(BEGIN + script, {"--conf": "spark.default.parallelism=7", **logs})
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert jobs.logs(outcome.run_id) == ["7 7"]
    log = jobs.s3.get_object(Bucket=BUCKET, Key=f"event-logs/{outcome.run_id}")["Body"].read()
    assert b"SparkListenerApplicationStart" in log


@pytest.mark.parametrize("arguments", [{}, {"--conf": "spark.sql.shuffle.partitions=3 --conf spark.mine=yes"}])
def test_settings_of_a_job_are_its_own(jobs: Any, arguments: dict[str, str]) -> None:
    outcome = jobs.run(BEGIN + "print(spark.conf.get('spark.mine', 'none'), spark.catalog.listTables())", arguments)
    assert jobs.logs(outcome.run_id) == ["yes []" if arguments else "none []"]


def test_settings_in_the_script_reach_a_warm_process(jobs: Any) -> None:
    script = (
        "from pyspark.sql import SparkSession\n"
        "builder = SparkSession.builder.config('spark.mine', 'yes').config('spark.sql.ansi.enabled', 'true')\n"
        "spark = builder.getOrCreate()\n"
        "print(spark.sparkContext.getConf().get('spark.mine'), spark.conf.get('spark.sql.ansi.enabled'))\n"
    )
    outcome = jobs.run(script)
    assert jobs.logs(outcome.run_id) == ["yes true"]


def test_a_killed_jvm_fails_the_run_whatever_the_script_catches(jobs: Any) -> None:
    script = (
        BEGIN
        + "import psutil\n[c.kill() for c in psutil.Process().parent().children() if 'java' in c.name()]\n"
        + "try:\n    spark.range(3).count()\nexcept Exception:\n    print('caught')\n"
    )
    outcome = jobs.run(script)
    assert outcome.states[-1] == "FAILED"
    assert "The Java process of the job was killed by signal 9 (SIGKILL)" in outcome.error


def test_what_java_says_is_the_message(jobs: Any) -> None:
    outcome = jobs.run(BEGIN + "spark.read.parquet('s3://glue-runner-wire/nothing/')")
    assert outcome.error.startswith("AnalysisException: [PATH_NOT_FOUND]")
    outcome = jobs.run(BEGIN + "sc.parallelize([1]).map(lambda x: x / 0).collect()")
    assert outcome.error.endswith("ZeroDivisionError: division by zero")
