"""A bucket, a database and a way to run statements, shared by Athena's wire tests."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Outcome:
    """How a statement ended: the QueryExecution, and its rows without the header if it succeeded."""

    execution: dict[str, Any]
    rows: list[list[str | None]]
    columns: list[dict[str, Any]]

    @property
    def state(self) -> str:
        return str(self.execution["Status"]["State"])

    @property
    def reason(self) -> str:
        return str(self.execution["Status"].get("StateChangeReason"))


@dataclass
class Lab:
    """One bucket and one database of a test module."""

    athena: Any
    s3: Any
    glue: Any
    bucket: str
    database: str

    def run(self, sql: str, **arguments: Any) -> Outcome:
        """Runs a statement to its end; `{bucket}` and `{db}` stand for the lab's own."""
        text = sql.replace("{bucket}", self.bucket).replace("{db}", self.database)
        given = {
            "QueryExecutionContext": {"Database": self.database},
            "ResultConfiguration": {"OutputLocation": f"s3://{self.bucket}/results/"},
            **arguments,
        }
        query_id = self.athena.start_query_execution(QueryString=text, **given)["QueryExecutionId"]
        execution = self.wait(query_id)
        if execution["Status"]["State"] != "SUCCEEDED":
            return Outcome(execution, [], [])
        results = self.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]
        rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in results["Rows"]]
        columns = results["ResultSetMetadata"]["ColumnInfo"]
        header = execution["StatementType"] != "DDL" and rows[:1] == [[c["Name"] for c in columns]]
        return Outcome(execution, rows[1:] if header else rows, columns)

    def wait(self, query_id: str) -> dict[str, Any]:
        while True:  # GetQueryExecution waits for the end by itself
            execution: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return execution

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def body(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture(scope="module")
def lab(aws: Callable[[str], Any]) -> Lab:
    name = f"lab{uuid.uuid4().hex[:8]}"
    made = Lab(aws("athena"), aws("s3"), aws("glue"), f"{name}-bucket", name)
    made.s3.create_bucket(Bucket=made.bucket)
    made.glue.create_database(DatabaseInput={"Name": name})
    return made
