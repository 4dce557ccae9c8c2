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


def _sqs(folder: Path) -> Wake:
    from rapid.emulator.state import sqs

    journal = open_checked(folder / "sqs.db")
    sqs.prepare(journal)

    def record(context: RequestContext) -> None:
        snapshots.record(context)
        if context.operation.name == "DeleteQueue":
            name = context.service_request["QueueUrl"].rsplit("/", 1)[-1]
            sqs.forget_queue(journal, f"arn:aws:sqs:{context.region}:{context.account_id}:{name}")

    recorders["sqs"] = record
    return lambda _: sqs.wake(journal)


def _logs(folder: Path) -> Wake:
    from rapid.emulator.state import logs

    journal = open_checked(folder / "logs.db")
    logs.prepare(journal)

    def record(context: RequestContext) -> None:
        snapshots.record(context)
        if context.operation.name in ("DeleteLogGroup", "DeleteLogStream"):
            request = context.service_request
            stream = request.get("logStreamName")
            logs.forget(journal, request["logGroupName"], stream, context.account_id, context.region)

    recorders["logs"] = record
    return lambda _: logs.wake(journal)


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
    "events": _events,
    "iam": _iam,
    "lambda": _lambda,
    "logs": _logs,
    "sqs": _sqs,
}
