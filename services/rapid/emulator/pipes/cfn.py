"""The CloudFormation type of pipes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html (read 2026-11)
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin


def _attributes(_: Model, response: Model) -> Model:
    times = {name: response[name].isoformat() for name in ("CreationTime", "LastModifiedTime")}
    return {"Arn": response["Arn"], "CurrentState": response["CurrentState"], **times}


Pipe = plugin(
    ResourceType(
        "AWS::Pipes::Pipe",
        "pipes",
        identifier="Name",
        create=Call("CreatePipe"),
        read=Call("DescribePipe"),
        update=Call("UpdatePipe"),
        delete=Call("DeletePipe"),
        attributes=_attributes,
        arn="arn:aws:pipes:{region}:{account}:pipe/{Name}",
    )
)
