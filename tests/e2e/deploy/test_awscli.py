"""The template with AWS's own command line: package, create-stack without parameters, delete-stack, nothing left."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from rapid import deploy
from rapid.core import aws as clients
from rapid.core.config import ROOT, Config

STACK = "by-awscli"


@pytest.fixture
def awscli(emulator: Config) -> Callable[..., Any]:
    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [emulator.python("emulator").with_name("aws"), "cloudformation", *arguments, "--output", "json"],
            env={"PATH": os.environ["PATH"], "HOME": str(emulator.home), **clients.environment(emulator)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    return run


@pytest.mark.slow
def test_a_stack_from_create_to_delete(emulator: Config, aws: Callable[[str], Any], awscli: Callable[..., Any]) -> None:
    deploy.package(deploy.local(emulator))
    template = ("--template-body", "file://rapid-analytics.yaml", "--capabilities", "CAPABILITY_IAM")
    stack = awscli("create-stack", "--stack-name", STACK, *template)["StackId"]
    awscli("wait", "stack-create-complete", "--stack-name", STACK)
    (described,) = awscli("describe-stacks", "--stack-name", STACK)["Stacks"]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
    assert outputs["AthenaWorkGroup"] == STACK
    aws("s3").put_object(Bucket=outputs["DataBucket"], Key="raw/x/1.json", Body=b"{}")
    with pytest.raises(AssertionError, match="No updates are to be performed"):
        awscli("update-stack", "--stack-name", STACK, *template)
    awscli("delete-stack", "--stack-name", STACK)
    awscli("wait", "stack-delete-complete", "--stack-name", stack)
    left = {
        "buckets": [b["Name"] for b in aws("s3").list_buckets()["Buckets"] if STACK in b["Name"]],
        "functions": [
            f["FunctionName"] for f in aws("lambda").list_functions()["Functions"] if STACK in f["FunctionName"]
        ],
        "log groups": aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}")["logGroups"],
        "jobs": [j["Name"] for j in aws("glue").get_jobs()["Jobs"] if STACK in j["Name"]],
        "roles": [r["RoleName"] for r in aws("iam").list_roles()["Roles"] if STACK in r["RoleName"]],
        "apis": [a["name"] for a in aws("apigateway").get_rest_apis()["items"] if a["name"] == STACK],
        "queues": aws("sqs").list_queues(QueueNamePrefix=STACK).get("QueueUrls", []),
        "rules": aws("events").list_rules(NamePrefix=STACK)["Rules"],
    }
    assert {what: names for what, names in left.items() if names} == {}
