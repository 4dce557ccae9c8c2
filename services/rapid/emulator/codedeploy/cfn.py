"""CloudFormation types of CodeDeploy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodeDeploy.html (read 2026-11)
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin

Application = plugin(
    ResourceType(
        "AWS::CodeDeploy::Application",
        "codedeploy",
        identifier="ApplicationName",
        create=Call("CreateApplication"),
        read=Call("GetApplication", lambda p: {"applicationName": p["Ref"]}),
        delete=Call("DeleteApplication", lambda p: {"applicationName": p["Ref"]}),
    )
)


def _group(p: Model) -> Model:
    return {"applicationName": p["ApplicationName"], "deploymentGroupName": p["Ref"]}


def _changed(p: Model) -> Model:
    kept = {name: value for name, value in p.items() if name != "DeploymentGroupName"}
    return {**kept, "currentDeploymentGroupName": p["Ref"]}


DeploymentGroup = plugin(
    ResourceType(
        "AWS::CodeDeploy::DeploymentGroup",
        "codedeploy",
        identifier="DeploymentGroupName",
        create=Call("CreateDeploymentGroup"),
        read=Call("GetDeploymentGroup", _group),
        update=Call("UpdateDeploymentGroup", _changed),
        delete=Call("DeleteDeploymentGroup", _group),
    )
)
