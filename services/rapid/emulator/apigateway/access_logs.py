"""Access logs: one line for each request to a stage, in the stage's format.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html and http-api-logging.html (read
2026-11). A variable without a value is `-`. Lines go to a log group, or to Firehose, a moment after the answer.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.connect import connect_to

from rapid.emulator.lambda_.executor import telemetry
from rapid.emulator.lambda_.output import LogEvent
from rapid.emulator.lambda_.telemetry import Account, Stream

LOG = logging.getLogger(__name__)

_VARIABLE = re.compile(r"\$context\.(\w+(?:\.[\w:-]+)*)")


def line(template: str, variable: Callable[[str], Any]) -> str:
    """A format with the values of its variables, as `identity.sourceIp`."""

    def text(found: re.Match[str]) -> str:
        value = variable(found[1])
        return "-" if value in (None, "") else str(value)

    return _VARIABLE.sub(text, template)


def write(
    settings: Mapping[str, Any] | None, account: str, region: str, stage: str, variable: Callable[[str], Any]
) -> None:
    """Writes a request's line, where its stage has access logs.

    Args:
        settings: the stage's `destinationArn` and `format`.
        account: the API's.
        region: the API's.
        stage: API and stage, which have a log stream of their own.
        variable: the value of a variable, from its name without `$context`.
    """
    arn, template = (settings or {}).get("destinationArn"), (settings or {}).get("format")
    if not arn or not template:
        return
    text = line(template, variable)
    if ":firehose:" in arn:
        firehose = connect_to(aws_access_key_id=account, region_name=region).firehose
        try:
            firehose.put_record(DeliveryStreamName=arn.rpartition("/")[2], Record={"Data": f"{text}\n".encode()})
        except (ClientError, BotoCoreError) as error:
            LOG.warning("A line of an access log could not be sent to %s: %s", arn, error)
        return
    group = arn.partition(":log-group:")[2].removesuffix(":*")
    name = hashlib.sha256(stage.encode()).hexdigest()[:32]
    event = LogEvent(int(time.time() * 1000), text)
    telemetry().log(Stream(Account(account, region), group, name, makes_group=False), [event])
