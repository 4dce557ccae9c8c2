"""The operations that change schedules: Moto's, after AWS's checks, and then the clock is told.

https://docs.aws.amazon.com/scheduler/latest/APIReference/ (read 2026-11)
"""

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.plugins import ServiceLifecycleHook
from moto.scheduler.models import Schedule, scheduler_backends

from rapid.emulator.moto import moto
from rapid.emulator.moto_services import MotoProvider
from rapid.emulator.schedule import ScheduleError
from rapid.emulator.scheduler import targets, timing
from rapid.emulator.scheduler.running import Running
from rapid.emulator.state import mark_dirty

Request = dict[str, Any]


class SchedulerProvider(MotoProvider, ServiceLifecycleHook):
    """EventBridge Scheduler."""

    def __init__(self) -> None:
        super().__init__("scheduler", "moto.scheduler.models")
        self.running = Running(self._end)

    def on_after_state_load(self) -> None:
        for schedule in _schedules():
            self.running.resume(schedule)
            self.running.arrange(schedule)

    def on_before_stop(self) -> None:
        self.running.stop()

    @handler("CreateSchedule", expand=False)
    def create_schedule(self, context: RequestContext, request: Request) -> Any:
        return self._changed(context, request)

    @handler("UpdateSchedule", expand=False)
    def update_schedule(self, context: RequestContext, request: Request) -> Any:
        return self._changed(context, request)

    @handler("DeleteSchedule", expand=False)
    def delete_schedule(self, context: RequestContext, request: Request) -> Any:
        found = _schedule(context, request)
        answer = moto(context, request)
        self.running.forget(found.arn)
        return answer

    @handler("CreateScheduleGroup", expand=False)
    def create_schedule_group(self, context: RequestContext, request: Request) -> Any:
        """Makes a group, where Moto would put it, empty, in the place of the one that has its name."""
        if request["Name"] in scheduler_backends[context.account_id][context.region].schedule_groups:
            told = f"Schedule group {request['Name']} already exists."
            raise CommonServiceException("ConflictException", told, 409)
        return moto(context, request)

    @handler("DeleteScheduleGroup", expand=False)
    def delete_schedule_group(self, context: RequestContext, request: Request) -> Any:
        backend = scheduler_backends[context.account_id][context.region]
        arns = [schedule.arn for schedule in backend.get_schedule_group(request["Name"]).schedules.values()]
        answer = moto(context, request)
        for arn in arns:
            self.running.forget(arn)
        return answer

    def _changed(self, context: RequestContext, request: Request) -> Any:
        try:
            timing.parse(request["ScheduleExpression"], request.get("ScheduleExpressionTimezone") or "UTC")
        except ScheduleError as error:
            told = f"Invalid Schedule Expression {request['ScheduleExpression']}."
            raise CommonServiceException("ValidationException", told, 400) from error
        if problem := targets.problem(request["Target"]["Arn"]):
            raise CommonServiceException("ValidationException", problem, 400)
        answer = moto(context, request)
        self.running.arrange(_schedule(context, request))
        return answer

    def _end(self, schedule: Schedule) -> None:
        """Deletes a schedule that is through."""
        _, _, _, region, account, *_ = schedule.arn.split(":")
        group = scheduler_backends[account][region].schedule_groups.get(schedule.group_name)
        if group and group.schedules.get(schedule.name) is schedule:  # it may be gone, or another have its name
            group.delete_schedule(schedule.name)
            mark_dirty("scheduler")


def _schedule(context: RequestContext, request: Request) -> Schedule:
    backend = scheduler_backends[context.account_id][context.region]
    return backend.get_schedule(request.get("GroupName"), request["Name"])


def _schedules() -> Iterator[Schedule]:
    for regions in scheduler_backends.values():
        for backend in regions.values():
            for group in backend.schedule_groups.values():
                yield from list(group.schedules.values())
