"""Runs crawlers: one thread per crawl, schedules, and what follows from a crawl that has ended.

    READY ──▶ RUNNING ──▶ READY
                 └──▶ STOPPING ──▶ READY

A crawl that a kill cuts off is begun anew under its id: crawling twice finds the same.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html (read 2026-11)
"""

import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator import schedule
from rapid.emulator.glue import notices
from rapid.emulator.glue.crawling.journal import LOG_GROUP, Journal
from rapid.emulator.glue.errors import (
    CrawlerNotRunningException,
    CrawlerRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
    GlueError,
)
from rapid.emulator.glue.models import Crawler, CrawlRun, now
from rapid.emulator.glue.scope import Scope
from rapid.emulator.glue.timing import GRACE
from rapid.emulator.state import mark_dirty, save

LOG = logging.getLogger(__name__)

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "ERROR"})
HISTORY = {"SUCCEEDED": "COMPLETED", "FAILED": "FAILED", "CANCELLED": "STOPPED"}
"""A crawl's state as ListCrawls names it."""
DPU = 2
"""Data processing units of a crawl, from which DPUHour follows."""


def find_crawler(scope: Scope, name: str) -> Crawler:
    """The crawler of that name.

    Raises:
        EntityNotFoundException: there is none.
    """
    crawler = scope.store.crawlers.get(name)
    if crawler is None:
        raise EntityNotFoundException(f"Crawler with name {name} does not exist")
    return crawler


class Crawls:
    """The crawls of all accounts."""

    def __init__(self, lock: AbstractContextManager[Any], finished: Callable[[Scope, CrawlRun], None]) -> None:
        self._lock = lock
        self._finished = finished
        self._clock = schedule.Clock("glue-crawlers")

    def start(
        self,
        scope: Scope,
        name: str,
        *,
        group: str | None = None,
        workflow: str | None = None,
        trigger: str | None = None,
    ) -> CrawlRun:
        """Starts a crawl.

        Raises:
            EntityNotFoundException: no such crawler.
            CrawlerRunningException: it is running already.
        """
        with self._lock:
            crawler = find_crawler(scope, name)
            if crawler.state != "READY":
                raise CrawlerRunningException(f"Crawler with name {name} has already started")
            started = now()
            crawl_id = str(uuid.uuid4())
            where = {"LogGroup": LOG_GROUP, "LogStream": name, "MessagePrefix": crawl_id}
            history = {"CrawlId": crawl_id, "State": "RUNNING", "StartTime": started, **where}
            run = CrawlRun(history, group=group, workflow=workflow, trigger=trigger)
            crawler.runs[crawl_id] = run
            crawler.update(State="RUNNING", CrawlElapsedTime=0)
        mark_dirty("glue")
        self._launch(scope, name, run)
        return run

    def stop(self, scope: Scope, name: str) -> None:
        """Asks the running crawl to stop.

        Raises:
            EntityNotFoundException: no such crawler.
            CrawlerNotRunningException: it is not running.
            CrawlerStoppingException: it is stopping already.
        """
        with self._lock:
            crawler = find_crawler(scope, name)
            if crawler.state == "STOPPING":
                raise CrawlerStoppingException(f"Crawler with name {name} is stopping")
            if crawler.state == "READY":
                raise CrawlerNotRunningException(f"Crawler with name {name} isn't running")
            crawler.update(State="STOPPING")
            next(reversed(crawler.runs.values())).state = "CANCELLING"

    def resume(self, scope: Scope) -> None:
        """Begins the crawls anew that were cut off when the emulator ended, and takes up the schedules."""
        for name, crawler in scope.store.crawlers.items():
            if crawler.state != "READY" and crawler.runs:
                self._launch(scope, name, next(reversed(crawler.runs.values())))
            self.arrange(scope, name)

    # Schedules

    def arrange(self, scope: Scope, name: str) -> None:
        """Arranges the next scheduled crawl, or none if the schedule is off or the crawler gone."""
        crawler = scope.store.crawlers.get(name)
        wanted = (crawler.description.get("Schedule") or {}) if crawler else {}
        if crawler is None or wanted.get("State") != "SCHEDULED":
            self._clock.cancel(f"crawler {scope} {name}")
            return
        since = max(crawler.fired_at or crawler.since, now() - GRACE)
        instant = schedule.parse(wanted["ScheduleExpression"]).next_after(since, crawler.since)
        if instant is not None:
            self._clock.at(f"crawler {scope} {name}", instant, partial(self._fire, scope, name, instant))

    def _fire(self, scope: Scope, name: str, instant: datetime) -> None:
        crawler = scope.store.crawlers.get(name)
        if crawler is None or (crawler.fired_at or instant) > instant:
            return
        if crawler.fired_at != instant:
            crawler.fired_at = instant
            save("glue")
            try:
                self.start(scope, name)
            except GlueError as error:
                LOG.warning("The scheduled crawl of %s did not start: %s", name, error)
        self.arrange(scope, name)

    def end(self) -> None:
        """Ends the clock; crawls end with the process."""
        self._clock.cancel_all()

    # One crawl

    def _launch(self, scope: Scope, name: str, run: CrawlRun) -> None:
        threading.Thread(target=self._run, args=(scope, name, run), name=f"crawl-{run.id[:8]}", daemon=True).start()

    def _run(self, scope: Scope, name: str, run: CrawlRun) -> None:
        from rapid.emulator.glue.crawling.crawl import Crawl, Stopped

        crawler = scope.store.crawlers[name]
        described = crawler.description
        journal = Journal(scope.client("logs"), name, run.id, described.get("DatabaseName") or "")
        journal.log("BENCHMARK", f"Running Start Crawl for Crawler {name}")
        notices.crawler_state_change(scope, name, run)
        state, message = "SUCCEEDED", None
        try:
            Crawl(scope, described, journal, crawler.known, lambda: run.state == "CANCELLING").run()
        except Stopped:
            state = "CANCELLED"
        except (GlueError, ClientError, BotoCoreError) as error:
            state, message = "FAILED", str(error)
        except Exception as error:  # the edge of this thread: the crawler must not stay RUNNING for ever
            LOG.exception("Crawl %s of %s failed", run.id, name)
            state, message = "FAILED", f"Internal Service Exception: {error}"
        if message:
            journal.log("ERROR", message)
        journal.log("BENCHMARK", "Crawler has finished running and is in state READY")
        journal.flush()
        self._close(scope, crawler, run, journal, state, message)
        notices.crawler_state_change(scope, name, run, journal)

    def _close(
        self, scope: Scope, crawler: Crawler, run: CrawlRun, journal: Journal, state: str, message: str | None
    ) -> None:
        ended = now()
        seconds = (ended - run.history["StartTime"]).total_seconds()
        told = {"ErrorMessage": message} if message else {}
        with self._lock:
            if run.state == "CANCELLING" and state == "SUCCEEDED":  # it came to its end before it looked
                state = "CANCELLED"
            run.state = state
            run.counts = (
                journal.count("TABLE", "ADD"),
                journal.count("TABLE", "UPDATE"),
                journal.count("TABLE", "DELETE"),
            )
            run.history = {
                **run.history, **told, "State": HISTORY[state], "EndTime": ended, "Summary": journal.summary(),
                "DPUHour": round(DPU * seconds / 3600, 6),
            }  # fmt: skip
            last = {k: run.history[k] for k in ("LogGroup", "LogStream", "MessagePrefix", "StartTime")}
            crawler.update(State="READY", CrawlElapsedTime=0, LastCrawl={"Status": state, **told, **last})
            self._finished(scope, run)
        mark_dirty("glue")
