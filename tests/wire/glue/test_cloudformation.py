"""AWS::Glue::* in stacks.

Properties and Ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Glue.html.
"""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.listing import listed

ACCOUNT = {"Ref": "AWS::AccountId"}
COLUMNS = [{"Name": "id", "Type": "bigint"}]
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Lake": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": ACCOUNT, "DatabaseInput": {"Name": "cfn_lake", "Description": "first"}},
        },
        "Orders": {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": ACCOUNT,
                "DatabaseName": {"Ref": "Lake"},
                "TableInput": {
                    "Name": "orders",
                    "TableType": "EXTERNAL_TABLE",
                    "Parameters": {"classification": "parquet", "skip.header.line.count": 1},
                    "PartitionKeys": [{"Name": "dt", "Type": "string"}],
                    "StorageDescriptor": {"Columns": COLUMNS, "Location": "s3://lake/orders/", "Compressed": "true"},
                },
            },
        },
        "Day": {
            "Type": "AWS::Glue::Partition",
            "Properties": {
                "CatalogId": ACCOUNT,
                "DatabaseName": {"Ref": "Lake"},
                "TableName": {"Ref": "Orders"},
                "PartitionInput": {"Values": ["2026-01-01"], "StorageDescriptor": {"Columns": COLUMNS}},
            },
        },
        "Load": {
            "Type": "AWS::Glue::Job",
            "Properties": {
                "Role": "arn:aws:iam::000000000000:role/glue",
                "Command": {"Name": "glueetl", "ScriptLocation": "s3://scripts/load.py", "PythonVersion": "3"},
                "GlueVersion": "5.1",
                "WorkerType": "G.1X",
                "NumberOfWorkers": "2",
                "MaxRetries": 1,
                "DefaultArguments": {"--size": 5, "--job-bookmark-option": "job-bookmark-enable"},
                "ExecutionProperty": {"MaxConcurrentRuns": 3},
                "Tags": {"team": "data"},
            },
        },
        "Flow": {
            "Type": "AWS::Glue::Workflow",
            "Properties": {"Name": "cfn-flow", "MaxConcurrentRuns": 1, "DefaultRunProperties": {"a": "b"}},
        },
        "Start": {
            "Type": "AWS::Glue::Trigger",
            "Properties": {
                "Name": "cfn-start",
                "Type": "EVENT",
                "WorkflowName": {"Ref": "Flow"},
                "EventBatchingCondition": {"BatchSize": 5, "BatchWindow": 60},
                "Actions": [{"JobName": {"Ref": "Load"}, "Arguments": {"--x": "y"}}],
            },
        },
        "Nightly": {
            "Type": "AWS::Glue::Trigger",
            "Properties": {
                "Type": "SCHEDULED",
                "Schedule": "cron(0 2 * * ? *)",
                "StartOnCreation": True,
                "Actions": [{"JobName": {"Ref": "Load"}}],
            },
        },
        "Warehouse": {
            "Type": "AWS::Glue::Connection",
            "Properties": {
                "CatalogId": ACCOUNT,
                "ConnectionInput": {"ConnectionType": "JDBC", "ConnectionProperties": {"USERNAME": "u"}},
            },
        },
        "Lines": {"Type": "AWS::Glue::Classifier", "Properties": {"JsonClassifier": {"Name": "l", "JsonPath": "$[*]"}}},
        "Secure": {
            "Type": "AWS::Glue::SecurityConfiguration",
            "Properties": {
                "Name": "secure",
                "EncryptionConfiguration": {"S3Encryptions": [{"S3EncryptionMode": "SSE-S3"}]},
            },
        },
    },
    "Outputs": {
        name: {"Value": {"Ref": name}}
        for name in ("Lake", "Orders", "Load", "Flow", "Start", "Nightly", "Warehouse", "Lines", "Secure")
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def cloudformation(machine: Any) -> Any:
    return machine.client("cloudformation")


@pytest.fixture
def deployed(cloudformation: Any) -> Iterator[Callable[..., dict[str, str]]]:
    """`deployed(template)` creates or updates the stack and returns its outputs."""
    name = "glue-types"

    def deploy(template: dict[str, Any]) -> dict[str, str]:
        try:
            cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(template))
            kind = "stack_update_complete"
        except ClientError:
            cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
            kind = "stack_create_complete"
        try:
            cloudformation.get_waiter(kind).wait(StackName=name, WaiterConfig={"Delay": 1})
        except WaiterError:
            pytest.fail(reasons(cloudformation, name))
        outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    yield deploy
    delete(cloudformation, name)


