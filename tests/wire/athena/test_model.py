"""Every operation of botocore's Athena model answers: with a result, or with an error that the model declares."""

from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from rapid.core.config import Config


@pytest.fixture(scope="module")
def unchecked(emulator: Config) -> Any:
    """A client that sends whatever it is given, so that the service itself must refuse it."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    settings = ClientConfig(parameter_validation=False, retries={"max_attempts": 1})
    return boto3.client(
        "athena", endpoint_url=emulator.emulator_url, region_name=emulator.region, config=settings, **credentials
    )


def sample(shape: Any, name: str = "") -> Any:
    """The least that a shape requires, naming nothing that exists."""
    if shape.type_name == "structure":
        return {member: sample(shape.members[member], member) for member in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member, name)]
    if shape.type_name == "map":
        return {"k": "v"}
    if shape.type_name in ("integer", "long"):
        return max(shape.metadata.get("min", 1), 24)
    if shape.type_name != "string":
        return True
    if shape.enum:
        return shape.enum[0]
    if "a-f0-9]{8}" in shape.metadata.get("pattern", ""):
        return "00000000-0000-4000-8000-000000000000"
    if name == "ResourceARN":
        return "arn:aws:athena:us-east-1:000000000000:workgroup/missing"
    return "x" * max(3, shape.metadata.get("min", 0))


def test_every_operation_answers_in_the_words_of_the_model(unchecked: Any) -> None:
    model = unchecked.meta.service_model
    wrong = []
    for operation in model.operation_names:
        found = model.operation_model(operation)
        allowed = {shape.name for shape in found.error_shapes}
        for request in ({}, sample(found.input_shape)):
            try:
                getattr(unchecked, xform_name(operation))(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] not in allowed:
                    wrong.append((operation, request, str(error)))
    assert not wrong


def test_a_request_that_breaks_the_model_is_told_how(unchecked: Any) -> None:
    """Wording as every AWS service gives it: https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html."""
    with pytest.raises(ClientError) as refused:
        unchecked.create_work_group(Name="a b", Configuration={"BytesScannedCutoffPerQuery": 1})
    assert refused.value.response["Error"]["Message"] == (
        "2 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9._-]{1,128}; Value '1' at 'configuration.bytesScannedCutoffPerQuery' failed to "
        "satisfy constraint: Member must have value greater than or equal to 10000000"
    )
    with pytest.raises(ClientError, match="Value null at 'queryString'"):
        unchecked.start_query_execution()
    with pytest.raises(ClientError, match="Member must have length greater than or equal to 32"):
        unchecked.start_query_execution(QueryString="SELECT 1", ClientRequestToken="short")


def test_a_capacity_reservation_lives_and_dies(unchecked: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/capacity-management.html."""
    unchecked.create_capacity_reservation(Name="cr", TargetDpus=24)
    assert unchecked.get_capacity_reservation(Name="cr")["CapacityReservation"]["Status"] == "ACTIVE"
    unchecked.put_capacity_assignment_configuration(
        CapacityReservationName="cr", CapacityAssignments=[{"WorkGroupNames": ["primary"]}]
    )
    found = unchecked.get_capacity_assignment_configuration(CapacityReservationName="cr")
    assert found["CapacityAssignmentConfiguration"]["CapacityAssignments"] == [{"WorkGroupNames": ["primary"]}]
    with pytest.raises(ClientError, match="must be cancelled"):
        unchecked.delete_capacity_reservation(Name="cr")
    unchecked.cancel_capacity_reservation(Name="cr")
    unchecked.delete_capacity_reservation(Name="cr")
    with pytest.raises(ClientError, match="not found"):
        unchecked.get_capacity_reservation(Name="cr")


def test_notebooks_are_kept_and_a_workgroup_of_sql_starts_no_session(unchecked: Any) -> None:
    made = unchecked.import_notebook(WorkGroup="primary", Name="n", Type="IPYNB", Payload='{"cells": []}')["NotebookId"]
    assert unchecked.export_notebook(NotebookId=made)["Payload"] == '{"cells": []}'
    unchecked.update_notebook_metadata(NotebookId=made, Name="m")
    listed = unchecked.list_notebook_metadata(WorkGroup="primary")["NotebookMetadataList"]
    assert [n["Name"] for n in listed] == ["m"]
    unchecked.delete_notebook(NotebookId=made)
    with pytest.raises(ClientError, match="is not Spark enabled"):
        unchecked.start_session(WorkGroup="primary", EngineConfiguration={"MaxConcurrentDpus": 2})
