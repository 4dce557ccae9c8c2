"""Crawlers: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html."""

import operator
from statistics import median
from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.crawler_schedules import checked_schedule
from rapid.emulator.glue.crawling.objects import split
from rapid.emulator.glue.crawling.policies import Policies
from rapid.emulator.glue.crawls import find_crawler
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    CrawlerRunningException,
    EntityNotFoundException,
    InvalidInputException,
)
from rapid.emulator.glue.models import Crawler, CrawlRun, GlueStore, Structure, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.scope import Scope

DEFAULTS = {
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
    "Classifiers": [],
}
TARGETS = (
    "S3Targets", "JdbcTargets", "MongoDBTargets", "DynamoDBTargets", "CatalogTargets", "DeltaTargets", "IcebergTargets",
    "HudiTargets",
)  # fmt: skip
COMPARISONS = {"GT": "gt", "GE": "ge", "LT": "lt", "LE": "le", "EQ": "eq", "NE": "ne"}


def _given(store: GlueStore, request: Structure) -> Structure:
    """The members of a request that describe a crawler, checked.

    Raises:
        InvalidInputException: something AWS would refuse.
        EntityNotFoundException: a classifier that does not exist.
    """
    given = {key: value for key, value in defined(request).items() if key not in ("Tags", "Schedule")}
    for name in given.get("Classifiers") or ():
        if name not in store.classifiers:
            raise EntityNotFoundException(f"Classifier {name} not found.")
    if request.get("Schedule"):
        given["Schedule"] = {"ScheduleExpression": checked_schedule(request["Schedule"]), "State": "SCHEDULED"}
    return given


def _check(described: Structure) -> None:
    """Refuses a crawler that could not work.

    Raises:
        InvalidInputException: no targets, or settings that contradict one another.
    """
    targets = {kind: described["Targets"].get(kind) or [] for kind in TARGETS}
    if not any(targets.values()):
        raise InvalidInputException("Crawler cannot be started: it has no targets; give at least one.")
    if targets["CatalogTargets"] and any(found for kind, found in targets.items() if kind != "CatalogTargets"):
        raise InvalidInputException("Catalog targets cannot be mixed with other targets.")
    for target in targets["S3Targets"]:
        split(target.get("Path") or "")
    if any(not target.get("ConnectionName") for target in targets["JdbcTargets"]):
        raise InvalidInputException("A JDBC target needs a ConnectionName.")
    policies = Policies.of(described)
    if targets["CatalogTargets"] and policies.delete != "LOG":
        raise InvalidInputException(
            "The SchemaChangePolicy for catalog targets can have only LOG DeleteBehavior value."
        )


def _shown(crawler: Crawler) -> Structure:
    described = crawler.description
    if described["State"] == "READY" or not crawler.runs:
        return described
    started = next(reversed(crawler.runs.values())).history["StartTime"]
    return {**described, "CrawlElapsedTime": round((now() - started).total_seconds() * 1000)}


def _metrics(name: str, crawler: Crawler) -> Structure:
    ended = [run for run in crawler.runs.values() if "EndTime" in run.history]
    seconds = [(run.history["EndTime"] - run.history["StartTime"]).total_seconds() for run in ended]
    created, updated, deleted = (sum(run.counts[index] for run in ended) for index in range(3))
    return {
        "CrawlerName": name,
        "TimeLeftSeconds": 0.0,
        "StillEstimating": crawler.state != "READY" and not seconds,
        "LastRuntimeSeconds": seconds[-1] if seconds else 0.0,
        "MedianRuntimeSeconds": median(seconds) if seconds else 0.0,
        "TablesCreated": created,
        "TablesUpdated": updated,
        "TablesDeleted": deleted,
    }