def delete(cloudformation: Any, name: str) -> None:
    cloudformation.delete_stack(StackName=name)
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName=name, WaiterConfig={"Delay": 1})


def reasons(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(f"{e['LogicalResourceId']}: {r}" for e in events if (r := e.get("ResourceStatusReason")))


def test_a_stack_is_created_updated_and_deleted(glue: Any, deployed: Any, cloudformation: Any) -> None:
    refs = deployed(TEMPLATE)
    assert (refs["Lake"], refs["Orders"], refs["Flow"], refs["Start"]) == (
        "cfn_lake",
        "orders",
        "cfn-flow",
        "cfn-start",
    )
    assert (refs["Lines"], refs["Secure"]) == ("l", "secure")
    assert refs["Nightly"].startswith("Nightly-")
    secure = glue.get_security_configuration(Name="secure")["SecurityConfiguration"]["EncryptionConfiguration"]
    assert secure["S3Encryption"] == [{"S3EncryptionMode": "SSE-S3"}]
    job = glue.get_job(JobName=refs["Load"])["Job"]
    assert (job["NumberOfWorkers"], job["MaxRetries"], job["ExecutionProperty"]) == (2, 1, {"MaxConcurrentRuns": 3})
    assert job["DefaultArguments"] == {"--size": "5", "--job-bookmark-option": "job-bookmark-enable"}
    arn = f"arn:aws:glue:us-east-1:000000000000:job/{refs['Load']}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "data"}
    table = glue.get_table(DatabaseName="cfn_lake", Name="orders")["Table"]
    assert table["Parameters"]["skip.header.line.count"] == "1"
    assert table["StorageDescriptor"]["Compressed"] is True
    partition = glue.get_partition(DatabaseName="cfn_lake", TableName="orders", PartitionValues=["2026-01-01"])
    assert partition["Partition"]["Values"] == ["2026-01-01"]
    assert glue.get_trigger(Name=refs["Nightly"])["Trigger"]["State"] == "ACTIVATED"
    assert glue.get_trigger(Name="cfn-start")["Trigger"]["EventBatchingCondition"] == {
        "BatchSize": 5,
        "BatchWindow": 60,
    }
    assert glue.get_connection(Name=refs["Warehouse"])["Connection"]["ConnectionType"] == "JDBC"

    changed = copy.deepcopy(TEMPLATE)
    resources = changed["Resources"]
    resources["Lake"]["Properties"]["DatabaseInput"]["Description"] = "second"
    resources["Load"]["Properties"] |= {"Timeout": 7, "Tags": {"team": "bi"}}
    resources["Orders"]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"] = [
        *COLUMNS,
        {"Name": "n", "Type": "int"},
    ]
    resources["Nightly"]["Properties"]["Schedule"] = "cron(0 3 * * ? *)"
    resources["Flow"]["Properties"]["MaxConcurrentRuns"] = 2
    del resources["Warehouse"], changed["Outputs"]["Warehouse"]
    after = deployed(changed)
    assert {k: v for k, v in after.items() if k != "Warehouse"} == {k: v for k, v in refs.items() if k != "Warehouse"}
    job = glue.get_job(JobName=refs["Load"])["Job"]
    assert (job["Timeout"], job["MaxRetries"]) == (7, 1)
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "bi"}
    assert glue.get_database(Name="cfn_lake")["Database"]["Description"] == "second"
    assert len(glue.get_table(DatabaseName="cfn_lake", Name="orders")["Table"]["StorageDescriptor"]["Columns"]) == 2
    assert glue.get_trigger(Name=refs["Nightly"])["Trigger"]["Schedule"] == "cron(0 3 * * ? *)"
    assert glue.get_workflow(Name="cfn-flow")["Workflow"]["MaxConcurrentRuns"] == 2
    assert glue.get_connections()["ConnectionList"] == []

    renamed = copy.deepcopy(changed)
    renamed["Resources"]["Load"]["Properties"]["Name"] = "cfn-renamed"
    assert deployed(renamed)["Load"] == "cfn-renamed"
    assert "cfn-renamed" in listed(glue, "list_jobs", "JobNames[]")
    assert glue.get_trigger(Name="cfn-start")["Trigger"]["Actions"][0]["JobName"] == "cfn-renamed"

    glue.delete_trigger(Name="cfn-start")  # gone already when the stack is deleted
    delete(cloudformation, "glue-types")
    assert glue.get_databases()["DatabaseList"] == []
    assert "cfn-renamed" not in listed(glue, "list_jobs", "JobNames[]")
    assert "cfn-flow" not in listed(glue, "list_workflows", "Workflows[]")


