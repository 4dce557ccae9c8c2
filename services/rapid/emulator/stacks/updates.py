"""Updates in place of LocalStack's resource types that only know how to be made.

Which properties are updated without interruption is said by each type's page below
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (read 2026-11). An operation gets those
properties that it knows; a property that CloudFormation sets by another operation has that operation in its row.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from rapid.emulator.schemas import Model, fit

MOST_POLICY_VERSIONS = 5
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11)."""

Step = tuple[str, Model]
"""An operation, as in `UpdateAlias`, and its arguments."""
Steps = Callable[[Any, Model, Model], Iterator[Step]]
"""What has to be called, by a client, to come from one state of a resource to another."""


def _alias(_client: Any, _before: Model, after: Model) -> Iterator[Step]:
    weights = (after.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
    if isinstance(weights, list):
        weights = {one["FunctionVersion"]: one["FunctionWeight"] for one in weights}
    yield "UpdateAlias", {**after, "RoutingConfig": {"AdditionalVersionWeights": weights}}


def _url(_client: Any, _before: Model, after: Model) -> Iterator[Step]:
    yield "UpdateFunctionUrlConfig", {**after, "FunctionName": after["TargetFunctionArn"]}


def _put(operation: str) -> Steps:
    """An operation that takes the properties as they are."""

    def steps(_client: Any, _before: Model, after: Model) -> Iterator[Step]:
        yield operation, after

    return steps


def _secret(_client: Any, _before: Model, after: Model) -> Iterator[Step]:
    """A generated value is generated once: on AWS a changed `GenerateSecretString` makes a new one, here it stays."""
    yield "UpdateSecret", {**after, "SecretId": after["Id"]}


def _key(_client: Any, before: Model, after: Model) -> Iterator[Step]:
    key = {"KeyId": after["KeyId"]}
    if after.get("KeyPolicy") != before.get("KeyPolicy"):
        yield "PutKeyPolicy", {**key, "PolicyName": "default", "Policy": json.dumps(after["KeyPolicy"])}
    if after.get("Description") != before.get("Description"):
        yield "UpdateKeyDescription", {**key, "Description": after.get("Description") or ""}
    if after.get("EnableKeyRotation") != before.get("EnableKeyRotation"):
        yield ("EnableKeyRotation" if after.get("EnableKeyRotation") else "DisableKeyRotation"), key


def _managed_policy(client: Any, _before: Model, after: Model) -> Iterator[Step]:
    """A new version; the oldest makes way where a policy has as many as IAM lets it have."""
    policy = {"PolicyArn": after["Id"]}
    versions = client.list_policy_versions(**policy)["Versions"]
    if len(versions) >= MOST_POLICY_VERSIONS:
        oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: int(v["VersionId"].lstrip("v")))
        yield "DeletePolicyVersion", {**policy, "VersionId": oldest["VersionId"]}
    yield "CreatePolicyVersion", {**policy, "PolicyDocument": after["PolicyDocument"], "SetAsDefault": True}


def _stream(_client: Any, before: Model, after: Model) -> Iterator[Step]:
    stream, wanted, had = {"StreamName": after["Name"]}, after.get("ShardCount"), before.get("ShardCount")
    if wanted and wanted != had:
        yield "UpdateShardCount", {**stream, "TargetShardCount": wanted, "ScalingType": "UNIFORM_SCALING"}
    hours, were = (int(one.get("RetentionPeriodHours") or 24) for one in (after, before))
    if hours != were:
        verb = "Increase" if hours > were else "Decrease"
        yield f"{verb}StreamRetentionPeriod", {**stream, "RetentionPeriodHours": hours}


def _indexes(model: Model) -> dict[str, Model]:
    return {one["IndexName"]: one for one in model.get("GlobalSecondaryIndexes") or ()}


