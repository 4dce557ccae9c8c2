"""One crawl: every target of a crawler in turn, then what is gone."""

import logging
from collections.abc import Callable
from dataclasses import replace

from rapid.emulator.glue import jdbc
from rapid.emulator.glue.crawling import databases, dynamodb, layout
from rapid.emulator.glue.crawling.classify import classify
from rapid.emulator.glue.crawling.comparing import location_of
from rapid.emulator.glue.crawling.events import Events
from rapid.emulator.glue.crawling.journal import Journal
from rapid.emulator.glue.crawling.lakes import Lakes
from rapid.emulator.glue.crawling.layout import Discovered, File, Folder
from rapid.emulator.glue.crawling.objects import Stored, listing, split
from rapid.emulator.glue.crawling.policies import Policies
from rapid.emulator.glue.crawling.writer import Writer
from rapid.emulator.glue.errors import EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.scope import Scope

LOG = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 - not an error: the crawl was asked to stop
    """StopCrawler was called."""


class Crawl:
    """One crawl of a crawler.

    Args:
        scope: whose crawler it is.
        crawler: as GetCrawler answers it.
        journal: where its lines and counts go.
        known: folders that earlier crawls have seen, for CRAWL_NEW_FOLDERS_ONLY; this crawl's are added.
        stopping: asked between objects.
    """

    def __init__(
        self, scope: Scope, crawler: Structure, journal: Journal, known: set[str], stopping: Callable[[], bool]
    ) -> None:
        self.scope = scope
        self.crawler = crawler
        self.journal = journal
        self.known = known
        self.stopping = stopping
        self.policies = Policies.of(crawler)
        self.glue = scope.client("glue")
        self.s3 = scope.client("s3")
        self.events = Events(scope.client("sqs"))
        self.writer = Writer(self.glue, crawler, journal.crawl_id, self.policies, journal)

    def run(self) -> None:
        """Crawls.

        Raises:
            Stopped: it was asked to stop; what was written stays.
            GlueError, ClientError: why it failed.
        """
        try:
            self._targets(self.crawler["Targets"])
        except BaseException:
            self.events.give_back()
            raise
        self.events.done()

    def _targets(self, targets: Structure) -> None:
        self.classifiers = [
            self.glue.get_classifier(Name=n)["Classifier"] for n in self.crawler.get("Classifiers") or ()
        ]
        self._ensure_database()
        for target in targets.get("S3Targets") or ():
            self._s3(target)
        for target in targets.get("CatalogTargets") or ():
            self._catalog(target)
        for target in targets.get("JdbcTargets") or ():
            self._jdbc(target)
        for target in targets.get("DynamoDBTargets") or ():
            dynamodb.crawl(self.writer, target, self.scope.client("dynamodb"))
        lakes = Lakes(self.writer, self.s3)
        for kind, crawl in (
            ("DeltaTargets", lakes.delta),
            ("IcebergTargets", lakes.iceberg),
            ("HudiTargets", lakes.hudi),
        ):
            for target in targets.get(kind) or ():
                self._pause()
                crawl(target)
        if targets.get("MongoDBTargets"):
            raise InvalidInputException("MongoDB targets are not supported here.")
        if self.policies.recrawl == "CRAWL_EVERYTHING" and not targets.get("CatalogTargets"):
            self.writer.finish(_within(targets))

    def _pause(self) -> None:
        if self.stopping():
            raise Stopped

    def _ensure_database(self) -> None:
        """Makes the database, as AWS's crawlers do."""
        name = self.crawler.get("DatabaseName")
        if not name and self.crawler["Targets"].get("CatalogTargets"):
            return
        if not name:
            raise InvalidInputException("The crawler has no DatabaseName to write tables to.")
        try:
            self.glue.get_database(Name=name)
        except self.glue.exceptions.EntityNotFoundException:
            self.glue.create_database(DatabaseInput={"Name": name})
            self.journal.log("INFO", f"Created database {name}")

    # S3

    def _s3(self, target: Structure) -> None:
        path, exclusions = target["Path"], list(target.get("Exclusions") or ())
        base = path if "://" in path else f"s3://{path}"
        stored = list(listing(self.s3, path, exclusions))
        self.writer.exclusions = tuple(base.rstrip("/") + "/" + pattern for pattern in exclusions)
        if self.policies.recrawl != "CRAWL_EVERYTHING":
            stored = self._new(stored, target)
        files = self._classified(stored, target.get("SampleSize"))
        self.journal.log("BENCHMARK", f"Classification complete, writing results to database {self.writer.database}")
        if len(files) == 1 and files[0].stored.key == split(path)[1]:
            found = [layout.of_file(files[0])]
        else:
            found = layout.tables(files, combine=self.policies.combine, level=self.policies.level)
        if self.policies.threshold is not None and len(found) > self.policies.threshold:
            raise InvalidInputException(
                f"The number of tables detected by crawler: {len(found)} is greater than the table threshold value "
                f"provided: {self.policies.threshold}. No tables were added or updated."
            )
        for table in found:
            self.writer.write(table)
        self.writer.exclusions = ()

    def _classified(self, stored: list[Stored], size: int | None) -> list[File]:
        files: list[File] = []
        last: dict[str, File] = {}
        for item, read in layout.sampled(stored, size):
            self._pause()
            if read.key not in last:
                last = {read.key: File(read, classify(read, self.classifiers))}
            files.append(File(item, layout.standing_in(last[read.key].found, read, item)))
        unknown = sum(file.found.classification == "UNKNOWN" for file in files)
        if unknown:
            self.journal.log("WARN", f"{unknown} objects are of a format that no classifier knows")
        return files

    def _new(self, stored: list[Stored], target: Structure) -> list[Stored]:
        """Objects of folders that no earlier crawl has seen, or that S3 has sent events about.

        Those that belong to a table which is there already become partitions of it, and are not answered.
        """
        folders: dict[str, list[Stored]] = {}
        changed = self.events.folders(target) if self.policies.recrawl == "CRAWL_EVENT_MODE" and self.known else None
        for item in stored:
            folders.setdefault(item.uri.rpartition("/")[0] + "/", []).append(item)
        if changed is None:
            new = {folder: items for folder, items in folders.items() if folder not in self.known}
        else:
            new = {folder: items for folder, items in folders.items() if folder in changed}
        tables = self._own_tables() if self.known else []
        self.known.update(folders)
        rest: list[Stored] = []
        for table in tables:
            location = table["StorageDescriptor"]["Location"]
            mine = [item for folder in list(new) if folder.startswith(location) for item in new.pop(folder)]
            if mine and location.endswith("/"):
                self._into(table, mine)
        for items in new.values():
            rest += items
        return rest

    def _own_tables(self) -> list[Structure]:
        """Tables that this crawler made, those with the longest locations first."""
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self.writer.database)
        tables = [table for page in pages for table in page["TableList"]]
        own = [t for t in tables if (t.get("Parameters") or {}).get("UPDATED_BY_CRAWLER") == self.crawler["Name"]]
        return sorted(own, key=lambda table: -len(table["StorageDescriptor"]["Location"]))

    def _into(self, table: Structure, stored: list[Stored]) -> None:
        """Adds objects to a table that exists, as partitions named as its keys are."""
        location = table["StorageDescriptor"]["Location"]
        below = [replace(item, folders=_folders_below(item, location)) for item in stored]
        found = layout.as_one(Folder.of(self._classified(below, None)), combine=True)
        keys = tuple(column["Name"] for column in table.get("PartitionKeys") or ())
        if found is None or len(found.keys) != len(keys):
            self.journal.log("WARN", f"The objects below {location} are not of the kind of table {table['Name']}")
            return
        plain = table["Name"].removeprefix((self.crawler.get("TablePrefix") or "").lower())
        self.writer.write(Discovered(plain, location, found.schema, keys, found.parts))

    # Others

    def _catalog(self, target: Structure) -> None:
        """Updates tables that exist: their schemas and their partitions."""
        for name in target["Tables"]:
            self._pause()
            table = self.glue.get_table(DatabaseName=target["DatabaseName"], Name=name)["Table"]
            location = (table.get("StorageDescriptor") or {}).get("Location", "")
            crawler = {**self.crawler, "DatabaseName": target["DatabaseName"], "TablePrefix": ""}
            if location.startswith("arn:aws:dynamodb:"):
                self.writer.crawler = crawler
                dynamodb.crawl(self.writer, {"Path": location.rpartition("/")[2]}, self.scope.client("dynamodb"))
                continue
            self.writer.crawler = crawler
            stored = list(listing(self.s3, location.rstrip("/") + "/", []))
            if stored:
                self._into({**table, "StorageDescriptor": {"Location": stored[0].base}} | {"Name": name}, stored)

    def _jdbc(self, target: Structure) -> None:
        self._pause()
        name = target.get("ConnectionName")
        try:
            connection = self.glue.get_connection(Name=name)["Connection"]
        except self.glue.exceptions.EntityNotFoundException as error:
            raise EntityNotFoundException(f"Connection {name} not found.") from error
        databases.crawl(self.writer, target, connection, jdbc.place(self.scope, connection))


def _within(targets: Structure) -> Callable[[Structure], bool]:
    """Whether a table of the catalog describes what S3 or JDBC targets name."""
    paths = [target["Path"] for target in targets.get("S3Targets") or ()]
    bases = tuple((path if "://" in path else f"s3://{path}").rstrip("/") + "/" for path in paths)
    jdbc_targets = targets.get("JdbcTargets") or ()

    def within(table: Structure) -> bool:
        below = (location_of(table) + "/").startswith(bases)
        return below or any(databases.names(target, table) for target in jdbc_targets)

    return within


def _folders_below(item: Stored, location: str) -> tuple[str, ...]:
    return tuple(item.uri.removeprefix(location).split("/")[:-1])
