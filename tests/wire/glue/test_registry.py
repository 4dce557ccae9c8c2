"""Schema Registry: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-schema-registry-api.html."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.listing import listed


def record(*fields: Any, name: str = "r") -> str:
    return json.dumps({"type": "record", "name": name, "fields": list(fields)})


A = {"name": "a", "type": "int"}
B = {"name": "b", "type": "string"}
B_DEFAULT = {**B, "default": "x"}
A_LONG = {"name": "a", "type": "long"}


def document(required: list[str], **properties: Any) -> str:
    return json.dumps({"type": "object", "properties": properties, "required": required})


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
PROTO = 'syntax = "proto3"; message P {{ string name = 1; {0} }}'


@pytest.fixture
def registry(aws: Callable[[str], Any]) -> tuple[Any, str]:
    glue, name = aws("glue"), f"r-{secrets.token_hex(4)}"
    glue.create_registry(RegistryName=name, Description="first", Tags={"a": "b"})
    return glue, name


def test_registries(registry: tuple[Any, str]) -> None:
    glue, name = registry
    arn = f"arn:aws:glue:us-east-1:000000000000:registry/{name}"
    with pytest.raises(glue.exceptions.AlreadyExistsException, match=name):
        glue.create_registry(RegistryName=name)
    with pytest.raises(glue.exceptions.InvalidInputException, match=r"not valid\. Parameter Name: registryName"):
        glue.create_registry(RegistryName="a b")
    glue.update_registry(RegistryId={"RegistryArn": arn}, Description="second")
    found = glue.get_registry(RegistryId={"RegistryName": name})
    assert (found["RegistryArn"], found["Description"], found["Status"]) == (arn, "second", "AVAILABLE")
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "b"}
    assert name in listed(glue, "list_registries", "Registries[].RegistryName")
    assert glue.delete_registry(RegistryId={"RegistryName": name})["Status"] == "DELETING"
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="Registry is not found"):
        glue.get_registry(RegistryId={"RegistryName": name})


@pytest.mark.parametrize(
    ("kind", "compatibility", "old", "new", "status"),
    [
        ("AVRO", "BACKWARD", record(A), record(A, B_DEFAULT), "AVAILABLE"),
        ("AVRO", "BACKWARD", record(A), record(A, B), "FAILURE"),
        ("AVRO", "FORWARD", record(A), record(A, B), "AVAILABLE"),
        ("AVRO", "FORWARD", record(A, B), record(A), "FAILURE"),
        ("AVRO", "FULL", record(A, B_DEFAULT), record(A), "AVAILABLE"),
        ("AVRO", "BACKWARD", record(A), record(A_LONG), "AVAILABLE"),
        ("AVRO", "BACKWARD", record(A_LONG), record(A), "FAILURE"),
        ("AVRO", "NONE", record(A), record(B), "AVAILABLE"),
        ("JSON", "BACKWARD", document(["a"], a=TEXT), document(["a"], a=TEXT, b=TEXT), "AVAILABLE"),
        ("JSON", "BACKWARD", document(["a"], a=TEXT), document(["a", "b"], a=TEXT, b=TEXT), "FAILURE"),
        ("JSON", "FORWARD", document(["a"], a=TEXT), document([], a=TEXT), "FAILURE"),
        ("JSON", "BACKWARD", document([], a={"type": "integer"}), document([], a=NUMBER), "AVAILABLE"),
        ("JSON", "FULL", document([], a={"type": "integer"}), document([], a=NUMBER), "FAILURE"),
        ("PROTOBUF", "BACKWARD", PROTO.format(""), PROTO.format("int32 n = 2;"), "AVAILABLE"),
        ("PROTOBUF", "BACKWARD", PROTO.format("int32 n = 2;"), PROTO.format("string n = 2;"), "FAILURE"),
    ],
)
def test_compatibility(registry: Any, kind: str, compatibility: str, old: str, new: str, status: str) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html#schema-registry-compatibility."""
    glue, name = registry
    schema = {"RegistryName": name, "SchemaName": "s"}
    made = glue.create_schema(
        RegistryId={"RegistryName": name}, SchemaName="s", DataFormat=kind, Compatibility=compatibility,
        SchemaDefinition=old,
    )  # fmt: skip
    assert (made["SchemaVersionStatus"], made["LatestSchemaVersion"], made["NextSchemaVersion"]) == ("AVAILABLE", 1, 2)
    registered = glue.register_schema_version(SchemaId=schema, SchemaDefinition=new)
    assert (registered["Status"], registered["VersionNumber"]) == (status, 2)


