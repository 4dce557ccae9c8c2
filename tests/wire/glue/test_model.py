"""Every operation of botocore's model: it works, or it answers with an error of AWS that says why not. Never a 5xx.

Requests are made from the model: required members only, or all, with values that its constraints allow.
"""

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

MODEL = botocore.session.get_session().get_service_model("glue")
UNSUPPORTED = {
    "GetDataQualityModel", "GetDataQualityModelResult", "CreateBlueprint", "CreateCatalog", "CreateDevEndpoint",
    "CreateGlueIdentityCenterConfiguration",
    "CreateIntegration", "CreateIntegrationResourceProperty", "CreateIntegrationTableProperties", "CreateScript",
    "DeleteGlueIdentityCenterConfiguration", "DescribeConnectionType", "DescribeEntity", "GetDataflowGraph",
    "GetEntityRecords", "GetGlueIdentityCenterConfiguration", "GetPlan", "ListConnectionTypes", "ListEntities",
    "StartExportLabelsTaskRun", "StartImportLabelsTaskRun", "StartMLEvaluationTaskRun",
    "StartMLLabelingSetGenerationTaskRun", "StartMaterializedViewRefreshTaskRun",
    "StopMaterializedViewRefreshTaskRun", "UpdateGlueIdentityCenterConfiguration", "UpdateJobFromSourceControl",
    "UpdateSourceControlFromJob",
}  # fmt: skip
CODES = {
    "AlreadyExistsException", "ColumnStatisticsTaskNotRunningException", "ConditionCheckFailureException",
    "CrawlerNotRunningException", "EntityNotFoundException", "IdempotentParameterMismatchException",
    "IllegalSessionStateException", "IllegalWorkflowStateException", "InvalidInputException", "NoScheduleException",
    "OperationNotSupportedException", "ValidationException",
}  # fmt: skip


def value_of(shape: Shape | None, full: int = 0) -> Any:
    """A value that a shape allows, with optional members too as deep as `full`."""
    if isinstance(shape, StructureShape):
        members = list(shape.members) if full else shape.required_members
        return {member: value_of(shape.members[member], max(0, full - 1)) for member in members}
    if isinstance(shape, ListShape):
        return [value_of(shape.member, full)] * max(1, shape.metadata.get("min", 1))
    if isinstance(shape, MapShape):
        return {"key": value_of(shape.value, full)}
    if shape is None:
        return {}
    match shape.type_name:
        case "string":
            return shape.enum[0] if getattr(shape, "enum", None) else ("a" * max(1, shape.metadata.get("min", 1)))
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "double" | "float":
            return 1.0
        case "boolean":
            return True
        case "timestamp":
            return 1
    return b"x"


@pytest.fixture
def client(aws: Callable[[str], Any]) -> Any:
    return aws("glue")


@pytest.mark.parametrize("full", [0, 1, 5])
def test_every_operation_answers_as_aws_could(client: Any, full: int) -> None:
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    wrong: dict[str, str] = {}
    refused: set[str] = set()
    for operation in MODEL.operation_names:
        request = value_of(MODEL.operation_model(operation).input_shape, full)
        try:
            getattr(client, methods[operation])(**request)
        except ClientError as error:
            status, detail = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]
            if status != 400 or detail["Code"] not in CODES or not detail["Message"]:
                wrong[operation] = f"{status} {detail['Code']}: {detail['Message']}"
            elif detail["Code"] == "OperationNotSupportedException":
                refused.add(operation)
                assert detail["Message"] == f"{operation} is not supported by Rapid Analytics."
    assert wrong == {}
    assert refused <= UNSUPPORTED, sorted(refused - UNSUPPORTED)
    assert refused == UNSUPPORTED, "these work now; take them from the list"


def test_nothing_that_cannot_be_made_is_found(client: Any) -> None:
    assert client.get_dev_endpoints()["DevEndpoints"] == []
    assert client.list_blueprints()["Blueprints"] == []
    assert client.batch_get_dev_endpoints(DevEndpointNames=["x"])["DevEndpointsNotFound"] == ["x"]
    with pytest.raises(client.exceptions.EntityNotFoundException):
        client.get_dev_endpoint(EndpointName="x")


@pytest.mark.parametrize(
    ("member", "given"),
    [
        ("executionClass", {"ExecutionClass": "SLOW"}),
        ("description", {"Description": "x" * 2049}),
        ("tags", {"Tags": {"x" * 129: "y"}}),
        ("command.pythonVersion", {"Command": {"Name": "glueetl", "PythonVersion": "4"}}),
    ],
)
def test_what_does_not_fit_the_model_is_refused(client: Any, member: str, given: dict[str, Any]) -> None:
    command = {"Name": "glueetl", "ScriptLocation": "s3://bucket/script.py"}
    with pytest.raises(client.exceptions.InvalidInputException, match=f"1 validation error detected: .* at '{member}'"):
        client.create_job(**{"Name": "unfit", "Role": "role", "Command": command, **given})
    with pytest.raises(client.exceptions.EntityNotFoundException):
        client.get_job(JobName="unfit")
