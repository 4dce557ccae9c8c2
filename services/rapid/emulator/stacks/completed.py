"""LocalStack's resource types, with the properties and updates that it leaves out.

Properties as in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (read 2026-11).
"""

import time
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import ApiGatewayStageProvider
from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceRequest
from localstack.services.cloudformation.resource_providers.aws_cloudformation_stack import CloudFormationStackProvider
from localstack.services.kinesis.resource_providers.aws_kinesis_stream import KinesisStreamProvider
from localstack.services.kinesisfirehose.resource_providers.aws_kinesisfirehose_deliverystream import (
    KinesisFirehoseDeliveryStreamProvider,
)
from localstack.services.logs.resource_providers.aws_logs_loggroup import LogsLogGroupProvider
from localstack.services.s3.resource_providers.aws_s3_bucket import S3BucketProvider
from localstack.services.sns.resource_providers.aws_sns_topic import SNSTopicProvider

from rapid.emulator.apigateway.settings import method_settings
from rapid.emulator.stacks.updates import update

Model = dict[str, Any]


def _done(model: Model) -> ProgressEvent[Any]:
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)


def _kept(request: ResourceRequest[Any], *names: str) -> Model:
    """The desired state, with what the service chose when the resource was made."""
    before = request.previous_state or {}
    return {**{name: before[name] for name in names if name in before}, **request.desired_state}


