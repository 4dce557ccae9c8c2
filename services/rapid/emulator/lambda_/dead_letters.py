"""A function's dead-letter queue or topic, with the attributes that AWS sends.

LocalStack 4.13.1 makes up the RequestID. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
(read 2026-11): RequestID, ErrorCode (the HTTP status) and ErrorMessage (its first 1 KB).
"""

import copy
import json
import logging
from dataclasses import replace
from typing import Any

from localstack.aws.api.lambda_ import RecursiveInvocationException
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation import event_manager
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.utils.aws.arns import extract_region_from_arn, sqs_queue_url_for_arn

from rapid.emulator.lambda_ import event_queue

LOG = logging.getLogger(__name__)


class Poller(event_manager.Poller):
    """Runs asynchronous invocations of one function version."""

    def handle_message(self, message: dict[str, Any]) -> None:
        """Runs one event; it is forgotten only after what follows from its result was done."""
        runner = copy.copy(self)
        runner.version_manager = _AsInvoked(self.version_manager, _qualifier(message))
        super(Poller, runner).handle_message(message)
        if not self._shutdown_event.is_set():
            event_queue.handled(message)

    def process_throttles_and_system_errors(self, sqs_invocation: event_manager.SQSInvocation, error: Exception) -> str:
        """Tries an event again later, unless it came round in a loop: that is its last failure."""
        if not isinstance(error, RecursiveInvocationException):
            return str(super().process_throttles_and_system_errors(sqs_invocation, error))
        told = json.dumps({"errorType": error.code, "errorMessage": error.message}).encode()
        result = InvocationResult(sqs_invocation.invocation.request_id, told, is_error=True, logs=None)
        version = self.version_manager.function_version.id.qualifier
        config = self.version_manager.function.event_invoke_configs.get(version)
        self.process_failure_destination(sqs_invocation, result, config, "RetriesExhausted")
        self.process_dead_letter_queue(sqs_invocation, result)
        return str(event_manager.FunctionStatus.invocation_error)

    def process_dead_letter_queue(
        self, sqs_invocation: event_manager.SQSInvocation, invocation_result: InvocationResult
    ) -> None:
        """Sends an event that failed for good to where the function says."""
        version = self.version_manager.function_version
        target = version.config.dead_letter_arn
        if not target:
            return
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": sqs_invocation.invocation.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
            "ErrorMessage": {"DataType": "String", "StringValue": _message(invocation_result.payload)},
        }
        clients = connect_to.with_assumed_role(
            role_arn=version.config.role, service_principal="lambda", region_name=extract_region_from_arn(target)
        )
        body = sqs_invocation.invocation.payload.decode()
        try:
            if ":sqs:" in target:
                clients.sqs.send_message(
                    QueueUrl=sqs_queue_url_for_arn(target), MessageBody=body, MessageAttributes=attributes
                )
            else:
                clients.sns.publish(TopicArn=target, Message=body, MessageAttributes=attributes)
        except Exception:  # the thread's edge; AWS counts a DeadLetterErrors metric and goes on
            LOG.exception("Could not send an event of %s to %s", version.qualified_arn, target)


def _qualifier(message: dict[str, Any]) -> str:
    """The version or alias by which an event's function was invoked; empty without one."""
    arn = event_manager.SQSInvocation.decode(message["Body"]).invocation.invoked_arn
    return "".join(arn.split(":")[7:])


class _AsInvoked:
    """A version's manager as an invocation by a qualifier sees it.

    Retries and destinations are set for a version or for an alias, and the one that was invoked counts; LocalStack
    looks for the version's only. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
    """

    def __init__(self, manager: Any, qualifier: str) -> None:
        self._manager = manager
        configurations, version = manager.function.event_invoke_configs, manager.function_version.id.qualifier
        found = configurations.get(qualifier or version)
        self.function = replace(manager.function, event_invoke_configs={version: found} if found else {})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)


def _message(payload: bytes | None) -> str:
    """The error message of a failed invocation, at most 1 KB."""
    try:
        error: Any = json.loads(payload or b"")
        text = str(error.get("errorMessage") or "") if isinstance(error, dict) else ""
    except ValueError:
        text = ""
    return text.encode()[:1024].decode(errors="ignore") or "Unknown"
