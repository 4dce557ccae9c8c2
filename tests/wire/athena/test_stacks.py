"""CloudFormation types of Athena: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Athena.html."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Group": {
            "Type": "AWS::Athena::WorkGroup",
            "Properties": {
                "Name": "cfn-group",
                "RecursiveDeleteOption": True,
                "Tags": [{"Key": "team", "Value": "x"}],
                "WorkGroupConfiguration": {
                    "PublishCloudWatchMetricsEnabled": True,
                    "BytesScannedCutoffPerQuery": 20000000,
                    "ResultConfiguration": {"OutputLocation": "s3://cfn-results/x/"},
                },
            },
        },
        "Named": {
            "Type": "AWS::Athena::NamedQuery",
            "Properties": {"Database": "default", "QueryString": "SELECT 1", "WorkGroup": {"Ref": "Group"}},
        },
        "Prepared": {
            "Type": "AWS::Athena::PreparedStatement",
            "Properties": {"StatementName": "cfn_p", "QueryStatement": "SELECT ?", "WorkGroup": {"Ref": "Group"}},
        },
        "Catalog": {
            "Type": "AWS::Athena::DataCatalog",
            "Properties": {"Name": "cfn_catalog", "Type": "GLUE", "Parameters": {"catalog-id": "000000000000"}},
        },
        "Capacity": {
            "Type": "AWS::Athena::CapacityReservation",
            "Properties": {
                "Name": "cfn-capacity",
                "TargetDpus": 24,
                "CapacityAssignmentConfiguration": {"CapacityAssignments": [{"WorkgroupNames": [{"Ref": "Group"}]}]},
            },
        },
    },
    "Outputs": {
        name: {"Value": value}
        for name, value in {
            "Group": {"Ref": "Group"},
            "Query": {"Ref": "Named"},
            "Capacity": {"Ref": "Capacity"},
            "CapacityArn": {"Fn::GetAtt": ["Capacity", "Arn"]},
        }.items()
    },
}


def test_a_stack_of_every_type(aws: Callable[[str], Any]) -> None:
    cloudformation, athena = aws("cloudformation"), aws("athena")
    cloudformation.create_stack(StackName="athena-types", TemplateBody=json.dumps(TEMPLATE))
    with suppress(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="athena-types", WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName="athena-types")["Stacks"][0]
    events = cloudformation.describe_stack_events(StackName="athena-types")["StackEvents"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", [e.get("ResourceStatusReason") for e in events]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    assert outputs["Group"] == "cfn-group"
    arn = "arn:aws:athena:us-east-1:000000000000:capacity-reservation/cfn-capacity"
    assert (outputs["Capacity"], outputs["CapacityArn"]) == (arn, arn)
    assert athena.get_named_query(NamedQueryId=outputs["Query"])["NamedQuery"]["WorkGroup"] == "cfn-group"
    configuration = athena.get_work_group(WorkGroup="cfn-group")["WorkGroup"]["Configuration"]
    assert configuration["BytesScannedCutoffPerQuery"] == 20000000
    statement = athena.get_prepared_statement(StatementName="cfn_p", WorkGroup="cfn-group")["PreparedStatement"]
    assert statement["QueryStatement"] == "SELECT ?"
    assigned = athena.get_capacity_assignment_configuration(CapacityReservationName="cfn-capacity")
    assert assigned["CapacityAssignmentConfiguration"]["CapacityAssignments"] == [{"WorkGroupNames": ["cfn-group"]}]
    assert athena.get_data_catalog(Name="cfn_catalog")["DataCatalog"]["Type"] == "GLUE"
    cloudformation.delete_stack(StackName="athena-types")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="athena-types", WaiterConfig={"Delay": 1})
    for ask in (
        lambda: athena.get_work_group(WorkGroup="cfn-group"),
        lambda: athena.get_capacity_reservation(Name="cfn-capacity"),
    ):
        with pytest.raises(ClientError, match="is not found"):
            ask()