class Crawlers:
    """Operations on crawlers and crawls."""

    orchestration: Orchestration

    @handler("CreateCrawler", expand=False)
    def create_crawler(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), check_name(request["Name"])
        if name in store.crawlers:
            raise AlreadyExistsException(f"Crawler with name {name} already exists")
        created = now()
        fixed = {"State": "READY", "CrawlElapsedTime": 0, "CreationTime": created, "LastUpdated": created, "Version": 1}
        described = {**DEFAULTS, **_given(store, request), **fixed}
        _check(described)
        store.crawlers[name] = Crawler(described)
        if tags := request.get("Tags"):
            store.tags[arn(context, f"crawler/{name}")] = dict(tags)
        self.orchestration.crawls.arrange(Scope.of(context), name)
        return {}

    @handler("GetCrawler", expand=False)
    def get_crawler(self, context: RequestContext, request: Structure) -> Structure:
        return {"Crawler": _shown(find_crawler(Scope.of(context), request["Name"]))}

    @handler("GetCrawlers", expand=False)
    def get_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).crawlers, request, 1000)
        return {"Crawlers": [_shown(crawler) for crawler in found], **more}

    @handler("BatchGetCrawlers", expand=False)
    def batch_get_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        crawlers, names = store_of(context).crawlers, request["CrawlerNames"]
        return {
            "Crawlers": [_shown(crawlers[name]) for name in names if name in crawlers],
            "CrawlersNotFound": [name for name in names if name not in crawlers],
        }

    @handler("ListCrawlers", expand=False)
    def list_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        store, wanted = store_of(context), (request.get("Tags") or {}).items()

        def tagged(name: str, _crawler: Crawler) -> bool:
            return wanted <= store.tags.get(arn(context, f"crawler/{name}"), {}).items()

        found, more = page(store.crawlers, request, 1000, tagged)
        return {"CrawlerNames": [crawler.description["Name"] for crawler in found], **more}

    @handler("UpdateCrawler", expand=False)
    def update_crawler(self, context: RequestContext, request: Structure) -> Structure:
        scope, name = Scope.of(context), request["Name"]
        crawler = find_crawler(scope, name)
        if crawler.state != "READY":
            raise CrawlerRunningException(f"Crawler with name {name} is running")
        given = _given(scope.store, request)
        described = {**crawler.description, **given}
        _check(described)
        if request.get("Schedule") == "":
            described.pop("Schedule", None)
        if described.get("Targets") != crawler.description.get("Targets"):
            crawler.known = set()
        crawler.description = {**described, "LastUpdated": now(), "Version": described["Version"] + 1}
        crawler.since = now()
        self.orchestration.crawls.arrange(scope, name)
        return {}

    @handler("DeleteCrawler", expand=False)
    def delete_crawler(self, context: RequestContext, request: Structure) -> Structure:
        scope, name = Scope.of(context), request["Name"]
        if find_crawler(scope, name).state != "READY":
            raise CrawlerRunningException(f"Crawler with name {name} is running")
        del scope.store.crawlers[name]
        scope.store.tags.pop(arn(context, f"crawler/{name}"), None)
        self.orchestration.crawls.arrange(scope, name)
        return {}

    @handler("StartCrawler", expand=False)
    def start_crawler(self, context: RequestContext, request: Structure) -> Structure:
        self.orchestration.crawls.start(Scope.of(context), request["Name"])
        return {}

    @handler("StopCrawler", expand=False)
    def stop_crawler(self, context: RequestContext, request: Structure) -> Structure:
        self.orchestration.crawls.stop(Scope.of(context), request["Name"])
        return {}

    @handler("GetCrawlerMetrics", expand=False)
    def get_crawler_metrics(self, context: RequestContext, request: Structure) -> Structure:
        names = request.get("CrawlerNameList") or ()
        crawlers = {n: (n, c) for n, c in store_of(context).crawlers.items() if not names or n in names}
        found, more = page(crawlers, request, 1000)
        return {"CrawlerMetricsList": [_metrics(name, crawler) for name, crawler in found], **more}

    @handler("ListCrawls", expand=False)
    def list_crawls(self, context: RequestContext, request: Structure) -> Structure:
        """All crawls of a crawler, the newest first."""
        crawler = find_crawler(Scope.of(context), request["CrawlerName"])
        filters = [_filter(given) for given in request.get("Filters") or ()]
        runs = [run for run in crawler.runs.values() if run.state != "ERROR"]
        newest_first = {-index: run for index, run in enumerate(runs)}
        found, more = page(newest_first, request, 1000, lambda _key, run: all(wanted(run) for wanted in filters))
        return {"Crawls": [run.history for run in found], **more}


def _filter(given: Structure) -> Any:
    """Whether a crawl passes one CrawlsFilter. Times are milliseconds since 1970."""
    name, wanted = given.get("FieldName"), given.get("FieldValue") or ""
    compare = getattr(operator, COMPARISONS.get(given.get("FilterOperator") or "EQ", "eq"))
    members = {
        "CRAWL_ID": "CrawlId",
        "STATE": "State",
        "START_TIME": "StartTime",
        "END_TIME": "EndTime",
        "DPU_HOUR": "DPUHour",
    }
    if name not in members:
        raise InvalidInputException(f"FieldName {name} is not one of {', '.join(members)}.")

    def passes(run: CrawlRun) -> bool:
        value = run.history.get(members[name])
        if value is None:
            return False
        if name in ("START_TIME", "END_TIME"):
            return bool(compare(value.timestamp() * 1000, _number(wanted)))
        return bool(compare(value, _number(wanted) if name == "DPU_HOUR" else wanted))

    return passes


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInputException(f"FieldValue {text!r} is not a number.") from error