def _index_updates(table: Model, before: Model, after: Model) -> Iterator[Step]:
    old, new = _indexes(before), _indexes(after)
    for name in old.keys() - new.keys():
        yield "UpdateTable", {**table, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    for name in new.keys() - old.keys():
        changed = {"GlobalSecondaryIndexUpdates": [{"Create": new[name]}]}
        yield "UpdateTable", {**table, "AttributeDefinitions": after["AttributeDefinitions"], **changed}


def _destination_updates(table: Model, before: Model, after: Model) -> Iterator[Step]:
    old, new = ((one.get("KinesisStreamSpecification") or {}).get("StreamArn") for one in (before, after))
    if old and old != new:
        yield "DisableKinesisStreamingDestination", {**table, "StreamArn": old}
    if new and new != old:
        yield "EnableKinesisStreamingDestination", {**table, "StreamArn": new}


def _table(_client: Any, before: Model, after: Model) -> Iterator[Step]:
    """DynamoDB changes one thing at a time, and one index."""
    table = {"TableName": after["TableName"]}
    for name in ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "TableClass"):
        if name in after and after[name] != before.get(name):
            yield "UpdateTable", {**table, name: after[name]}
    stream, was = after.get("StreamSpecification"), before.get("StreamSpecification")
    if stream != was:
        if was:
            yield "UpdateTable", {**table, "StreamSpecification": {"StreamEnabled": False}}
        if stream:
            yield "UpdateTable", {**table, "StreamSpecification": {"StreamEnabled": True, **stream}}
    yield from _index_updates(table, before, after)
    yield from _destination_updates(table, before, after)
    if (ttl := after.get("TimeToLiveSpecification")) and ttl != before.get("TimeToLiveSpecification"):
        yield "UpdateTimeToLive", {**table, "TimeToLiveSpecification": ttl}
    if tags := after.get("Tags"):
        yield "TagResource", {"ResourceArn": after["Arn"], "Tags": tags}


def _delivery_stream(client: Any, before: Model, after: Model) -> Iterator[Step]:
    """What has changed of a destination of the kind that it has; another kind is another delivery stream."""
    stream = {"DeliveryStreamName": after["DeliveryStreamName"]}
    told = client.describe_delivery_stream(**stream)["DeliveryStreamDescription"]
    [destination] = told["Destinations"]
    at = {"CurrentDeliveryStreamVersionId": told["VersionId"], "DestinationId": destination["DestinationId"]}
    for kind in ("ExtendedS3Destination", "S3Destination", "HttpEndpointDestination"):
        wanted = after.get(f"{kind}Configuration")
        if wanted and wanted != before.get(f"{kind}Configuration"):
            backup = {"S3BackupUpdate": wanted["S3BackupConfiguration"]} if "S3BackupConfiguration" in wanted else {}
            yield "UpdateDestination", {**stream, **at, f"{kind}Update": {**wanted, **backup}}


UPDATES: dict[str, tuple[str, Steps]] = {
    "AWS::DynamoDB::Table": ("dynamodb", _table),
    "AWS::Events::ApiDestination": ("events", _put("UpdateApiDestination")),
    "AWS::Events::Connection": ("events", _put("UpdateConnection")),
    "AWS::IAM::ManagedPolicy": ("iam", _managed_policy),
    "AWS::KMS::Alias": ("kms", _put("UpdateAlias")),
    "AWS::KMS::Key": ("kms", _key),
    "AWS::Kinesis::Stream": ("kinesis", _stream),
    "AWS::KinesisFirehose::DeliveryStream": ("firehose", _delivery_stream),
    "AWS::Lambda::Alias": ("lambda", _alias),
    "AWS::Lambda::Url": ("lambda", _url),
    "AWS::Scheduler::Schedule": ("scheduler", _put("UpdateSchedule")),
    "AWS::SecretsManager::Secret": ("secretsmanager", _secret),
}
"""Per type, the service and the steps of an update."""


def update(kind: str, clients: Any, before: Model, after: Model) -> None:
    """Changes a resource.

    Args:
        kind: a type in UPDATES.
        clients: LocalStack's factory of boto3 clients.
        before: the properties as they are.
        after: the properties as they shall be, with what the service chose when the resource was made.

    Raises:
        ClientError: the service refused.
    """
    service, steps = UPDATES[kind]
    client = clients.get_client(service)
    methods = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    for operation, arguments in steps(client, before, after):
        shape = client.meta.service_model.operation_model(operation).input_shape
        getattr(client, methods[operation])(**fit(arguments, shape))