def _lifecycle(rule: Model) -> Model:
    """A rule of the template as S3's API takes it: there the prefix is in a filter, and a rule has one expiration."""
    given = dict(rule)
    converted: Model = {"ID": given.pop("Id", ""), "Status": given.pop("Status")}
    expiration = {"ExpirationInDays": "Days", "ExpirationDate": "Date", "ExpiredObjectDeleteMarker": None}
    if found := {api or name: given.pop(name) for name, api in expiration.items() if name in given}:
        converted["Expiration"] = found
    parts = {"Prefix": given.pop("Prefix", None)}
    parts |= {name: given.pop(name, None) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")}
    tags = given.pop("TagFilters", [])
    filled = {name: value for name, value in parts.items() if value is not None}
    several = len(filled) + len(tags) > 1
    converted["Filter"] = (
        {"And": {**filled, "Tags": tags}} if several else filled or {"Tag": tags[0]} if tags else filled
    )
    for name in ("Transition", "NoncurrentVersionTransition"):
        transitions = given.pop(f"{name}s", None) or ([given.pop(name)] if name in given else [])
        if transitions:
            converted[f"{name}s"] = [_transition(t) for t in transitions]
    if days := given.pop("NoncurrentVersionExpirationInDays", None):
        converted["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(days)}
    return converted | given


def _transition(given: Model) -> Model:
    names = {"TransitionInDays": "Days", "TransitionDate": "Date"}
    return {names.get(name, name): value for name, value in given.items()}


def _encryption(given: Model) -> Model:
    rules = given["ServerSideEncryptionConfiguration"]
    renamed = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {"Rules": [{renamed.get(name, name): value for name, value in rule.items()} for rule in rules]}


class Bucket(S3BucketProvider):
    """A bucket with its encryption, access block, ownership and lifecycle. One that holds objects is not deleted."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        wanted = dict(request.desired_state)
        event = super().create(request)
        if event.status == OperationStatus.SUCCESS:
            s3, bucket = request.aws_client_factory.s3, event.resource_model["BucketName"]
            try:
                self._apply(s3, bucket, wanted, {})
            except ClientError:
                s3.delete_bucket(Bucket=bucket)
                raise
        return event

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        derived = ("BucketName", "Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL")
        model = _kept(request, *derived)
        s3, before = request.aws_client_factory.s3, request.previous_state or {}
        self._apply(s3, model["BucketName"], model, before)
        if notification := self._get_s3_bucket_notification_config(model):
            s3.put_bucket_notification_configuration(**notification)
        elif before.get("NotificationConfiguration"):
            s3.put_bucket_notification_configuration(Bucket=model["BucketName"], NotificationConfiguration={})
        if versioning := model.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=model["BucketName"], VersioningConfiguration=versioning)
        return _done(model)

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """AWS leaves a bucket that is not empty: the stack becomes DELETE_FAILED."""
        bucket = request.desired_state["BucketName"]
        try:
            request.aws_client_factory.s3.delete_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
        return _done({})

    def _apply(self, s3: Any, bucket: str, wanted: Model, before: Model) -> None:
        if given := wanted.get("BucketEncryption"):
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_encryption(given))
        if given := wanted.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=given)
        if given := wanted.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=given)
        if given := wanted.get("LifecycleConfiguration"):
            rules = [_lifecycle(rule) for rule in given["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        elif before.get("LifecycleConfiguration"):
            s3.delete_bucket_lifecycle(Bucket=bucket)
        if (tags := wanted.get("Tags")) and before:
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


class Topic(SNSTopicProvider):
    """A topic that has its stack's name in its own, where the template gives it none."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        if not model.get("TopicName"):
            end = ".fifo" if str(model.get("FifoTopic")).lower() == "true" else ""
            model["TopicName"] = generate_default_name(request.stack_name, request.logical_resource_id) + end
        return super().create(request)


class NestedStack(CloudFormationStackProvider):
    """A stack in a stack: it takes updates, and where it fails, so does what holds it."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        if "Id" not in request.desired_state:
            return super().create(request)
        return self._now(request, request.desired_state)

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model, stacks = _kept(request, "Id", "StackName", "Outputs"), request.aws_client_factory.cloudformation
        try:
            stacks.update_stack(
                StackName=model["Id"],
                TemplateURL=model["TemplateURL"],
                Parameters=_parameters(model.get("Parameters") or {}),
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            )
        except ClientError as error:
            if "No updates are to be performed" not in error.response["Error"]["Message"]:
                raise
        event = self._now(request, model)
        while event.status == OperationStatus.IN_PROGRESS:
            time.sleep(0.1)
            event = self._now(request, model)
        return event

    def _now(self, request: ResourceRequest[Any], model: Model) -> ProgressEvent[Any]:
        """What has become of the stack."""
        stacks = request.aws_client_factory.cloudformation
        [stack] = stacks.describe_stacks(StackName=model["Id"])["Stacks"]
        status = stack["StackStatus"]
        if status.endswith("_IN_PROGRESS"):
            return ProgressEvent(
                OperationStatus.IN_PROGRESS, resource_model=model, custom_context=request.custom_context
            )
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            model["Outputs"] = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
            return _done(model)
        happened = stacks.describe_stack_events(StackName=model["Id"])["StackEvents"]
        first: Model = next((one for one in reversed(happened) if one["ResourceStatus"].endswith("_FAILED")), {})
        why = first.get("ResourceStatusReason") or stack.get("StackStatusReason", "")
        message = f"Embedded stack {model['Id']} was not successfully {_PAST[status.partition('_')[0]]}: {why}"
        return ProgressEvent(OperationStatus.FAILED, resource_model=model, message=message)


_PAST = {"CREATE": "created", "ROLLBACK": "created", "UPDATE": "updated", "DELETE": "created"}


def _parameters(given: Model) -> list[dict[str, str]]:
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in given.items()}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in texts.items()]


class DeliveryStream(KinesisFirehoseDeliveryStreamProvider):
    """A delivery stream whose name may be left out, and which fails when Firehose could not make it."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        if not model.get("DeliveryStreamName"):
            model["DeliveryStreamName"] = generate_default_name(request.stack_name, request.logical_resource_id)
        event = super().create(request)
        if event.status == OperationStatus.IN_PROGRESS:
            found = request.aws_client_factory.firehose.describe_delivery_stream(
                DeliveryStreamName=model["DeliveryStreamName"]
            )["DeliveryStreamDescription"]
            if found["DeliveryStreamStatus"] == "CREATING_FAILED":
                reason = found.get("FailureDescription", {}).get("Details", "the delivery stream could not be created")
                return ProgressEvent(OperationStatus.FAILED, resource_model=model, message=reason)
        return event


class Stream(KinesisStreamProvider):
    """A Kinesis stream with the shards that were asked for, and its retention."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        if model.get("ShardCount") and not model.get("StreamModeDetails"):
            model["StreamModeDetails"] = {"StreamMode": "PROVISIONED"}
        event = super().create(request)
        if event.status == OperationStatus.SUCCESS:
            made = {name: value for name, value in event.resource_model.items() if name != "RetentionPeriodHours"}
            update("AWS::Kinesis::Stream", request.aws_client_factory, made, event.resource_model)
        return event


class LogGroup(LogsLogGroupProvider):
    """A log group with its retention and tags."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        event = super().create(request)
        if event.status == OperationStatus.SUCCESS:
            self._apply(request.aws_client_factory.logs, event.resource_model, {})
        return event

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = _kept(request, "LogGroupName", "Arn")
        self._apply(request.aws_client_factory.logs, model, request.previous_state or {})
        return _done(model)

    def _apply(self, logs: Any, model: Model, before: Model) -> None:
        name = model["LogGroupName"]
        if days := model.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        elif before.get("RetentionInDays"):
            logs.delete_retention_policy(logGroupName=name)
        if tags := model.get("Tags"):
            logs.tag_log_group(logGroupName=name, tags={tag["Key"]: tag["Value"] for tag in tags})


class Stage(ApiGatewayStageProvider):
    """A stage that can move to another deployment, with its access log, its canary and the settings of its methods."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        made = super().create(request)
        model = made.resource_model
        _set_methods(request, model, {})
        _set_access_log(request, model, {})
        _set_canary(request, model, {})
        return made

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model, before = _kept(request, "StageName"), request.previous_state or {}
        paths = {"DeploymentId": "/deploymentId", "Description": "/description", "TracingEnabled": "/tracingEnabled"}
        found = [(path, model.get(name)) for name, path in paths.items() if model.get(name) != before.get(name)]
        old, new = before.get("Variables") or {}, model.get("Variables") or {}
        found += [(f"/variables/{name}", value) for name, value in new.items() if old.get(name) != value]
        operations: list[dict[str, str]] = [
            {"op": "replace", "path": path, "value": str(value)} for path, value in found if value is not None
        ]
        operations += [{"op": "remove", "path": f"/variables/{name}"} for name in old.keys() - new.keys()]
        request.aws_client_factory.apigateway.update_stage(
            restApiId=model["RestApiId"], stageName=model["StageName"], patchOperations=operations
        )
        _set_methods(request, model, method_settings(before.get("MethodSettings") or ()))
        _set_access_log(request, model, before.get("AccessLogSetting") or {})
        _set_canary(request, model, before.get("CanarySetting") or {})
        return _done(model)


def _set_access_log(request: ResourceRequest[Any], stage: dict[str, Any], before: dict[str, str]) -> None:
    """Brings a stage's access log from `before` to what its properties say."""
    settings = stage.get("AccessLogSetting") or {}
    if settings == before:
        return
    operations = [{"op": "remove", "path": "/accessLogSettings"}] if before else []
    operations += [
        {"op": "replace", "path": f"/accessLogSettings/{name[0].lower()}{name[1:]}", "value": value}
        for name, value in settings.items()
    ]
    request.aws_client_factory.apigateway.update_stage(
        restApiId=stage["RestApiId"], stageName=stage["StageName"], patchOperations=operations
    )


def _set_canary(request: ResourceRequest[Any], stage: dict[str, Any], before: dict[str, Any]) -> None:
    """Brings a stage's canary from `before` to what its properties say. Without a deployment it has the stage's."""
    wanted = stage.get("CanarySetting") or {}
    if wanted == before:
        return
    operations = [{"op": "remove", "path": "/canarySettings"}] if before else []
    if wanted:
        plain = {
            "deploymentId": wanted.get("DeploymentId") or stage.get("DeploymentId"),
            "percentTraffic": wanted.get("PercentTraffic", 0),
            "useStageCache": str(wanted.get("UseStageCache", False)).lower(),
        }
        overrides = wanted.get("StageVariableOverrides") or {}
        values = {**plain, **{f"stageVariableOverrides/{name}": value for name, value in overrides.items()}}
        operations += [
            {"op": "replace", "path": f"/canarySettings/{name}", "value": str(value)} for name, value in values.items()
        ]
    request.aws_client_factory.apigateway.update_stage(
        restApiId=stage["RestApiId"], stageName=stage["StageName"], patchOperations=operations
    )


def _set_methods(request: ResourceRequest[Any], stage: dict[str, Any], before: dict[str, str]) -> None:
    """Brings a stage's method settings from `before` to what its properties say."""
    settings = method_settings(stage.get("MethodSettings") or ())
    operations = [
        {"op": "replace", "path": path, "value": value} for path, value in settings.items() if before.get(path) != value
    ]
    if any(path.startswith("/*/*/") for path in before) and not any(path.startswith("/*/*/") for path in settings):
        operations.insert(0, {"op": "remove", "path": "/*/*"})
    if operations:
        request.aws_client_factory.apigateway.update_stage(
            restApiId=stage["RestApiId"], stageName=stage["StageName"], patchOperations=operations
        )
