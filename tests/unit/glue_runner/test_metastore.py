"""The pure parts of the metastore: names of partitions, filters, and Glue's structures as Hive's."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from glue_runner.metastore import convert, names
from glue_runner.metastore.base import matcher
from glue_runner.metastore.databases import Databases
from glue_runner.metastore.tables import Tables
from glue_runner.metastore.wire import hive


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["2024-01-01", "7"], "dt=2024-01-01/hh=7"),
        (["a/b:c=d%", "x y"], "dt=a%2Fb%3Ac%3Dd%25/hh=x y"),
        (["", "é"], "dt=__HIVE_DEFAULT_PARTITION__/hh=é"),
    ],
)
def test_partition_names_go_there_and_back(values: list[str], name: str) -> None:
    assert names.name(["dt", "hh"], values) == name
    assert names.values(name) == [value or names.NULL for value in values]


@pytest.mark.parametrize(
    ("hive_filter", "expression"),
    [
        ('dt = "2024-01-01" and hh >= 3', "dt = '2024-01-01' and hh >= 3"),
        ("d >= 2024-01-01", "d >= '2024-01-01'"),
        ('a like "it\'s.*"', "a like 'it''s%'"),
        ('(a = "x.*y" or a != \'"\')', "(a = 'x.*y' or a != '\"')"),
    ],
)
def test_filters(hive_filter: str, expression: str) -> None:
    assert names.expression(hive_filter) == expression


def test_a_partial_specification() -> None:
    keys = [("dt", "string"), ("hh", "int"), ("c", "varchar(3)")]
    assert names.partial(keys, ["it's", "", "z"]) == "(dt = 'it''s') AND (c = 'z')"
    assert names.partial(keys, ["", "4"]) == "(hh = 4)"


@pytest.mark.parametrize(("pattern", "found"), [("*", "abX"), ("a*|x", "a"), ("A.*", "ab")])
def test_patterns(pattern: str, found: str) -> None:
    assert matcher(pattern).fullmatch(found)
    assert not matcher("b*").fullmatch(found)


TABLE: dict[str, Any] = {
    "Name": "t",
    "DatabaseName": "d",
    "CreateTime": datetime(2024, 1, 1, tzinfo=UTC),
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {"classification": "parquet"},
    "PartitionKeys": [{"Name": "dt", "Type": "string"}],
    "StorageDescriptor": {
        "Columns": [{"Name": "a", "Type": "int", "Comment": "first"}],
        "Location": "s3://b/t/",
        "InputFormat": "i",
        "OutputFormat": "o",
        "SerdeInfo": {"SerializationLibrary": "s", "Parameters": {"serialization.format": "1"}},
        "SortColumns": [{"Column": "a", "SortOrder": 1}],
    },
}


def test_a_table_survives_the_way_to_hive_and_back() -> None:
    back = convert.table_input(convert.table(TABLE))
    for member in ("Name", "TableType", "Parameters", "PartitionKeys"):
        assert back[member] == TABLE[member]
    assert TABLE["StorageDescriptor"].items() <= back["StorageDescriptor"].items()


class _Glue:
    """A Glue of one table, which remembers what is made."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table, self.made = table, {}

    def get_table(self, **_request: Any) -> dict[str, Any]:
        return {"Table": self.table}

    def create_database(self, DatabaseInput: dict[str, Any]) -> None:
        self.made = DatabaseInput


@pytest.mark.parametrize(
    ("without", "message"),
    [("TableType", "TableType cannot"), ("StorageDescriptor", "StorageDescriptor cannot")],
)
def test_what_a_hive_table_must_have(without: str, message: str) -> None:
    # As AWS's client says it: HiveTableValidator of its published source.
    table = {name: value for name, value in TABLE.items() if name != without}
    with pytest.raises(hive.MetaException) as caught:
        Tables(_Glue(table), Path("/job"), Path("/home")).get_table("d", "t")
    assert caught.value.message.startswith(f"{message} be null for table: t")


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("file:/job/warehouse/x.db", "file:/home/warehouse/x.db"),
        ("s3://b/x/", "s3://b/x/"),
        ("file:/other/x", "file:/other/x"),
    ],
)
def test_databases_outlive_the_jobs_folder(location: str, kept: str) -> None:
    glue = _Glue(TABLE)
    Databases(glue, Path("/job"), Path("/home")).create_database(hive.Database(name="x", locationUri=location))
    assert glue.made["LocationUri"] == kept
