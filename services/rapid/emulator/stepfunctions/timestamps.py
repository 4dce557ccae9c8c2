"""Points in time as AWS writes them: `2026-11-28T18:59:11.806Z`, and as milliseconds in log groups.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html (read 2026-11)
"""
# ruff: noqa: SLF001 - what is exchanged

from datetime import UTC, date, datetime
from typing import Any

from localstack.aws.api.logs import InputLogEvent
from localstack.services.stepfunctions.asl.component.state import state
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service import (  # noqa: E501 - its name
    StateTaskService,
)
from localstack.services.stepfunctions.asl.eval.event.logging import CloudWatchLoggingSession
from localstack.services.stepfunctions.asl.eval.states import StateData
from localstack.services.stepfunctions.asl.utils import encoding


def written(moment: date) -> str:
    """A point in time in UTC, with milliseconds; a day as it is."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return f"{moment.astimezone(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def _entered(Name: str, **_: Any) -> StateData:  # noqa: N803 - AWS's name
    return StateData(EnteredTime=written(datetime.now(UTC)), Name=Name)


def _encoded(_: Any, value: Any) -> str:
    return written(value) if isinstance(value, date) else str(value)


def _publish(self: CloudWatchLoggingSession, history_log: Any) -> None:
    milliseconds = int(history_log["event_timestamp"].timestamp() * 1000)
    told = encoding.to_json_str({**history_log, "event_timestamp": str(milliseconds)})
    self._publish_history_log_or_setup(log_events=[InputLogEvent(timestamp=milliseconds, message=told)])


def install() -> None:
    """LocalStack writes microseconds and `+00:00`, and leaves what services answer no JSON until a state has ended."""
    answered = StateTaskService._from_boto_response_value

    def in_json(value: Any) -> Any:
        return written(value) if isinstance(value, date) else answered(value)

    StateTaskService._from_boto_response_value = staticmethod(in_json)
    state.StateData = _entered
    encoding._DateTimeEncoder.default = _encoded
    CloudWatchLoggingSession.publish_history_log = _publish
