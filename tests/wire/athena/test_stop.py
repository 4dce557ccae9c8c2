"""Queries that are stopped: by their caller, by their workgroup's limit, by an emulator that ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from rapid.cli.services import spec
from rapid.core import aws
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from tests.conftest import free_port
from tests.waiting import SECONDS

ENDLESS = (
    "select count(*) from unnest(sequence(1, 10000)) a(x), unnest(sequence(1, 10000)) b(y),"
    " unnest(sequence(1, 10000)) c(z) where x * y + z = 7"
)
CLIENTS = 32


@dataclass
class Own:
    """An emulator of the test's own, which it may end."""

    config: Config

    @property
    def athena(self) -> Any:
        return aws.client(self.config, "athena")

    def start(self) -> None:
        supervisor, service = Supervisor(self.config), spec(self.config, "emulator")
        supervisor.start(service)
        supervisor.wait(service)

    @property
    def process(self) -> psutil.Process:
        found = Supervisor(self.config).find("emulator")
        assert found is not None
        return found

    def query(self, sql: str) -> str:
        place = {"OutputLocation": "s3://results/"}
        return str(self.athena.start_query_execution(QueryString=sql, ResultConfiguration=place)["QueryExecutionId"])

    def status(self, query: str) -> dict[str, Any]:
        status: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        return status


@pytest.fixture
def own(config: Config, tmp_path: Path) -> Iterator[Own]:
    made = Own(replace(config, home=tmp_path, emulator_port=free_port()))
    try:
        made.start()
        aws.client(made.config, "s3").create_bucket(Bucket="results")
        yield made
    finally:
        Supervisor(made.config).stop(["emulator"])


def test_clients_at_once_some_of_which_stop_and_some_read_too_much(lab: Any) -> None:
    lab.put("wide/data.csv", b"1,a\n" * 3_000_000)
    lab.run(
        "create external table {db}.wide (id int, name string) row format delimited fields terminated by ','"
        " location 's3://{bucket}/wide/'"
    )
    lab.athena.create_work_group(
        Name=lab.database,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/results/"},
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )

    def client(number: int) -> tuple[str, object]:
        if number % 4 == 0:
            query = lab.athena.start_query_execution(
                QueryString=ENDLESS, ResultConfiguration={"OutputLocation": f"s3://{lab.bucket}/results/"}
            )["QueryExecutionId"]
            lab.athena.stop_query_execution(QueryExecutionId=query)
            status = lab.wait(query)["Status"]
            return "stopped", (status["State"], status.get("StateChangeReason"))
        if number % 4 == 1:
            ended = lab.run("select sum(id) from wide", WorkGroup=lab.database)
            return "limited", (ended.state, ended.reason)
        answer = lab.run(f"select {number} * 2")
        return "answered", (answer.state, answer.rows == [[str(number * 2)]])

    with ThreadPoolExecutor(CLIENTS) as pool:
        ended = list(pool.map(client, range(CLIENTS)))
    assert {kind: {what for k, what in ended if k == kind} for kind, _ in ended} == {
        "stopped": {("CANCELLED", None)},
        "limited": {("CANCELLED", "Bytes scanned limit was exceeded")},
        "answered": {("SUCCEEDED", True)},
    }


def test_sigterm_ends_a_running_query_and_the_process(own: Own) -> None:
    query = own.query(ENDLESS)
    assert own.status(query)["State"] in {"QUEUED", "RUNNING"}, "the query is meant to outlast the test"
    process = own.process
    process.terminate()
    _, alive = psutil.wait_procs([process], timeout=SECONDS)
    assert not alive, "the process waits for the query"


def test_history_survives_kill_9_and_what_ran_has_failed(own: Own) -> None:
    done = own.query("SELECT 42 AS v")
    while own.status(done)["State"] != "SUCCEEDED":
        pass  # GetQueryExecution waits for the end by itself
    running = own.query(ENDLESS)
    process = own.process
    process.kill()
    psutil.wait_procs([process], timeout=SECONDS)
    own.start()
    ended = own.status(running)
    assert (ended["State"], ended["AthenaError"]["ErrorCategory"]) == ("FAILED", 1)
    rows = own.athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "42"}]
