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
from tests.listing import listed

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


def named(found: list[str]) -> list[str]:
    return [name for name in found if STACK in name]


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
        "buckets": named(listed(aws("s3"), "list_buckets", "Buckets[].Name")),
        "functions": named(listed(aws("lambda"), "list_functions", "Functions[].FunctionName")),
        "log groups": aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}")["logGroups"],
        "jobs": named(listed(aws("glue"), "list_jobs", "JobNames[]")),
        "roles": named(listed(aws("iam"), "list_roles", "Roles[].RoleName")),
        "apis": named(listed(aws("apigateway"), "get_rest_apis", "items[].name")),
        "queues": aws("sqs").list_queues(QueueNamePrefix=STACK).get("QueueUrls", []),
        "rules": aws("events").list_rules(NamePrefix=STACK)["Rules"],
    }
    assert {what: names for what, names in left.items() if names} == {}
