"""An emulator that is asked to stop ends at once, whatever queries are running."""

from dataclasses import replace
from pathlib import Path

import psutil

from rapid.cli.services import spec
from rapid.core import aws
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from tests.conftest import free_port

ENDLESS = (
    "select count(*) from unnest(sequence(1, 10000)) a(x), unnest(sequence(1, 10000)) b(y),"
    " unnest(sequence(1, 10000)) c(z) where x * y + z = 7"
)


def test_sigterm_ends_a_running_query_and_the_process(config: Config, tmp_path: Path) -> None:
    own = replace(config, home=tmp_path, emulator_port=free_port())
    supervisor, service = Supervisor(own), spec(own, "emulator")
    supervisor.start(service)
    try:
        supervisor.wait(service)
        athena = aws.client(own, "athena")
        aws.client(own, "s3").create_bucket(Bucket="results")
        query = athena.start_query_execution(
            QueryString=ENDLESS, ResultConfiguration={"OutputLocation": "s3://results/"}
        )["QueryExecutionId"]
        state = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
        assert state in {"QUEUED", "RUNNING"}, "the query is meant to outlast the test"
        process = supervisor.find("emulator")
        assert process is not None
        process.terminate()
        _, alive = psutil.wait_procs([process], timeout=30)
        assert not alive, "the process waits for the query"
    finally:
        supervisor.stop(["emulator"])


def test_history_survives_kill_9_and_what_ran_has_failed(config: Config, tmp_path: Path) -> None:
    own = replace(config, home=tmp_path, emulator_port=free_port())
    supervisor, service = Supervisor(own), spec(own, "emulator")
    supervisor.start(service)
    try:
        supervisor.wait(service)
        athena = aws.client(own, "athena")
        aws.client(own, "s3").create_bucket(Bucket="results")
        place = {"OutputLocation": "s3://results/"}
        done = athena.start_query_execution(QueryString="SELECT 42 AS v", ResultConfiguration=place)["QueryExecutionId"]
        while athena.get_query_execution(QueryExecutionId=done)["QueryExecution"]["Status"]["State"] != "SUCCEEDED":
            pass  # GetQueryExecution waits for the end by itself
        running = athena.start_query_execution(QueryString=ENDLESS, ResultConfiguration=place)["QueryExecutionId"]
        process = supervisor.find("emulator")
        assert process is not None
        process.kill()
        psutil.wait_procs([process], timeout=30)
        supervisor.start(service)
        supervisor.wait(service)
        ended = athena.get_query_execution(QueryExecutionId=running)["QueryExecution"]["Status"]
        assert (ended["State"], ended["AthenaError"]["ErrorCategory"]) == ("FAILED", 1)
        rows = athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
        assert rows[1]["Data"] == [{"VarCharValue": "42"}]
    finally:
        supervisor.stop(["emulator"])