def _record(*names: str) -> str:
    fields = [{"name": name, "type": "int", "default": 0} for name in names]
    return json.dumps({"type": "record", "name": "r", "fields": fields})


MORE = {
    "Resources": {
        "Registry": {
            "Type": "AWS::Glue::Registry",
            "Properties": {"Name": "cfn-registry", "Tags": [{"Key": "team", "Value": "data"}]},
        },
        "Schema": {
            "Type": "AWS::Glue::Schema",
            "Properties": {
                "Name": "cfn-schema",
                "Registry": {"Arn": {"Fn::GetAtt": ["Registry", "Arn"]}},
                "DataFormat": "AVRO",
                "Compatibility": "BACKWARD",
                "SchemaDefinition": _record("a"),
            },
        },
        "Version": {
            "Type": "AWS::Glue::SchemaVersion",
            "Properties": {"Schema": {"SchemaArn": {"Ref": "Schema"}}, "SchemaDefinition": _record("a", "b")},
        },
        "Metadata": {
            "Type": "AWS::Glue::SchemaVersionMetadata",
            "Properties": {"SchemaVersionId": {"Ref": "Version"}, "Key": "k", "Value": "v"},
        },
        "Lake": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": ACCOUNT, "DatabaseInput": {"Name": "cfn_more"}},
        },
        "Rows": {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": ACCOUNT,
                "DatabaseName": {"Ref": "Lake"},
                "TableInput": {"Name": "rows", "StorageDescriptor": {"Columns": COLUMNS, "Location": "s3://lake/rows/"}},
            },
        },
        "Compaction": {
            "Type": "AWS::Glue::TableOptimizer",
            "Properties": {
                "CatalogId": ACCOUNT,
                "DatabaseName": {"Ref": "Lake"},
                "TableName": {"Ref": "Rows"},
                "Type": "compaction",
                "TableOptimizerConfiguration": {"RoleArn": "arn:aws:iam::000000000000:role/r", "Enabled": True},
            },
        },
        "Crawler": {
            "Type": "AWS::Glue::Crawler",
            "Properties": {
                "Role": "r",
                "DatabaseName": {"Ref": "Lake"},
                "Targets": {"S3Targets": [{"Path": "s3://lake/rows"}]},
                "Schedule": {"ScheduleExpression": "cron(0 1 * * ? *)"},
                "Configuration": '{"Version": 1.0, "CreatePartitionIndex": true}',
            },
        },
        "AfterCrawl": {
            "Type": "AWS::Glue::Trigger",
            "Properties": {"Type": "ON_DEMAND", "Actions": [{"CrawlerName": {"Ref": "Crawler"}}]},
        },
        "Rules": {
            "Type": "AWS::Glue::DataQualityRuleset",
            "Properties": {
                "Name": "cfn-rules",
                "Ruleset": "Rules = [ RowCount > 0 ]",
                "TargetTable": {"DatabaseName": {"Ref": "Lake"}, "TableName": {"Ref": "Rows"}},
            },
        },
        "Duplicates": {
            "Type": "AWS::Glue::MLTransform",
            "Properties": {
                "Name": "cfn-duplicates",
                "Role": "r",
                "InputRecordTables": {
                    "GlueTables": [{"DatabaseName": {"Ref": "Lake"}, "TableName": {"Ref": "Rows"}}]
                },
                "TransformParameters": {
                    "TransformType": "FIND_MATCHES",
                    "FindMatchesParameters": {"PrimaryKeyColumnName": "id"},
                },
            },
        },
        "Number": {
            "Type": "AWS::Glue::CustomEntityType",
            "Properties": {"Name": "cfn-number", "RegexString": "[0-9]+", "ContextWords": ["id"]},
        },
        "Profile": {
            "Type": "AWS::Glue::UsageProfile",
            "Properties": {
                "Name": "cfn-profile",
                "Configuration": {"JobConfiguration": {"numberOfWorkers": {"DefaultValue": "2"}}},
            },
        },
        "Encryption": {
            "Type": "AWS::Glue::DataCatalogEncryptionSettings",
            "Properties": {
                "CatalogId": ACCOUNT,
                "DataCatalogEncryptionSettings": {"EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS"}},
            },
        },
    },
    "Outputs": {
        **{n: {"Value": {"Ref": n}} for n in ("Registry", "Schema", "Version", "Crawler", "Duplicates", "Rules")},
        "First": {"Value": {"Fn::GetAtt": ["Schema", "InitialSchemaVersionId"]}},
        "VersionId": {"Value": {"Fn::GetAtt": ["Version", "VersionId"]}},
    },
}  # fmt: skip


