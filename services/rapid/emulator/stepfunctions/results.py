"""What became of a distributed Map's child executions, in files of S3.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html (read 2026-11).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.services.stepfunctions.asl.component.eval_component import EvalComponent
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501 - its name
    MapRunRecord,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (
    StateCredentials,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

from rapid.emulator.stepfunctions.expressions import below
from rapid.emulator.stepfunctions.templates import fill

STATUSES = ("FAILED", "PENDING", "SUCCEEDED")


def json_text(value: Any) -> str:
    """As Step Functions writes JSON: without spaces."""
    return str(to_json_str(value, separators=(",", ":")))


@dataclass
class Child:
    """One child execution."""

    given: Any
    started: datetime
    status: str = "FAILED"
    output: Any = None
    error: str | None = None
    cause: str | None = None
    ended: datetime | None = None

    def told(self, index: int, machine: str) -> dict[str, Any]:
        """As it stands in a file of results."""
        execution = machine.replace(":stateMachine:", ":execution:")
        found: dict[str, Any] = {
            "ExecutionArn": f"{execution}:{index}",
            "Input": json_text(self.given),
            "InputDetails": {"Included": True},
            "Name": str(index),
            "StartDate": self.started.isoformat(),
            "StateMachineArn": machine,
            "Status": self.status,
            "StopDate": self.ended.isoformat() if self.ended else None,
        }
        if self.status == "SUCCEEDED":
            return found | {"Output": json_text(self.output), "OutputDetails": {"Included": True}}
        return found | {"Error": self.error, "Cause": self.cause}


@dataclass
class Run:
    """A distributed Map's child executions, in the order of their items."""

    record: MapRunRecord
    children: list[Child]


class Writer(EvalComponent):
    """`ResultWriter`: a manifest and a file of results for each status, below `Prefix` in `Bucket`."""

    def __init__(self, template: dict[str, Any], jsonata: bool) -> None:
        if "WriterConfig" in template or "Resource" not in template:
            raise ValueError("Rapid Analytics writes results of a Map to S3, without a WriterConfig.")
        self.template, self.jsonata = template, jsonata

    def _eval_body(self, env: Environment) -> None:
        run: Run = env.stack.pop()
        record = run.record
        where = "Arguments" if self.jsonata else "Parameters"
        with below("ResultWriter"), below(where):
            target = fill(self.template.get(where, {}), env, self.jsonata)
        prefix = target.get("Prefix", "").rstrip("/")
        folder = f"{prefix}/{record.map_run_arn.rpartition(':')[2]}".lstrip("/")
        details = env.aws_execution_details
        s3 = boto_client_for("s3", details.region, StateCredentials(role_arn=details.role_arn))
        files: dict[str, list[dict[str, Any]]] = {status: [] for status in STATUSES}
        told = [child.told(index, record.map_state_machine_arn) for index, child in enumerate(run.children)]
        for status in STATUSES:
            of_status = [child for child in told if child["Status"] == status]
            if of_status:
                body = json.dumps(of_status).encode()
                key = f"{folder}/{status}_0.json"
                s3.put_object(Bucket=target["Bucket"], Key=key, Body=body)
                files[status].append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": target["Bucket"], "MapRunArn": record.map_run_arn, "ResultFiles": files}
        s3.put_object(Bucket=target["Bucket"], Key=f"{folder}/manifest.json", Body=json.dumps(manifest).encode())
        written = {"Bucket": target["Bucket"], "Key": f"{folder}/manifest.json"}
        env.stack.append({"MapRunArn": record.map_run_arn, "ResultWriterDetails": written})