def test_versions(registry: Any) -> None:
    glue, name = registry
    schema = {"RegistryName": name, "SchemaName": "s"}
    glue.create_schema(
        RegistryId={"RegistryName": name}, SchemaName="s", DataFormat="AVRO", Compatibility="NONE",
        SchemaDefinition=record(A),
    )  # fmt: skip
    second = glue.register_schema_version(SchemaId=schema, SchemaDefinition=record(A, B))
    again = glue.register_schema_version(
        SchemaId=schema, SchemaDefinition=json.dumps(json.loads(record(A, B)), indent=1)
    )
    assert again["SchemaVersionId"] == second["SchemaVersionId"]
    newest = glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})
    assert (newest["VersionNumber"], newest["SchemaDefinition"]) == (2, record(A, B))
    assert glue.get_schema_version(SchemaVersionId=second["SchemaVersionId"])["DataFormat"] == "AVRO"
    by_definition = glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=record(A, B))
    assert by_definition["SchemaVersionId"] == second["SchemaVersionId"]
    # The serializers of AWS and others register a new version when the message has these words.
    with pytest.raises(glue.exceptions.EntityNotFoundException, match=r"Schema version is not found\."):
        glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=record(A, B, {**B, "name": "c"}))
    diff = glue.get_schema_versions_diff(
        SchemaId=schema, FirstSchemaVersionNumber={"VersionNumber": 1}, SecondSchemaVersionNumber={"VersionNumber": 2},
        SchemaDiffType="SYNTAX_DIFF",
    )["Diff"]  # fmt: skip
    assert '+      "name": "b",' in diff
    with pytest.raises(glue.exceptions.InvalidInputException, match="Schema definition of AVRO data format is invalid"):
        glue.register_schema_version(SchemaId=schema, SchemaDefinition='{"type": "nonsense"}')
    assert glue.check_schema_version_validity(DataFormat="JSON", SchemaDefinition='{"type": "x"}')["Valid"] is False
    glue.update_schema(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 2}, Compatibility="BACKWARD")
    assert glue.get_schema(SchemaId=schema)["SchemaCheckpoint"] == 2
    errors = glue.delete_schema_versions(SchemaId=schema, Versions="1-2,7")["SchemaVersionErrors"]
    assert [error["VersionNumber"] for error in errors] == [2, 7]
    assert glue.list_schema_versions(SchemaId=schema)["Schemas"][0]["VersionNumber"] == 2
    glue.update_schema(SchemaId=schema, Compatibility="DISABLED")
    with pytest.raises(glue.exceptions.InvalidInputException, match="DISABLED does not allow versioning"):
        glue.register_schema_version(SchemaId=schema, SchemaDefinition=record(A))
    assert glue.delete_schema(SchemaId=schema)["Status"] == "DELETING"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_schema(SchemaId=schema)


def test_metadata(registry: Any) -> None:
    glue, _ = registry
    name = secrets.token_hex(4)
    made = glue.create_schema(SchemaName=name, DataFormat="AVRO", SchemaDefinition=record(A))
    assert made["RegistryName"] == "default-registry"
    version = {"SchemaVersionId": made["SchemaVersionId"]}
    for value in ("one", "two"):
        pair = {"MetadataKey": "k", "MetadataValue": value}
        answer = glue.put_schema_version_metadata(**version, MetadataKeyValue=pair)
    assert (answer["VersionNumber"], answer["LatestVersion"]) == (1, True)
    with pytest.raises(glue.exceptions.AlreadyExistsException, match="metadata value: two"):
        glue.put_schema_version_metadata(**version, MetadataKeyValue={"MetadataKey": "k", "MetadataValue": "two"})
    found = glue.query_schema_version_metadata(**version)["MetadataInfoMap"]["k"]
    assert (found["MetadataValue"], found["OtherMetadataValueList"][0]["MetadataValue"]) == ("two", "one")
    wanted = [{"MetadataKey": "k", "MetadataValue": "one"}]
    chosen = glue.query_schema_version_metadata(**version, MetadataList=wanted)["MetadataInfoMap"]["k"]
    assert (chosen["MetadataValue"], chosen["OtherMetadataValueList"]) == ("one", [])
    glue.remove_schema_version_metadata(**version, MetadataKeyValue={"MetadataKey": "k", "MetadataValue": "one"})
    assert glue.query_schema_version_metadata(**version)["MetadataInfoMap"]["k"]["OtherMetadataValueList"] == []
    glue.delete_schema(SchemaId={"SchemaArn": made["SchemaArn"]})
