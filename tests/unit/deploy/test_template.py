"""rapid-analytics.yaml: valid, least privilege, and in step with endpoints.yaml."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import loads

from rapid.core.config import ROOT
from rapid.deploy.stack import TEMPLATE
from rapid.ingest import endpoints

REQUIRED_OUTPUTS = {
    "ApiUrl",
    "ApiKeyId",
    "DataBucket",
    "ArtifactBucket",
    "GlueDatabase",
    "AthenaWorkGroup",
    "DeadLetterQueueUrl",
}
WITHOUT_RESOURCE = {"cloudwatch:PutMetricData"}
"""Actions for which AWS has no resource to name."""


def plain(value: Any) -> Any:
    """cfn-lint's nodes as dicts and lists."""
    return json.loads(json.dumps(value, default=dict))


TEXT = TEMPLATE.read_text()
STACK = plain(loads(TEXT))
RESOURCES: dict[str, dict[str, Any]] = STACK["Resources"]


def of_type(name: str) -> dict[str, dict[str, Any]]:
    return {key: value["Properties"] for key, value in RESOURCES.items() if value["Type"] == name}


def test_cfn_lint_has_nothing_to_say() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), TEMPLATE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_it_can_be_sent_as_a_template_body() -> None:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    assert len(TEXT.encode()) <= 51_200


def test_it_deploys_without_parameters_and_names_what_a_client_needs() -> None:
    assert all("Default" in parameter for parameter in STACK["Parameters"].values())
    assert set(STACK["Outputs"]) >= REQUIRED_OUTPUTS


def test_every_resource_kind_that_outlives_a_stack_goes_with_it() -> None:
    kept = {name for name, value in RESOURCES.items() if value.get("DeletionPolicy", "Delete") != "Delete"}
    assert kept == set()


@pytest.mark.parametrize(
    "file", [TEMPLATE, ROOT / "endpoints.yaml", *sorted((ROOT / "services/rapid/ingest").glob("*.py"))]
)
def test_nothing_that_goes_to_aws_knows_that_it_may_be_local(file: Any) -> None:
    assert re.findall(r"localhost|localstack|127\.0\.0\.1|4566|endpoint_url|rapid\.core", file.read_text(), re.I) == []


def statements() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for role, properties in of_type("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in properties
        for policy in properties["Policies"]:
            found += [(role, statement) for statement in policy["PolicyDocument"]["Statement"]]
    return found


@pytest.mark.parametrize(("role", "statement"), statements())
def test_roles_name_actions_and_resources(role: str, statement: dict[str, Any]) -> None:
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    assert not [action for action in actions if "*" in action]
    if statement["Resource"] == "*":
        assert set(actions) <= WITHOUT_RESOURCE
        assert statement["Condition"]


def test_the_ingest_function_can_write_only_where_records_go() -> None:
    puts = [s["Resource"] for role, s in statements() if role == "IngestRole" and s["Action"] == "s3:PutObject"]
    assert puts == [[{"Fn::Sub": "${DataBucket.Arn}/raw/*"}, {"Fn::Sub": "${DataBucket.Arn}/quarantine/*"}]]


def api_paths() -> dict[str, dict[str, Any]]:
    """Method properties by path, such as /ingest/costs."""
    parts = {name: p["PathPart"] for name, p in of_type("AWS::ApiGateway::Resource").items()}
    return {f"/ingest/{parts[p['ResourceId']['Ref']]}": p for p in of_type("AWS::ApiGateway::Method").values()}


def test_api_and_endpoints_yaml_say_the_same() -> None:
    wanted = endpoints.parse(yaml.safe_load((ROOT / "endpoints.yaml").read_text()))
    found = api_paths()
    assert set(found) == set(wanted)
    (stage,) = of_type("AWS::ApiGateway::UsagePlan")["UsagePlan"]["ApiStages"]
    for path, endpoint in wanted.items():
        assert path == f"/ingest/{endpoint.dataset}"
        assert found[path]["HttpMethod"] == endpoint.method
        assert found[path]["ApiKeyRequired"] is (endpoint.auth == "api_key")
        limit = stage["Throttle"][f"{path}/{endpoint.method}"]
        assert (limit["RateLimit"], limit["BurstLimit"]) == (endpoint.rate, endpoint.burst)
        # Lambda takes 6 MB, of base64 and the rest of the event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        assert endpoint.max_bytes * 4 / 3 < 6_291_456 - 65_536


def test_a_changed_api_is_deployed_anew() -> None:
    """A deployment is a snapshot: without a new one, the stage keeps serving the old API."""
    kinds = ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method")
    part = {name: value for name, value in RESOURCES.items() if value["Type"] in kinds}
    digest = hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:8]
    (name,) = of_type("AWS::ApiGateway::Deployment")
    assert name == f"ApiDeployment{digest}", "The API changed: give the deployment this name, in all three places."
    methods = {name for name, value in RESOURCES.items() if value["Type"] == "AWS::ApiGateway::Method"}
    assert set(RESOURCES[name]["DependsOn"]) == methods


def test_whatever_writes_to_the_bucket_goes_before_it_is_emptied() -> None:
    writers = [n for n, v in RESOURCES.items() if v["Type"] == "AWS::Glue::Job"] + ["IngestFunction"]
    assert {RESOURCES[name]["DependsOn"] for name in writers} == {"DataBucketContent"}
