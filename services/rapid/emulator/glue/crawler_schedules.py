"""Schedules of crawlers: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-scheduler.html."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator import schedule
from rapid.emulator.glue.crawls import find_crawler
from rapid.emulator.glue.errors import (
    InvalidInputException,
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from rapid.emulator.glue.models import Structure, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.scope import Scope


def checked_schedule(text: str) -> str:
    """A cron expression that Glue takes.

    Raises:
        InvalidInputException: it does not.
    """
    try:
        if not text.startswith("cron("):
            raise schedule.ScheduleError("Glue takes cron(...) only")
        schedule.parse(text)
    except schedule.ScheduleError as error:
        raise InvalidInputException(f"Schedule {text!r} is not valid: {error}.") from error
    return text


class CrawlerSchedules:
    """Operations on the schedules of crawlers."""

    orchestration: Orchestration

    @handler("UpdateCrawlerSchedule", expand=False)
    def update_crawler_schedule(self, context: RequestContext, request: Structure) -> Structure:
        scope, name = Scope.of(context), request["CrawlerName"]
        crawler = find_crawler(scope, name)
        if text := request.get("Schedule"):
            crawler.update(Schedule={"ScheduleExpression": checked_schedule(text), "State": "SCHEDULED"})
        else:
            crawler.update("Schedule")
        crawler.since = now()
        self.orchestration.crawls.arrange(scope, name)
        return {}

    @handler("StartCrawlerSchedule", expand=False)
    def start_crawler_schedule(self, context: RequestContext, request: Structure) -> Structure:
        return self._switch(context, request["CrawlerName"], "SCHEDULED")

    @handler("StopCrawlerSchedule", expand=False)
    def stop_crawler_schedule(self, context: RequestContext, request: Structure) -> Structure:
        return self._switch(context, request["CrawlerName"], "NOT_SCHEDULED")

    def _switch(self, context: RequestContext, name: str, state: str) -> Structure:
        scope = Scope.of(context)
        crawler = find_crawler(scope, name)
        current = crawler.description.get("Schedule")
        if not current and state == "SCHEDULED":
            raise NoScheduleException(f"Crawler with name {name} has no schedule")
        if (current or {}).get("State", "NOT_SCHEDULED") == state:
            raise (
                SchedulerRunningException(f"The schedule of crawler {name} is running already")
                if state == "SCHEDULED"
                else SchedulerNotRunningException(f"The schedule of crawler {name} is not running")
            )
        crawler.update(Schedule={**(current or {}), "State": state})
        crawler.since = now()
        self.orchestration.crawls.arrange(scope, name)
        return {}
