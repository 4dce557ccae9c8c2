"""StartJobRun until SUCCEEDED for a small job (1,000 JSON lines to Parquet): warm, cold, and many at the same time."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from bench.harness import Figure, Instance, seconds
from rapid.core.processes import Supervisor

SCRIPT = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "out"])
glue = GlueContext(SparkContext())
job = Job(glue)
job.init(args["JOB_NAME"], args)
frame = glue.create_dynamic_frame.from_options("s3", {"paths": [f"s3://{args['bucket']}/in/"]}, format="json")
mapped = ApplyMapping.apply(frame, [("id", "int", "id", "long"), ("name", "string", "label", "string")])
target = {"path": f"s3://{args['bucket']}/{args['out']}/"}
glue.write_dynamic_frame.from_options(mapped, "s3", target, format="parquet")
job.commit()
"""
BUCKET = "bench-glue"
FINAL = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"}
RUNS, QUICK_RUNS = 10, 3
TOGETHER, QUICK_TOGETHER = 20, 6


@dataclass(frozen=True)
class Jobs:
    """The Glue jobs of a measurement."""

    glue: Any
    s3: Any
    role: str

    def create(self, name: str, script: str, **arguments: str) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=f"{name}.py", Body=script.encode())
        self.glue.create_job(
            Name=name,
            Role=self.role,
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/{name}.py", "PythonVersion": "3"},
            GlueVersion="5.1",
            DefaultArguments={f"--{key}": value for key, value in arguments.items()},
            ExecutionProperty={"MaxConcurrentRuns": TOGETHER},
        )

    def start(self, name: str, **arguments: str) -> str:
        given = {f"--{key}": value for key, value in arguments.items()}
        return str(self.glue.start_job_run(JobName=name, Arguments=given)["JobRunId"])

    def wait(self, name: str, run_id: str) -> dict[str, Any]:
        """The run once it is over.

        Raises:
            AssertionError: it did not succeed.
        """
        while True:
            run: dict[str, Any] = self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
            if run["JobRunState"] in FINAL:
                break
            time.sleep(0.05)
        if run["JobRunState"] != "SUCCEEDED":
            raise AssertionError(f"{name}: {run['JobRunState']}: {run.get('ErrorMessage')}")
        return run

    def run(self, name: str, **arguments: str) -> None:
        self.wait(name, self.start(name, **arguments))


def jobs(instance: Instance) -> Jobs:
    """What runs jobs on an instance; its bucket is there."""
    s3 = instance.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    return Jobs(instance.client("glue"), s3, f"arn:aws:iam::{instance.config.account}:role/bench")


def measure(instance: Instance) -> Iterator[Figure]:
    found = jobs(instance)
    lines = "\n".join(json.dumps({"id": n, "name": f"name {n}"}) for n in range(1000))
    found.s3.put_object(Bucket=BUCKET, Key="in/a.json", Body=lines.encode())
    found.create("small", SCRIPT, bucket=BUCKET, out="out")
    cold = {"conf": "spark.driver.extraJavaOptions=-Drapid.bench=cold"}
    yield Figure("Glue job cold, start to SUCCEEDED", seconds(lambda: found.run("small", **cold)), "s")
    runs = QUICK_RUNS if instance.quick else RUNS
    times = []
    for _ in range(runs):
        _wait_for_warm(instance)
        times.append(seconds(lambda: found.run("small")))
    yield Figure("Glue job warm, start to SUCCEEDED, p50", statistics.median(times), "s", f"{runs} runs")
    yield Figure("Glue job warm, start to SUCCEEDED, longest", max(times), "s")
    _wait_for_warm(instance)
    yield from _together(instance, found, QUICK_TOGETHER if instance.quick else TOGETHER)


def _together(instance: Instance, found: Jobs, count: int) -> Iterator[Figure]:
    """Many runs at once. More than RAPID_GLUE_PARALLEL are queued; none fails."""
    with _PeakMemory(instance) as peak:
        begin = time.perf_counter()
        runs = [found.start("small", out=f"together-{n}") for n in range(count)]
        waiting = {found.glue.get_job_run(JobName="small", RunId=run)["JobRun"]["JobRunState"] for run in runs[-1:]}
        for run in runs:
            found.wait("small", run)
        took = time.perf_counter() - begin
    note = f"all SUCCEEDED; the last began as {waiting.pop()}"
    yield Figure(f"Glue, {count} jobs at once, until all are done", took, "s", note)
    yield Figure(f"Glue, {count} jobs at once, memory", peak.mib, "MiB", "most of the runner with all its processes")


class _PeakMemory:
    """The most memory that the runner and its processes hold together meanwhile; shared pages are counted once."""

    def __init__(self, instance: Instance) -> None:
        self._root = Supervisor(instance.config).find("glue")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.mib = 0.0

    def __enter__(self) -> "_PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while self._root and not self._over.wait(1):
            self.mib = max(self.mib, sum(map(_held, [self._root, *self._root.children(recursive=True)])) / 2**20)


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it is over
        return 0
    return int(getattr(memory, "pss", memory.rss))


def _wait_for_warm(instance: Instance) -> None:
    import requests

    while not requests.get(f"{instance.config.runner_url}/health", timeout=5).json()["warm"]:
        time.sleep(0.1)
