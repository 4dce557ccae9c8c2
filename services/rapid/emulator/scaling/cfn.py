"""CloudFormation types of Application Auto Scaling.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html (read 2026-11)
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin

_TARGET = ("ResourceId", "ScalableDimension", "ServiceNamespace")


def _target(p: Model) -> Model:
    """What a target is known by: its own `Ref`, or a policy's `ScalingTargetId`, is the three of them."""
    known = str(p.get("ScalingTargetId") or "").split("|")
    return dict(zip(_TARGET, known, strict=True)) if len(known) == len(_TARGET) else {n: p[n] for n in _TARGET}


def _listed(p: Model) -> Model:
    target = _target(p)
    return {
        "ServiceNamespace": target["ServiceNamespace"],
        "ResourceIds": [target["ResourceId"]],
        "ScalableDimension": target["ScalableDimension"],
    }


ScalableTarget = plugin(
    ResourceType(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling",
        create=Call("RegisterScalableTarget"),
        update=Call("RegisterScalableTarget"),
        read=Call("DescribeScalableTargets", _listed),
        delete=Call("DeregisterScalableTarget", _target),
        ref=lambda p, _: "|".join(p[name] for name in _TARGET),
    )
)


def _policy(p: Model) -> Model:
    return {**p, **_target(p)}


ScalingPolicy = plugin(
    ResourceType(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "application-autoscaling",
        create=Call("PutScalingPolicy", _policy),
        update=Call("PutScalingPolicy", _policy),
        read=Call(
            "DescribeScalingPolicies",
            lambda p: {"PolicyNames": [p["PolicyName"]], "ServiceNamespace": _target(p)["ServiceNamespace"]},
        ),
        delete=Call("DeleteScalingPolicy", lambda p: {"PolicyName": p["PolicyName"], **_target(p)}),
        ref=lambda _, response: str(response["PolicyARN"]),
        attributes=lambda _, response: {"Arn": response["PolicyARN"]},
    )
)
