"""Iceberg tables that CreateTable makes: https://docs.aws.amazon.com/glue/latest/dg/populate-otf.html."""

import json
import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.stacks.test_outcomes import template, wait

Aws = Callable[[str], Any]
CREATE = {"MetadataOperation": "CREATE", "Version": "2"}


@pytest.fixture
def lake(aws: Aws) -> str:
    """A bucket and a database of one name."""
    name = f"ice{secrets.token_hex(4)}"
    aws("s3").create_bucket(Bucket=name)
    aws("glue").create_database(DatabaseInput={"Name": name})
    return name


def metadata(aws: Aws, table: dict[str, Any]) -> dict[str, Any]:
    """The metadata file that the catalog's entry points to."""
    bucket, _, key = table["Parameters"]["metadata_location"].removeprefix("s3://").partition("/")
    return json.loads(aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_columns_of_the_table_input_become_the_schema(aws: Aws, lake: str) -> None:
    glue = aws("glue")
    columns = [
        {"Name": "id", "Type": "bigint", "Comment": "key"},
        {"Name": "price", "Type": "decimal(10, 2)"},
        {"Name": "lines", "Type": "array<struct<sku:string,sizes:map<string,int>>>"},
    ]
    storage = {"Location": f"s3://{lake}/orders/", "Columns": columns}
    keys = [{"Name": "day", "Type": "date"}]
    glue.create_table(
        DatabaseName=lake,
        TableInput={"Name": "orders", "StorageDescriptor": storage, "PartitionKeys": keys, "Description": "all"},
        OpenTableFormatInput={"IcebergInput": CREATE},
    )
    table = glue.get_table(DatabaseName=lake, Name="orders")["Table"]
    assert (table["Parameters"]["table_type"], table["Description"], table["PartitionKeys"]) == ("ICEBERG", "all", [])
    assert [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]] == [
        ("id", "bigint"),
        ("price", "decimal(10,2)"),
        ("lines", "array<struct<sku:string,sizes:map<string,int>>>"),
        ("day", "date"),
    ]
    written = metadata(aws, table)
    assert (written["format-version"], written["location"]) == (2, f"s3://{lake}/orders")
    assert [(f["name"], f["transform"]) for f in written["partition-specs"][0]["fields"]] == [("day", "identity")]


def test_a_schema_with_partitions_order_and_properties(aws: Aws, lake: str) -> None:
    described = {
        "Location": f"s3://{lake}/events",
        "Schema": {
            "Fields": [
                {"Id": 1, "Name": "id", "Type": "long", "Required": True},
                {"Id": 2, "Name": "at", "Type": "timestamptz", "Required": False},
            ],
            "IdentifierFieldIds": [1],
        },
        "PartitionSpec": {"Fields": [{"SourceId": 2, "Transform": "day", "Name": "at_day"}]},
        "WriteOrder": {
            "OrderId": 1,
            "Fields": [{"SourceId": 1, "Transform": "identity", "Direction": "asc", "NullOrder": "nulls-first"}],
        },
        "Properties": {"owner": "data"},
    }
    glue = aws("glue")
    glue.create_table(
        DatabaseName=lake,
        Name="events",
        OpenTableFormatInput={"IcebergInput": {**CREATE, "CreateIcebergTableInput": described}},
    )
    written = metadata(aws, glue.get_table(DatabaseName=lake, Name="events")["Table"])
    (schema,) = written["schemas"]
    assert [(f["name"], f["type"], f["required"]) for f in schema["fields"]] == [
        ("id", "long", True),
        ("at", "timestamptz", False),
    ]
    assert schema["identifier-field-ids"] == [1]
    assert [(f["name"], f["transform"]) for f in written["partition-specs"][0]["fields"]] == [("at_day", "day")]
    assert written["sort-orders"][0]["fields"][0]["direction"] == "asc"
    assert written["properties"]["owner"] == "data"


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ({"Columns": [{"Name": "a", "Type": "int"}]}, "Location is required"),
        ({"Location": "s3://{lake}/t", "Columns": [{"Name": "a", "Type": "uniontype<int>"}]}, "uniontype<int>"),
        ({"Location": "s3://{lake}-none/t", "Columns": [{"Name": "a", "Type": "int"}]}, "bucket does not exist"),
    ],
)
def test_what_cannot_be_made_is_refused(aws: Aws, lake: str, storage: dict[str, Any], message: str) -> None:
    glue = aws("glue")
    storage = {k: v.format(lake=lake) if k == "Location" else v for k, v in storage.items()}
    with pytest.raises(glue.exceptions.InvalidInputException, match=message):
        glue.create_table(
            DatabaseName=lake,
            TableInput={"Name": "t", "StorageDescriptor": storage},
            OpenTableFormatInput={"IcebergInput": CREATE},
        )
    assert glue.get_tables(DatabaseName=lake)["TableList"] == []


def test_in_a_stack(aws: Aws, lake: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-table.html."""
    storage = {"Location": f"s3://{lake}/t", "Columns": [{"Name": "id", "Type": "int"}]}
    table = {
        "Type": "AWS::Glue::Table",
        "Properties": {
            "CatalogId": {"Ref": "AWS::AccountId"},
            "DatabaseName": lake,
            "OpenTableFormatInput": {"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}},
            "TableInput": {"Name": "t", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage},
        },
    }
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName=lake, TemplateBody=template(Table=table))
    assert wait(cloudformation, lake) == "CREATE_COMPLETE"
    made = aws("glue").get_table(DatabaseName=lake, Name="t")["Table"]
    assert metadata(aws, made)["current-schema-id"] == 0


def test_of_many_commits_from_one_version_one_is_taken(aws: Aws, lake: str) -> None:
    """Iceberg's optimistic locking: UpdateTable with the VersionId that was read."""
    glue = aws("glue")
    glue.create_table(DatabaseName=lake, TableInput={"Name": "t", "Parameters": {"count": "0"}})
    commits = []

    def commit() -> None:
        client = aws("glue")
        for _ in range(10):
            table = client.get_table(DatabaseName=lake, Name="t")["Table"]
            count = str(int(table["Parameters"]["count"]) + 1)
            given = {"Name": "t", "Parameters": {"count": count}}
            try:
                client.update_table(DatabaseName=lake, TableInput=given, VersionId=table["VersionId"])
            except client.exceptions.ConcurrentModificationException:
                continue
            commits.append(count)

    threads = [threading.Thread(target=commit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = glue.get_table(DatabaseName=lake, Name="t")["Table"]
    assert len(set(commits)) == len(commits) == int(table["Parameters"]["count"]) == int(table["VersionId"])
