"""A mart is made again if, and only if, something that it is made of has changed."""

from typing import Any

import pytest
from curated_to_marts import Making, made_of
from lake.marts import MARTS, SALES_PIPELINE
from lake.storage import S3Object

DEALS = S3Object("curated/deals/a.parquet", "e1", 10)
ORDERS = S3Object("curated/orders/a.parquet", "e2", 10)


class Stored:
    """The bucket and the catalog of a lake whose marts were all made of what is given."""

    def __init__(self, items: dict[str, list[S3Object]]) -> None:
        self.places = {mart.name: f"marts/{mart.name}/version=1-{made_of(mart, items)}/" for mart in MARTS}
        self.objects = [f"{place}part-driver.parquet" for place in self.places.values()]

    def uri(self, key: str) -> str:
        return f"s3://lake/{key}"

    def find(self, prefix: str) -> list[str]:
        return [key for key in self.objects if key.startswith(prefix)]

    def table(self, name: str) -> dict[str, Any] | None:
        return {"StorageDescriptor": {"Location": self.uri(self.places[name])}} if name in self.places else None


def items(**found: list[S3Object]) -> dict[str, list[S3Object]]:
    return {dataset: found.get(dataset, []) for mart in MARTS for dataset in mart.inputs}


BEFORE = items(deals=[DEALS], orders=[ORDERS])


def needed(stored: Stored, now: dict[str, list[S3Object]]) -> set[str]:
    making = Making(stored, stored, now)  # type: ignore[arg-type]
    return {mart.name for mart in MARTS if making.needed(mart)}


@pytest.mark.parametrize(
    ("now", "made"),
    [
        (BEFORE, set()),
        (items(deals=[DEALS, S3Object("curated/deals/b.parquet", "e3", 1)], orders=[ORDERS]), {"sales_pipeline"}),
        (items(deals=[DEALS], orders=[S3Object(ORDERS.key, "e4", 10)]), {"daily_revenue", "customer_value"}),
        (items(orders=[ORDERS]), set()),
    ],
    ids=["nothing changed", "a file came", "a file changed", "no data"],
)
def test_what_is_made_again(now: dict[str, list[S3Object]], made: set[str]) -> None:
    assert needed(Stored(BEFORE), now) == made


def test_a_mart_is_made_again_if_its_files_are_gone_or_it_was_never_made() -> None:
    stored = Stored(BEFORE)
    del stored.places["daily_revenue"]
    stored.objects = [key for key in stored.objects if "sales_pipeline" not in key]
    assert needed(stored, BEFORE) == {"daily_revenue", "sales_pipeline"}


def test_other_sql_is_another_mart() -> None:
    changed = type(SALES_PIPELINE)(SALES_PIPELINE.name, SALES_PIPELINE.inputs, "SELECT 1")
    assert made_of(changed, BEFORE) != made_of(SALES_PIPELINE, BEFORE)
