"""Jobs on a Spark cluster: a master and a worker of `glue_runner.cluster` on this machine.

https://spark.apache.org/docs/3.5.6/spark-standalone.html (read 2026-11)
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import requests

from rapid.cli.services import spec
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from rapid.runner import environment as runner_environment
from tests.conftest import free_port
from tests.waiting import until
from tests.wire.glue_runner.conftest import BUCKET, Client, bring_jars, wheel
from tests.wire.glue_runner.test_catalog import ICEBERG

MODULE = (
    "import os\ndef where(_):\n    import helper_there, g5_installed\n"
    "    return os.path.basename(os.getcwd()), helper_there.VALUE + g5_installed.VALUE\n"
)
ON_EXECUTORS = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
import helper_here
spark = GlueContext(SparkContext()).spark_session
found = spark.sparkContext.parallelize(range(4), 4).map(helper_here.where).collect()
print(spark.sparkContext.master[:8], {value for _, value in found}, all(name.isdigit() for name, _ in found))
"""
LAKE = """
from pyspark.context import SparkContext
from awsglue.context import GlueContext
spark = GlueContext(SparkContext()).spark_session
rows = spark.range(100).selectExpr("id", "id % 3 as day")
{}
print(sum(row.id for row in back.collect()), spark.sparkContext.master[:8])
"""
ON_ICEBERG = """
spark.sql("create database if not exists glue_catalog.clustered location 's3://glue-runner-wire/clustered/'")
rows.writeTo("glue_catalog.clustered.things").partitionedBy(rows.day).createOrReplace()
spark.sql("delete from glue_catalog.clustered.things where id % 3 = 2")
back = spark.table("glue_catalog.clustered.things")
"""
ON_DELTA = """
path = "s3://glue-runner-wire/on-delta"
rows.write.format("delta").mode("overwrite").partitionBy("day").save(path)
spark.sql(f"delete from delta.`{path}` where day = 2")
back = spark.read.format("delta").load(path)
"""
ON_HUDI = """
path = "s3://glue-runner-wire/on-hudi"
options = {"hoodie.table.name": "things", "hoodie.datasource.write.recordkey.field": "id",
           "hoodie.datasource.write.partitionpath.field": "day", "hoodie.datasource.write.precombine.field": "id"}
rows.write.format("hudi").options(**options).mode("overwrite").save(path)
gone = options | {"hoodie.datasource.write.operation": "delete"}
rows.where("day = 2").write.format("hudi").options(**gone).mode("append").save(path)
back = spark.read.format("hudi").load(path)
"""
DELTA = (
    "spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension"
    " --conf spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog"
)
HUDI = (
    "spark.serializer=org.apache.spark.serializer.KryoSerializer"
    " --conf spark.sql.extensions=org.apache.spark.sql.hudi.HoodieSparkSessionExtension"
)


def _has_worker(page: str) -> bool:
    try:
        return any(worker["state"] == "ALIVE" for worker in requests.get(page, timeout=60).json()["workers"])
    except requests.RequestException:  # not up yet, or not all of it
        return False


@pytest.fixture(scope="module")
def clustered(runner: Config, aws: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A runner whose jobs run on a master and a worker."""
    port, page = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    environment = {
        **os.environ,
        **runner_environment(runner),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_MASTER_HOST": "127.0.0.1",
        "SPARK_MASTER_PORT": str(port),
        "SPARK_MASTER_WEBUI_PORT": str(page),
        "SPARK_WORKER_CORES": "2",
        "SPARK_WORKER_MEMORY": "4g",
    }
    own = replace(
        runner, home=tmp_path_factory.mktemp("clustered"), runner_port=free_port(), spark_master=master, glue_warm=1
    )
    python = str(runner.python("glue"))
    with ExitStack() as stack:
        for role in (["master"], ["worker", master]):
            command = [python, "-m", "glue_runner.cluster", *role]
            process = stack.enter_context(subprocess.Popen(command, env=environment))
            stack.callback(process.terminate)
        until(lambda: _has_worker(f"http://127.0.0.1:{page}/json/"))
        supervisor, service = Supervisor(own), spec(own, "glue")
        supervisor.start(service)
        stack.callback(supervisor.stop, ["glue"])
        supervisor.wait(service)
        yield Client(own, aws("s3"), aws("logs"))


@pytest.mark.parametrize("warm", [False, True])
def test_modules_reach_the_workers(jobs: Client, clustered: Client, warm: bool) -> None:
    jobs.s3.put_object(Bucket=BUCKET, Key="lib/helper_here.py", Body=MODULE.encode())
    jobs.s3.put_object(Bucket=BUCKET, Key="lib/helper_there.py", Body=b"VALUE = 40")
    installed = "g5_installed-1.0-py3-none-any.whl"
    jobs.s3.put_object(Bucket=BUCKET, Key=f"lib/{installed}", Body=wheel("g5_installed", "VALUE = 2"))
    if warm:
        clustered.wait_for_warm()
    modules = ",".join(f"s3://{BUCKET}/lib/{name}.py" for name in ("helper_here", "helper_there"))
    given = {"--extra-py-files": modules, "--additional-python-modules": f"s3://{BUCKET}/lib/{installed}"}
    outcome = clustered.run(ON_EXECUTORS, given)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert clustered.logs(outcome.run_id)[-1] == "spark:// {42} True"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "script", "conf"),
    [("iceberg", ON_ICEBERG, ICEBERG["--conf"]), ("delta", ON_DELTA, DELTA), ("hudi", ON_HUDI, HUDI)],
    ids=["iceberg", "delta", "hudi"],
)
def test_table_formats(jobs: Client, clustered: Client, name: str, script: str, conf: str) -> None:
    bring_jars(clustered.config, name)
    outcome = clustered.run(LAKE.format(script), {"--datalake-formats": name, "--conf": conf})
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    assert clustered.logs(outcome.run_id)[-1] == f"{sum(n for n in range(100) if n % 3 != 2)} spark://"
