"""Athena for Apache Spark on the real runner.

States and members: API_StartSession, API_GetCalculationExecution and their companions in
https://docs.aws.amazon.com/athena/latest/APIReference/; what is printed where, as PyAthena's own tests have it.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until
from tests.wire.athena.conftest import Lab

pytestmark = pytest.mark.slow
ENDED = {"COMPLETED", "FAILED", "CANCELED"}


class Spark:
    """A session of a workgroup of its own."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.athena, self.workgroup = lab, lab.athena, f"spark-{uuid.uuid4().hex[:8]}"
        self.athena.create_work_group(
            Name=self.workgroup,
            Configuration={
                "EngineVersion": {"SelectedEngineVersion": "PySpark engine version 3"},
                "ExecutionRole": "arn:aws:iam::000000000000:role/spark",
                "ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/spark/"},
            },
        )
        self.id = self.athena.start_session(
            WorkGroup=self.workgroup,
            Description="a test",
            EngineConfiguration={"MaxConcurrentDpus": 2, "SparkProperties": {"spark.sql.shuffle.partitions": "3"}},
        )["SessionId"]
        self.wait("IDLE")

    @property
    def state(self) -> str:
        return str(self.athena.get_session_status(SessionId=self.id)["Status"]["State"])

    def wait(self, *states: str) -> str:
        return until(lambda: self.state, lambda s: s in states)

    def start(self, code: str, **more: Any) -> str:
        return str(
            self.athena.start_calculation_execution(SessionId=self.id, CodeBlock=code, **more)["CalculationExecutionId"]
        )

    def end(self, calculation: str) -> dict[str, Any]:
        return dict(
            until(
                lambda: self.athena.get_calculation_execution(CalculationExecutionId=calculation),
                lambda c: c["Status"]["State"] in ENDED,
            )
        )

    def read(self, uri: str) -> str:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return str(self.lab.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())


@pytest.fixture(scope="module")
def spark(runner: Any, lab: Lab) -> Iterator[Spark]:
    found = Spark(lab)
    yield found
    lab.athena.terminate_session(SessionId=found.id)
    found.wait("TERMINATED")


def test_a_calculation_prints_and_reads_tables(spark: Spark, lab: Lab) -> None:
    lab.run("CREATE TABLE numbers WITH (format = 'PARQUET') AS SELECT 7 AS n")
    shown = f"spark.sql('SELECT * FROM {lab.database}.numbers').show()"
    code = f"print(spark.conf.get('spark.sql.shuffle.partitions'))\n{shown}"
    calculation = spark.start(code, Description="reads")
    ended = spark.end(calculation)
    assert (ended["Status"]["State"], ended["Description"], ended["SessionId"]) == ("COMPLETED", "reads", spark.id)
    assert ended["Statistics"]["DpuExecutionInMillis"] > 0
    assert ended["Result"]["StdOutS3Uri"].startswith(ended["WorkingDirectory"])
    assert spark.read(ended["Result"]["StdOutS3Uri"]) == "3\n+---+\n|  n|\n+---+\n|  7|\n+---+"
    assert spark.read(ended["Result"]["StdErrorS3Uri"]) == ""
    assert spark.athena.get_calculation_execution_code(CalculationExecutionId=calculation)["CodeBlock"] == code
    listed = spark.athena.list_calculation_executions(SessionId=spark.id, StateFilter="COMPLETED")["Calculations"]
    assert calculation in [c["CalculationExecutionId"] for c in listed]


def test_what_a_calculation_raises_is_on_its_stderr(spark: Spark) -> None:
    ended = spark.end(spark.start("\nfoobar\n"))
    assert ended["Status"]["State"] == "FAILED"
    assert ended["Status"]["StateChangeReason"] == "NameError: name 'foobar' is not defined"
    stderr = spark.read(ended["Result"]["StdErrorS3Uri"])
    assert stderr.strip() == "File \"<stdin>\", line 2, in <module>\nNameError: name 'foobar' is not defined"


def test_a_busy_session_takes_no_calculation_and_one_that_is_stopped_ends(spark: Spark) -> None:
    calculation = spark.start("import time\ntime.sleep(600)", ClientRequestToken="t" * 32)
    assert spark.start("1", ClientRequestToken="t" * 32) == calculation
    assert spark.state == "BUSY"
    with pytest.raises(ClientError, match="Session is in the BUSY state; needs to be IDLE to accept Calculations"):
        spark.start("1")
    assert spark.athena.stop_calculation_execution(CalculationExecutionId=calculation)["State"] in {
        "CANCELING",
        "CANCELED",
    }
    assert spark.end(calculation)["Status"]["State"] == "CANCELED"
    spark.wait("IDLE")


def test_a_session_is_described_and_listed(spark: Spark) -> None:
    found = spark.athena.get_session(SessionId=spark.id)
    assert (found["Description"], found["WorkGroup"]) == ("a test", spark.workgroup)
    assert found["EngineVersion"] == "PySpark engine version 3"
    assert found["SessionConfiguration"]["IdleTimeoutSeconds"] == 20 * 60
    listed = spark.athena.list_sessions(WorkGroup=spark.workgroup, StateFilter="IDLE")["Sessions"]
    assert [s["SessionId"] for s in listed] == [spark.id]
    assert [e["ExecutorState"] for e in spark.athena.list_executors(SessionId=spark.id)["ExecutorsSummary"]] == [
        "REGISTERED"
    ]


def test_the_end_of_a_session_ends_its_calculation(spark: Spark, runner: Any, lab: Lab) -> None:
    other = Spark(lab)
    calculation = other.start("import time\ntime.sleep(600)")
    assert other.athena.terminate_session(SessionId=other.id)["State"] in {"TERMINATING", "TERMINATED"}
    other.wait("TERMINATED")
    assert other.end(calculation)["Status"]["State"] == "CANCELED"
    with pytest.raises(ClientError, match="is in the TERMINATED state"):
        other.start("1")


def test_a_workgroup_of_spark_runs_no_sql(spark: Spark, aws: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match="is Spark enabled"):
        aws("athena").start_query_execution(QueryString="SELECT 1", WorkGroup=spark.workgroup)
    with pytest.raises(ClientError, match="not found"):
        aws("athena").get_session(SessionId="nobody")
