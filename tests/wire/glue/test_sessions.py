"""Interactive sessions on the real runner.

States: API_Session, API_Statement and API_StatementOutput in https://docs.aws.amazon.com/glue/latest/webapi/;
outputs as the kernel of aws-glue-sessions reads them (State AVAILABLE, Output.Status ok or error; read 2026-11).
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

pytestmark = pytest.mark.slow
ROLE = "arn:aws:iam::000000000000:role/glue"
ENDED = {"AVAILABLE", "CANCELLED", "ERROR"}


class Notebook:
    def __init__(self, glue: Any) -> None:
        self.glue = glue

    def start(self, code: str) -> int:
        return int(self.glue.run_statement(SessionId="nb", Code=code)["Id"])

    def get(self, number: int) -> dict[str, Any]:
        return dict(self.glue.get_statement(SessionId="nb", Id=number)["Statement"])

    def wait(self, number: int, *states: str) -> dict[str, Any]:
        wanted = set(states) or ENDED
        return dict(until(lambda: self.get(number), lambda s: s["State"] in wanted))

    def run(self, code: str) -> dict[str, Any]:
        return self.wait(self.start(code))


@pytest.fixture(scope="module")
def notebook(runner: Any, aws: Callable[[str], Any]) -> Iterator[Notebook]:
    glue = aws("glue")
    created = glue.create_session(
        Id="nb", Role=ROLE, Command={"Name": "glueetl", "PythonVersion": "3"},
        WorkerType="G.1X", NumberOfWorkers=2, Tags={"team": "a"},
        DefaultArguments={"--enable-metrics": "true", "--day": "2026-01-01"},
    )["Session"]  # fmt: skip
    assert created["Status"] == "PROVISIONING"
    until(lambda: glue.get_session(Id="nb")["Session"]["Status"], lambda s: s != "PROVISIONING")
    yield Notebook(glue)
    glue.delete_session(Id="nb")


def test_statements_share_names_and_tell_what_they_print_and_are(notebook: Notebook) -> None:
    assert notebook.glue.get_session(Id="nb")["Session"]["Status"] == "READY"
    first = notebook.run("x = 40\nprint('hé')\nx + 2")
    assert (first["State"], first["Progress"]) == ("AVAILABLE", 1.0)
    assert first["Output"] == {"Data": {"TextPlain": "hé\n42"}, "ExecutionCount": 0, "Status": "ok"}
    assert first["CompletedOn"] >= first["StartedOn"] > 1_600_000_000_000
    shown = notebook.run(
        "from pyspark.context import SparkContext\nfrom awsglue.context import GlueContext\n"
        "glueContext = GlueContext(SparkContext.getOrCreate())\nglueContext.spark_session.range(x - 38).show()"
    )
    assert shown["Output"]["Data"]["TextPlain"] == "+---+\n| id|\n+---+\n|  0|\n|  1|\n+---+"


def test_arguments_of_a_session_are_those_of_a_script(notebook: Notebook) -> None:
    found = notebook.run("import sys\nfrom awsglue.utils import getResolvedOptions\nsys.argv")
    assert found["Output"]["Data"]["TextPlain"] == "['', '--day', '2026-01-01']"
    assert notebook.run("getResolvedOptions(sys.argv, ['day'])['day']")["Output"]["Data"]["TextPlain"] == "'2026-01-01'"


def test_a_long_output_arrives_whole(notebook: Notebook) -> None:
    assert notebook.run("print('x' * 1_000_000)")["Output"]["Data"]["TextPlain"] == "x" * 1_000_000


def test_errors_are_outputs(notebook: Notebook) -> None:
    failed = notebook.run("print('before')\n1 / 0")
    output = failed["Output"]
    assert (failed["State"], output["Status"]) == ("AVAILABLE", "error")
    assert (output["ErrorName"], output["ErrorValue"]) == ("ZeroDivisionError", "division by zero")
    assert output["Traceback"][-1].strip() == "ZeroDivisionError: division by zero"
    assert notebook.run("def f(:")["Output"]["ErrorName"] == "SyntaxError"
    assert "TABLE_OR_VIEW_NOT_FOUND" in notebook.run("spark.table('nope')")["Output"]["ErrorValue"]


def test_cancel_ends_running_and_waiting_statements(notebook: Notebook) -> None:
    running = notebook.start("sc.parallelize(range(2), 2).map(lambda x: __import__('time').sleep(600)).count()")
    waiting = notebook.start("print('never')")
    last = notebook.start("spark.range(5).count()")
    notebook.wait(running, "RUNNING")
    notebook.glue.cancel_statement(SessionId="nb", Id=waiting)
    notebook.glue.cancel_statement(SessionId="nb", Id=running)
    assert [notebook.wait(n)["State"] for n in (running, waiting, last)] == ["CANCELLED", "CANCELLED", "AVAILABLE"]
    assert notebook.get(last)["Output"]["Data"]["TextPlain"] == "5"
    assert len(notebook.glue.list_statements(SessionId="nb")["Statements"]) == last + 1


def test_what_is_refused(notebook: Notebook) -> None:
    glue = notebook.glue
    command = {"Name": "glueetl"}
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_session(Id="nb", Role=ROLE, Command=command)
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.run_statement(SessionId="other", Code="1")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_statement(SessionId="nb", Id=10_000)
    assert glue.list_sessions(Tags={"team": "a"})["Ids"] == ["nb"]
    assert glue.list_sessions(Tags={"team": "b"})["Ids"] == []


def test_a_stopped_session(runner: Any, aws: Callable[[str], Any], notebook: Notebook) -> None:
    """After Stop: state STOPPED, and IllegalSessionStateException for statements."""
    glue = aws("glue")
    glue.create_session(Id="short", Role=ROLE, Command={"Name": "glueetl"})
    glue.stop_session(Id="short")
    ask = lambda: glue.get_session(Id="short")["Session"]["Status"]  # noqa: E731 - read once below
    assert until(ask, lambda status: status not in {"PROVISIONING", "READY", "STOPPING"}) == "STOPPED"
    with pytest.raises(ClientError, match="IllegalSessionStateException"):
        glue.run_statement(SessionId="short", Code="1")
    glue.delete_session(Id="short")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_session(Id="short")
