"""What a service needs besides its stores: things before they are loaded, and what runs on them afterwards.

A service that is not here needs nothing, or does it in LocalStack's own `on_after_state_load`.
"""

from collections.abc import Callable
from pathlib import Path

from localstack.aws.api import RequestContext
from localstack.services.plugins import Service

from rapid.emulator.state import snapshots
from rapid.emulator.state.journal import open_checked
from rapid.emulator.state.recording import recorders

Wake = Callable[[Service], None]


def prepare(service: str, folder: Path) -> Wake | None:
    """Readies a service that starts: reducers, patches, journals below `folder`.

    Returns:
        What to call once its saved stores are in place.
    """
    preparer = _PREPARERS.get(service)
    return preparer(folder) if preparer else None


def _forgetting(service: str, deletions: dict[str, Callable[[RequestContext], None]]) -> None:
    """Lets a journal forget what a deleted resource held, once the deletion itself is saved.

    Args:
        service: whose requests these are.
        deletions: operation → what to do after it.
    """

    def record(context: RequestContext) -> None:
        snapshots.record(context)
        if forget := deletions.get(context.operation.name):
            forget(context)

    recorders[service] = record


def _sqs(folder: Path) -> Wake:
    from rapid.emulator.state import sqs

    journal = open_checked(folder / "sqs.db")
    sqs.prepare(journal)

    def forget(context: RequestContext) -> None:
        name = context.service_request["QueueUrl"].rsplit("/", 1)[-1]
        sqs.forget_queue(journal, f"arn:aws:sqs:{context.region}:{context.account_id}:{name}")

    _forgetting("sqs", {"DeleteQueue": forget})
    return lambda _: sqs.wake(journal)


def _logs(folder: Path) -> Wake:
    from rapid.emulator.state import logs

    journal = open_checked(folder / "logs.db")
    logs.prepare(journal)

    def forget(context: RequestContext) -> None:
        request = context.service_request
        stream = request.get("logStreamName")
        logs.forget(journal, request["logGroupName"], stream, context.account_id, context.region)

    _forgetting("logs", {"DeleteLogGroup": forget, "DeleteLogStream": forget})
    return lambda _: logs.wake(journal)


def _arn(context: RequestContext, kind: str, name: str) -> str:
    """The ARN of what a request names; it may name it by its ARN."""
    if name.startswith("arn:"):
        return name
    service = context.service.service_name
    return f"arn:{context.partition}:{service}:{context.region}:{context.account_id}:{kind}/{name}"


def _dynamodb(folder: Path) -> Wake:
    from rapid.emulator.state import dynamodb

    journal = open_checked(folder / "dynamodb.db")
    dynamodb.prepare(journal)

    def forget(context: RequestContext) -> None:
        dynamodb.forget_table(journal, _arn(context, "table", context.service_request["TableName"]))

    _forgetting("dynamodb", {"DeleteTable": forget})
    return lambda _: dynamodb.wake(journal)


def _kinesis(folder: Path) -> Wake:
    from rapid.emulator.state import kinesis

    journal = open_checked(folder / "kinesis.db")
    kinesis.prepare(journal)

    def forget(context: RequestContext) -> None:
        request = context.service_request
        name = request.get("StreamARN") or request["StreamName"]
        kinesis.forget_stream(journal, _arn(context, "stream", name))

    _forgetting("kinesis", {"DeleteStream": forget})
    return lambda _: kinesis.wake(journal)


def _athena(folder: Path) -> None:
    from rapid.emulator.athena import history

    history.prepare(open_checked(folder / "athena.db"))


def _events(_folder: Path) -> Wake:
    from rapid.emulator.state import events

    return events.wake


def _cloudwatch(_folder: Path) -> None:
    from rapid.emulator.state import cloudwatch

    cloudwatch.prepare()


def _cloudformation(_folder: Path) -> Wake:
    from rapid.emulator.state import observed

    observed.prepare_cloudformation()
    return lambda _: observed.wake_cloudformation()


def _iam(_folder: Path) -> None:
    from rapid.emulator.state import iam

    iam.prepare()


def _lambda(_folder: Path) -> None:
    from rapid.emulator.state import observed

    observed.prepare_lambda()


_PREPARERS: dict[str, Callable[[Path], Wake | None]] = {
    "athena": _athena,
    "cloudformation": _cloudformation,
    "cloudwatch": _cloudwatch,
    "dynamodb": _dynamodb,
    "events": _events,
    "iam": _iam,
    "kinesis": _kinesis,
    "lambda": _lambda,
    "logs": _logs,
    "sqs": _sqs,
}
