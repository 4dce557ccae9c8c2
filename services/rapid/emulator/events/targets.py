"""A Glue workflow as the target of a rule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html; what arrives is glue:NotifyEvent,
https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html (read 2026-11).
"""

import re
from typing import Any

from localstack.aws.api.events import Target
from localstack.services.events.models import FormattedEvent, ValidationException
from localstack.services.events.target import TargetSender
from localstack.services.plugins import SERVICE_PLUGINS

WORKFLOW_ARN = re.compile(r"arn:aws[\w-]*:glue:[\w-]+:\d{12}:workflow/(.+)")
UNSUPPORTED = frozenset({"appsync", "batch", "ecs", "redshift", "sagemaker", "ssm"})
"""Services whose senders in LocalStack refuse every event."""


class GlueWorkflowSender(TargetSender):
    """Tells Glue of an event. Glue takes only the event's identity, so Input and InputPath change nothing."""

    saved_with = "glue"

    def _validate_input(self, target: Target) -> None:
        super()._validate_input(target)
        if not WORKFLOW_ARN.fullmatch(target["Arn"]):
            raise ValidationException(f"Parameter {target['Arn']} is not valid. Reason: Provided Arn is no workflow.")

    def process_event(self, event: FormattedEvent, trace_header: Any) -> None:  # noqa: ARG002
        found = WORKFLOW_ARN.fullmatch(self.target["Arn"])
        assert found  # noqa: S101 - checked in the constructor
        glue = SERVICE_PLUGINS.require("glue").lifecycle_hook
        glue.notify_event(self.target_account_id, self.target_region, found[1], event["id"])

    def send_event(self, event: Any, trace_header: Any) -> None:
        self.process_event(event, trace_header)