def test_the_other_types(glue: Any, deployed: Any, cloudformation: Any) -> None:
    refs = deployed(MORE)
    account = "000000000000"
    arn = f"arn:aws:glue:us-east-1:{account}"
    assert (refs["Registry"], refs["Schema"]) == (
        f"{arn}:registry/cfn-registry",
        f"{arn}:schema/cfn-registry/cfn-schema",
    )
    assert refs["Version"] == refs["VersionId"] != refs["First"]
    assert glue.get_schema(SchemaId={"SchemaArn": refs["Schema"]})["LatestSchemaVersion"] == 2
    assert (
        glue.query_schema_version_metadata(SchemaVersionId=refs["Version"])["MetadataInfoMap"]["k"]["MetadataValue"]
        == "v"
    )
    assert glue.get_tags(ResourceArn=refs["Registry"])["Tags"] == {"team": "data"}
    schedule = glue.get_crawler(Name=refs["Crawler"])["Crawler"]["Schedule"]
    assert schedule["ScheduleExpression"] == "cron(0 1 * * ? *)"
    transform = glue.get_ml_transform(TransformId=refs["Duplicates"])
    assert transform["Parameters"]["FindMatchesParameters"] == {"PrimaryKeyColumnName": "id"}
    assert glue.get_custom_entity_type(Name="cfn-number")["ContextWords"] == ["id"]
    assert glue.get_usage_profile(Name="cfn-profile")["Configuration"]["JobConfiguration"]
    settings = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings["EncryptionAtRest"]["CatalogEncryptionMode"] == "SSE-KMS"
    where = {"CatalogId": account, "DatabaseName": "cfn_more", "TableName": "rows", "Type": "compaction"}
    assert glue.get_table_optimizer(**where)["TableOptimizer"]["configuration"]["enabled"] is True

    changed = copy.deepcopy(MORE)
    resources = changed["Resources"]
    del resources["Crawler"]["Properties"]["Schedule"]
    resources["Schema"]["Properties"]["Compatibility"] = "NONE"
    resources["Registry"]["Properties"]["Tags"] = [{"Key": "team", "Value": "bi"}]
    resources["Rules"]["Properties"]["Ruleset"] = "Rules = [ RowCount > 1 ]"
    after = deployed(changed)
    assert after == refs
    assert "Schedule" not in glue.get_crawler(Name=refs["Crawler"])["Crawler"]
    assert glue.get_schema(SchemaId={"SchemaArn": refs["Schema"]})["Compatibility"] == "NONE"
    assert glue.get_tags(ResourceArn=refs["Registry"])["Tags"] == {"team": "bi"}
    assert "> 1" in glue.get_data_quality_ruleset(Name="cfn-rules")["Ruleset"]
    delete(cloudformation, "glue-types")
    assert "cfn-registry" not in listed(glue, "list_registries", "Registries[].RegistryName")
    assert glue.get_ml_transforms()["Transforms"] == []


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"Type": "AWS::Glue::DevEndpoint", "Properties": {"RoleArn": "r"}}, ["AWS::Glue::DevEndpoint", "not"]),
        ({"Type": "AWS::Glue::Job", "Properties": {"Role": "r"}}, ["required key [Command] not found"]),
        (
            {"Type": "AWS::Glue::Job", "Properties": {"Role": "r", "Command": {"Nome": "x"}}},
            ["#/Command: extraneous key [Nome] is not permitted"],
        ),
        (
            {"Type": "AWS::Glue::Job", "Properties": {"Role": "r", "Command": {"Name": "nonsense"}}},
            ["nonsense", "InvalidInputException"],
        ),
    ],
)
def test_failing_stacks_say_why(cloudformation: Any, resource: dict[str, Any], words: list[str]) -> None:
    name = f"failing-{abs(hash(json.dumps(resource)))}"
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Thing": resource}}))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    said = stack.get("StackStatusReason", "") + reasons(cloudformation, name)
    assert all(word in said for word in words), said
    cloudformation.delete_stack(StackName=name)
