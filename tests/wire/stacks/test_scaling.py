"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html"""

from collections.abc import Callable
from typing import Any

from tests.stacks import deployed
from tests.wire.stacks.test_outcomes import name

__all__ = ["name"]  # the fixture

TEMPLATE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      MinCapacity: 1
      MaxCapacity: 10
      ResourceId: !Sub "table/${Table}"
      ScalableDimension: dynamodb:table:ReadCapacityUnits
      ServiceNamespace: dynamodb
      RoleARN: !Sub "arn:aws:iam::${AWS::AccountId}:role/scaling"
  Policy:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties:
      PolicyName: half
      PolicyType: TargetTrackingScaling
      ScalingTargetId: !Ref Target
      TargetTrackingScalingPolicyConfiguration:
        TargetValue: 50
        PredefinedMetricSpecification: {PredefinedMetricType: DynamoDBReadCapacityUtilization}
Outputs:
  Target: {Value: !Ref Target}
  Policy: {Value: !Ref Policy}
"""


def test_a_table_s_capacity_has_a_target_and_a_policy(aws: Callable[[str], Any], name: str) -> None:
    scaling = aws("application-autoscaling")

    def found(target: str) -> tuple[list[Any], list[Any]]:
        of = {"ServiceNamespace": "dynamodb"}
        targets = scaling.describe_scalable_targets(**of, ResourceIds=[target])["ScalableTargets"]
        return targets, scaling.describe_scaling_policies(**of, ResourceId=target)["ScalingPolicies"]

    with deployed(aws, name, TEMPLATE) as outputs:
        resource, dimension, namespace = outputs["Target"].split("|")
        assert (dimension, namespace) == ("dynamodb:table:ReadCapacityUnits", "dynamodb")
        [target], [policy] = found(resource)
        assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 10)
        assert (policy["PolicyARN"], policy["PolicyName"]) == (outputs["Policy"], "half")
    assert found(resource) == ([], [])
