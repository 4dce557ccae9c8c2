"""A bucket, a database and a way to crawl; one emulator for all."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.waiting import until


@dataclass
class Lake:
    """What a crawler test works with."""

    aws: Callable[[str], Any]
    bucket: str
    database: str

    @property
    def glue(self) -> Any:
        return self.aws("glue")

    def put(self, key: str, body: bytes | str) -> None:
        self.aws("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def create(self, path: str = "", **settings: Any) -> str:
        """Makes a crawler over `path` of the bucket."""
        name = f"crawler-{secrets.token_hex(4)}"
        targets = settings.pop("Targets", None) or {
            "S3Targets": [{"Path": f"s3://{self.bucket}/{path}", **settings.pop("target", {})}]
        }
        given = {"Role": "arn:aws:iam::000000000000:role/glue", "DatabaseName": self.database, "Targets": targets}
        self.glue.create_crawler(Name=name, **(given | settings))
        return name

    def run(self, name: str, wanted: str = "SUCCEEDED") -> dict[str, Any]:
        """Runs a crawler to its end."""
        self.glue.start_crawler(Name=name)
        crawler = self.rested(name)
        assert crawler["LastCrawl"]["Status"] == wanted, crawler["LastCrawl"]
        return crawler

    def rested(self, name: str) -> dict[str, Any]:
        """The crawler, once it does nothing."""
        return dict(until(lambda: self.glue.get_crawler(Name=name)["Crawler"], lambda it: it["State"] == "READY"))

    def crawl(self, path: str = "", **settings: Any) -> dict[str, dict[str, Any]]:
        """Crawls once; the tables of the database by name."""
        self.run(self.create(path, **settings))
        return self.tables()

    def tables(self) -> dict[str, dict[str, Any]]:
        return {table["Name"]: table for table in self.glue.get_tables(DatabaseName=self.database)["TableList"]}

    def partitions(self, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
        found = self.glue.get_partitions(DatabaseName=self.database, TableName=table)["Partitions"]
        return {tuple(partition["Values"]): partition for partition in found}


def columns(table: dict[str, Any]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


@pytest.fixture
def lake(aws: Callable[[str], Any]) -> Lake:
    token = secrets.token_hex(4)
    made = Lake(aws, f"lake-{token}", f"db_{token}")
    aws("s3").create_bucket(Bucket=made.bucket)
    return made


@pytest.fixture
def columns_of() -> Callable[[dict[str, Any]], dict[str, str]]:
    """Column name to type."""
    return columns
