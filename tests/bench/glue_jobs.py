"""StartJobRun until SUCCEEDED for a small job (1,000 JSON lines to Parquet), warm and cold."""

import json
import time
from collections.abc import Iterator

from bench.harness import Figure, Instance, seconds

SCRIPT = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
glue = GlueContext(SparkContext())
job = Job(glue)
job.init(args["JOB_NAME"], args)
frame = glue.create_dynamic_frame.from_options("s3", {"paths": [f"s3://{args['bucket']}/in/"]}, format="json")
mapped = ApplyMapping.apply(frame, [("id", "int", "id", "long"), ("name", "string", "label", "string")])
glue.write_dynamic_frame.from_options(mapped, "s3", {"path": f"s3://{args['bucket']}/out/"}, format="parquet")
job.commit()
"""
RUNS = 5


def measure(instance: Instance) -> Iterator[Figure]:
    s3, glue = instance.client("s3"), instance.client("glue")
    s3.create_bucket(Bucket="bench-glue")
    lines = "\n".join(json.dumps({"id": n, "name": f"name {n}"}) for n in range(1000))
    s3.put_object(Bucket="bench-glue", Key="in/a.json", Body=lines.encode())
    s3.put_object(Bucket="bench-glue", Key="job.py", Body=SCRIPT.encode())
    glue.create_job(
        Name="bench",
        Role=f"arn:aws:iam::{instance.config.account}:role/bench",
        Command={"Name": "glueetl", "ScriptLocation": "s3://bench-glue/job.py", "PythonVersion": "3"},
        GlueVersion="5.1",
        DefaultArguments={"--bucket": "bench-glue"},
    )

    def run(**arguments: str) -> None:
        run_id = glue.start_job_run(JobName="bench", Arguments=arguments)["JobRunId"]
        state = "STARTING"
        while state not in {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}:
            time.sleep(0.05)
            result = glue.get_job_run(JobName="bench", RunId=run_id)["JobRun"]
            state = result["JobRunState"]
        if state != "SUCCEEDED":
            raise AssertionError(f"{state}: {result.get('ErrorMessage')}")

    yield Figure(
        "Glue job cold, start to SUCCEEDED",
        seconds(lambda: run(**{"--conf": "spark.driver.extraJavaOptions=-Drapid.bench=cold"})),
        "s",
    )
    run()
    times = []
    for _ in range(RUNS):
        _wait_for_warm(instance)
        times.append(seconds(run))
    yield Figure("Glue job warm, start to SUCCEEDED, p50", sorted(times)[len(times) // 2], "s", f"{RUNS} runs")


def _wait_for_warm(instance: Instance) -> None:
    import requests

    while not requests.get(f"{instance.config.runner_url}/health", timeout=5).json()["warm"]:
        time.sleep(0.1)
