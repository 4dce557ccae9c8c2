"""Tables and partitions: https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html#crawler-s3-folder-table-partition."""

import json
from typing import Any

import pytest

A, B = '{"a": 1, "b": 2}\n', '{"c": 3, "d": 4}\n'
COMBINE = json.dumps({"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}})


def test_hive_partitions(lake: Any, columns_of: Any) -> None:
    for month in ("01", "02"):
        lake.put(f"sales/Year=2026/month={month}/a.json", A)
    lake.put("sales/Year=2026/month=02/b.json", '{"a": 1, "b": 2, "new": "x"}\n')
    lake.put("sales/Year=2026/month=02/_SUCCESS", b"")
    lake.put("sales/_temporary/x/y", "rubbish")
    table = lake.crawl("sales/")["sales"]
    assert table["PartitionKeys"] == [{"Name": "year", "Type": "string"}, {"Name": "month", "Type": "string"}]
    assert columns_of(table) == {"a": "int", "b": "int", "new": "string"}
    assert table["Parameters"]["partition_filtering.enabled"] == "true"
    assert (table["Parameters"]["objectCount"], table["Parameters"]["recordCount"]) == ("3", "3")
    partitions = lake.partitions("sales")
    assert set(partitions) == {("2026", "01"), ("2026", "02")}
    second = partitions["2026", "02"]
    assert second["StorageDescriptor"]["Location"] == f"s3://{lake.bucket}/sales/Year=2026/month=02/"
    assert second["Parameters"]["objectCount"] == "2"
    assert columns_of(partitions["2026", "01"]) == {"a": "int", "b": "int"}


def test_folders_without_keys(lake: Any) -> None:
    for day in ("2026/01", "2026/02"):
        lake.put(f"logs/{day}/a.json", A)
    table = lake.crawl("logs/")["logs"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["partition_0", "partition_1"]
    assert set(lake.partitions("logs")) == {("2026", "01"), ("2026", "02")}


def test_different_folders_are_different_tables(lake: Any) -> None:
    lake.put("Orders-1/a.json", A)
    lake.put("clients/x/b.csv", "n,m\n1,2\n")
    lake.put("clients/y/b.csv", "n,m\n3,4\n")
    tables = lake.crawl()
    assert set(tables) == {"orders_1", "clients"}
    assert set(lake.partitions("clients")) == {("x",), ("y",)}


def test_alike_folders_are_one_table_named_like_the_include_path(lake: Any) -> None:
    lake.put("all/one/a.json", A)
    lake.put("all/two/a.json", A)
    assert set(lake.crawl("all")) == {"all"}
    assert set(lake.partitions("all")) == {("one",), ("two",)}


def test_files_that_differ_are_tables_of_their_own(lake: Any) -> None:
    lake.put("mixed/one.json", A)
    lake.put("mixed/two.csv", "n,m\n1,2\n")
    tables = lake.crawl("mixed/", TablePrefix="raw_")
    assert set(tables) == {"raw_one_json", "raw_two_csv"}
    assert tables["raw_two_csv"]["StorageDescriptor"]["Location"] == f"s3://{lake.bucket}/mixed/two.csv"


def test_combine_compatible_schemas(lake: Any, columns_of: Any) -> None:
    """The example of https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html#crawler-grouping-policy."""
    lake.put("table1/year=2017/data1.json", A)
    lake.put("table1/year=2018/data2.json", B)
    assert set(lake.crawl("table1/")) == {"year_2017", "year_2018"}
    table = lake.crawl("table1/", Configuration=COMBINE)["table1"]
    assert columns_of(table) == dict.fromkeys("abcd", "int")
    assert table["PartitionKeys"] == [{"Name": "year", "Type": "string"}]


def test_table_level(lake: Any) -> None:
    """TableLevelConfiguration: https://docs.aws.amazon.com/glue/latest/dg/crawler-table-level.html; the bucket is 1."""
    for team in ("red", "blue"):
        lake.put(f"game/{team}/2026/a.json", A)
    configuration = json.dumps({"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}})
    tables = lake.crawl("game/", Configuration=configuration)
    assert set(tables) == {"red", "blue"}
    assert [key["Name"] for key in tables["red"]["PartitionKeys"]] == ["partition_0"]


def test_exclusions(lake: Any) -> None:
    for key in ("departments/finance.json", "departments/market-us.json", "employees/hr.json", "employees/john.csv"):
        lake.put(f"my/{key}", A if key.endswith("json") else "n,m\n1,2\n")
    tables = lake.crawl("my/", target={"Exclusions": ["departments/market*", "**.csv"]})
    assert set(tables) == {"my"}
    parameters = tables["my"]["Parameters"]
    assert parameters["objectCount"] == "2"
    assert json.loads(parameters["exclusions"])[1] == f"s3://{lake.bucket}/my/**.csv"


def test_a_single_file_a_sample_and_an_index(lake: Any) -> None:
    lake.put("one/data.json", A)
    lake.put("one/data.json.bak", B)
    assert set(lake.crawl("one/data.json")) == {"data_json"}
    for number in range(4):
        lake.put(f"many/p={number % 2}/{number}.json", A)
    configuration = json.dumps({"Version": 1.0, "CreatePartitionIndex": True})
    many = lake.crawl("many/", target={"SampleSize": 1}, Configuration=configuration)["many"]
    assert (many["Parameters"]["objectCount"], many["Parameters"]["recordCount"]) == ("4", "4")
    indexes = lake.glue.get_partition_indexes(DatabaseName=lake.database, TableName="many")
    assert [index["IndexName"] for index in indexes["PartitionIndexDescriptorList"]] == ["crawler_partition_index"]


def test_a_partition_key_that_is_a_column_too(lake: Any, columns_of: Any) -> None:
    lake.put("t/a=1/x.json", A)
    lake.put("c/n=1/x.csv", "n,m\n1,2\n")
    lake.put("c/n=2/x.csv", "n,m\n1,2\n")
    assert columns_of(lake.crawl("t/")["t"]) == {"b": "int"}
    assert list(columns_of(lake.crawl("c/")["c"])) == ["n_1", "m"]


def test_two_folders_of_one_name(lake: Any) -> None:
    lake.put("x/data/a.json", A)
    lake.put("y/data/a.json", B)
    targets = {"S3Targets": [{"Path": f"s3://{lake.bucket}/{folder}/data"} for folder in "xy"]}
    tables = lake.crawl(Targets=targets)
    assert len(tables) == 2
    other = next(name for name in tables if name != "data")
    assert other.startswith("data_")
    assert len(other) == len("data_") + 32


@pytest.mark.parametrize("count", [3])
def test_a_table_threshold_stops_the_crawl(lake: Any, count: int) -> None:
    for number in range(count):
        lake.put(f"t{number}/a.json", json.dumps({f"c{number}": 1, f"d{number}": 1}))
    configuration = json.dumps({"Version": 1.0, "CrawlerOutput": {"Tables": {"TableThreshold": 2}}})
    crawler = lake.run(lake.create(Configuration=configuration), "FAILED")
    assert "threshold" in crawler["LastCrawl"]["ErrorMessage"]
    assert lake.tables() == {}
