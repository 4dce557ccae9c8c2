"""The jobs' catalog when several datasets of one run make the same table (quarantine) at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import Any

import pytest
from lake.catalog import Catalog
from pyspark.sql import types as T

from rapid.core import aws as aws_clients
from rapid.core.config import Config

SCHEMA = T.StructType([T.StructField("reason", T.StringType())])


def test_a_table_that_many_make_at_once_is_made_once(
    emulator: Config, aws: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in aws_clients.environment(emulator).items():
        monkeypatch.setenv(name, value)
    aws("glue").create_database(DatabaseInput={"Name": "crowded"})
    catalog = Catalog("crowded")
    look, together = catalog.table, Barrier(8)
    first = local()

    def look_together(name: str) -> dict[str, Any] | None:
        """Each looks before any has made it: that is the race."""
        if not hasattr(first, "done"):
            first.done = True
            together.wait(60)
            return None
        return look(name)

    monkeypatch.setattr(catalog, "table", look_together)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: catalog.put_table("fresh", SCHEMA, "s3://bucket/fresh/", {}), range(8)))
    assert [t["Name"] for t in aws("glue").get_tables(DatabaseName="crowded")["TableList"]] == ["fresh"]
