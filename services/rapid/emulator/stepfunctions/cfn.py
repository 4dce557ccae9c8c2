"""CloudFormation types of state machines' versions and aliases.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html (read 2026-11). An alias
that shifts to a new version step by step (`DeploymentPreference`) moves at once.
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin


def _version(p: Model) -> Model:
    revision = {"revisionId": p["StateMachineRevisionId"]} if p.get("StateMachineRevisionId") else {}
    told = {"description": p["Description"]} if p.get("Description") else {}
    return {"stateMachineArn": p["StateMachineArn"], **revision, **told}


Version = plugin(
    ResourceType(
        "AWS::StepFunctions::StateMachineVersion",
        "stepfunctions",
        create=Call("PublishStateMachineVersion", _version),
        read=Call("DescribeStateMachine", lambda p: {"stateMachineArn": p["Ref"]}),
        delete=Call("DeleteStateMachineVersion", lambda p: {"stateMachineVersionArn": p["Ref"]}),
        ref=lambda _, response: str(response["stateMachineVersionArn"]),
        attributes=lambda _, response: {"Arn": response["stateMachineVersionArn"]},
    )
)


def _routes(p: Model) -> Model:
    preferred = (p.get("DeploymentPreference") or {}).get("StateMachineVersionArn")
    wanted = p.get("RoutingConfiguration") or [{"StateMachineVersionArn": preferred, "Weight": 100}]
    routes = [{"stateMachineVersionArn": one["StateMachineVersionArn"], "weight": int(one["Weight"])} for one in wanted]
    return {"routingConfiguration": routes, **({"description": p["Description"]} if p.get("Description") else {})}


def _alias(p: Model) -> Model:
    return {"stateMachineAliasArn": p["Ref"]}


Alias = plugin(
    ResourceType(
        "AWS::StepFunctions::StateMachineAlias",
        "stepfunctions",
        create=Call("CreateStateMachineAlias", lambda p: {"name": p["Name"], **_routes(p)}),
        read=Call("DescribeStateMachineAlias", _alias),
        update=Call("UpdateStateMachineAlias", lambda p: {**_alias(p), **_routes(p)}),
        delete=Call("DeleteStateMachineAlias", _alias),
        identifier="Name",
        ref=lambda _, response: str(response["stateMachineAliasArn"]),
        attributes=lambda _, response: {"Arn": response["stateMachineAliasArn"]},
    )
)
