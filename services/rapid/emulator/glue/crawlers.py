"""Crawler definitions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html.

They are stored, and never run: StartCrawler is refused, and so is a schedule, which would never come true.
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure, now

DEFAULTS = {
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "Classifiers": [],
}


def _find(store: GlueStore, name: str) -> Structure:
    if name not in store.crawlers:
        raise EntityNotFoundException(f"Crawler with name {name} does not exist.")
    return store.crawlers[name]


def _given(request: Structure) -> Structure:
    if request.get("Schedule"):
        raise InvalidInputException("Crawlers are not run here, so they take no Schedule; leave it out.")
    return {key: value for key, value in defined(request).items() if key != "Tags"}


class Crawlers:
    """Operations on crawler definitions."""

    @handler("CreateCrawler", expand=False)
    def create_crawler(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), check_name(request["Name"])
        given = _given(request)
        if name in store.crawlers:
            raise AlreadyExistsException(f"Crawler with name {name} already exists.")
        created = now()
        fixed = {"State": "READY", "CrawlElapsedTime": 0, "CreationTime": created, "LastUpdated": created, "Version": 1}
        store.crawlers[name] = {**DEFAULTS, **given, **fixed}
        if tags := request.get("Tags"):
            store.tags[arn(context, f"crawler/{name}")] = dict(tags)
        return {}

    @handler("GetCrawler", expand=False)
    def get_crawler(self, context: RequestContext, request: Structure) -> Structure:
        return {"Crawler": _find(store_of(context), request["Name"])}

    @handler("GetCrawlers", expand=False)
    def get_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).crawlers, request, 1000)
        return {"Crawlers": found, **more}

    @handler("BatchGetCrawlers", expand=False)
    def batch_get_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        crawlers, names = store_of(context).crawlers, request["CrawlerNames"]
        return {
            "Crawlers": [crawlers[name] for name in names if name in crawlers],
            "CrawlersNotFound": [name for name in names if name not in crawlers],
        }

    @handler("ListCrawlers", expand=False)
    def list_crawlers(self, context: RequestContext, request: Structure) -> Structure:
        store, wanted = store_of(context), (request.get("Tags") or {}).items()

        def tagged(name: str, _crawler: Structure) -> bool:
            return wanted <= store.tags.get(arn(context, f"crawler/{name}"), {}).items()

        found, more = page(store.crawlers, request, 1000, tagged)
        return {"CrawlerNames": [crawler["Name"] for crawler in found], **more}

    @handler("UpdateCrawler", expand=False)
    def update_crawler(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        before = _find(store, request["Name"])
        changed = {"LastUpdated": now(), "Version": before["Version"] + 1}
        store.crawlers[request["Name"]] = {**before, **_given(request), **changed}
        return {}

    @handler("DeleteCrawler", expand=False)
    def delete_crawler(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        _find(store, name)
        del store.crawlers[name]
        store.tags.pop(arn(context, f"crawler/{name}"), None)
        return {}
