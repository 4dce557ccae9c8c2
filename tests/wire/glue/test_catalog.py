"""The Data Catalog: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

STORAGE = {
    "Columns": [{"Name": "id", "Type": "bigint"}],
    "Location": "s3://lake/orders/",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


@pytest.fixture
def catalog(aws: Callable[[str], Any]) -> Any:
    return aws("glue")


@pytest.fixture
def database(catalog: Any) -> Iterator[str]:
    name = f"db_{secrets.token_hex(4)}"
    catalog.create_database(DatabaseInput={"Name": name})
    yield name
    catalog.delete_database(Name=name)


@pytest.fixture
def table(catalog: Any, database: str) -> dict[str, str]:
    keys = [{"Name": "year", "Type": "int"}, {"Name": "country", "Type": "string"}]
    catalog.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "orders",
            "StorageDescriptor": STORAGE,
            "PartitionKeys": keys,
            "TableType": "EXTERNAL_TABLE",
        },
    )
    return {"DatabaseName": database, "TableName": "orders"}


@pytest.fixture
def partitions(catalog: Any, table: dict[str, str]) -> dict[str, str]:
    for year in range(2000, 2010):
        entries = [{"Values": [str(year), f"c{n:02}"], "StorageDescriptor": STORAGE} for n in range(25)]
        assert catalog.batch_create_partition(**table, PartitionInputList=entries)["Errors"] == []
    return table


def test_names_are_lower_case(catalog: Any, database: str) -> None:
    catalog.create_table(DatabaseName=database.upper(), TableInput={"Name": "MixedCase"})
    assert catalog.get_table(DatabaseName=database, Name="MIXEDCASE")["Table"]["Name"] == "mixedcase"


def test_errors_have_their_classes(catalog: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    with pytest.raises(catalog.exceptions.AlreadyExistsException, match="Database already exists"):
        catalog.create_database(DatabaseInput={"Name": database})
    with pytest.raises(catalog.exceptions.AlreadyExistsException, match="Table already exists"):
        catalog.create_table(DatabaseName=database, TableInput={"Name": "orders"})
    with pytest.raises(catalog.exceptions.EntityNotFoundException, match="Table nothing not found"):
        catalog.get_table(DatabaseName=database, Name="nothing")
    with pytest.raises(catalog.exceptions.EntityNotFoundException, match="Database nothing not found"):
        catalog.get_tables(DatabaseName="nothing")
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.get_partition(**table, PartitionValues=["1", "2"])
    with pytest.raises(catalog.exceptions.InvalidInputException, match="number of partition keys"):
        catalog.create_partition(**table, PartitionInput={"Values": ["1"]})
    storage = {"Columns": [{"Name": "a", "Type": "int"}, {"Name": "A", "Type": "int"}]}
    with pytest.raises(catalog.exceptions.InvalidInputException, match="Duplicate column"):
        catalog.create_table(DatabaseName=database, TableInput={"Name": "x", "StorageDescriptor": storage})
    with pytest.raises(catalog.exceptions.InvalidInputException, match="less than or equal to 100"):
        catalog.get_tables(DatabaseName=database, MaxResults=101)
    with pytest.raises(catalog.exceptions.InvalidInputException, match="NextToken"):
        catalog.get_tables(DatabaseName=database, NextToken="nonsense")


def test_a_table_has_the_fields_of_aws(catalog: Any, table: dict[str, str]) -> None:
    found = catalog.get_table(DatabaseName=table["DatabaseName"], Name="orders")["Table"]
    assert (found["VersionId"], found["Retention"], found["CatalogId"]) == ("0", 0, "000000000000")
    assert found["IsRegisteredWithLakeFormation"] is False
    assert found["CreateTime"] == found["UpdateTime"]
    assert found["StorageDescriptor"] == {
        **STORAGE, "Compressed": False, "NumberOfBuckets": 0, "StoredAsSubDirectories": False,
    }  # fmt: skip


def test_versions(catalog: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    for number in (1, 2):
        catalog.update_table(DatabaseName=database, TableInput={"Name": "orders", "Description": str(number)})
    catalog.update_table(DatabaseName=database, TableInput={"Name": "orders", "Description": "3"}, SkipArchive=True)
    versions = catalog.get_table_versions(**table)["TableVersions"]
    assert [v["VersionId"] for v in versions] == ["3", "1", "0"]
    assert [v["Table"].get("Description") for v in versions] == ["3", "1", None]
    assert catalog.get_table_version(**table, VersionId="1")["TableVersion"]["Table"]["Description"] == "1"
    with pytest.raises(catalog.exceptions.ConcurrentModificationException):
        catalog.update_table(DatabaseName=database, TableInput={"Name": "orders"}, VersionId="1")
    catalog.delete_table_version(**table, VersionId="1")
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.get_table_version(**table, VersionId="1")


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("orders", ["orders"]),
        ("orders.*", ["orders", "orders_new"]),
        ("orders*", ["orders", "orders_new"]),
        ("*", ["old", "orders", "orders_new"]),
        (".*_new", ["orders_new"]),
        ("*_new", ["orders_new"]),
        ("o(ld|rders)", ["old", "orders"]),
        ("[a-n].*", []),
    ],
)
def test_get_tables_expression(catalog: Any, table: dict[str, str], expression: str, wanted: list[str]) -> None:
    for name in ("orders_new", "old"):
        catalog.create_table(DatabaseName=table["DatabaseName"], TableInput={"Name": name})
    found = catalog.get_tables(DatabaseName=table["DatabaseName"], Expression=expression)["TableList"]
    assert sorted(t["Name"] for t in found) == wanted


def test_pages_neither_repeat_nor_skip(catalog: Any, database: str) -> None:
    names = [f"t{n:03}" for n in range(250)]
    for name in names:
        catalog.create_table(DatabaseName=database, TableInput={"Name": name})
    seen: list[str] = []
    for page in catalog.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 40}):
        seen += [t["Name"] for t in page["TableList"]]
        if len(seen) == 40:
            catalog.delete_table(DatabaseName=database, Name=seen[0])
    assert seen == names


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("year = 2003", 25),
        ("year in (2003, 2004) and country like 'c0%'", 20),
        ("year between 2000 and 2001 or country = 'c24'", 58),
        ("not (year > 2000)", 25),
        ("year > 2008 and country >= 'c23'", 2),
    ],
)
def test_get_partitions_expression(catalog: Any, partitions: dict[str, str], expression: str, count: int) -> None:
    assert len(catalog.get_partitions(**partitions, Expression=expression)["Partitions"]) == count


def test_partitions_by_page_and_segment(catalog: Any, partitions: dict[str, str]) -> None:
    paginator = catalog.get_paginator("get_partitions")
    seen: list[tuple[str, ...]] = []
    for number in range(3):
        segment = {"SegmentNumber": number, "TotalSegments": 3}
        for page in paginator.paginate(**partitions, Segment=segment, PaginationConfig={"PageSize": 20}):
            seen += [tuple(p["Values"]) for p in page["Partitions"]]
    assert len(seen) == len(set(seen)) == 250
    (partition,) = catalog.get_partitions(**partitions, MaxResults=1, ExcludeColumnSchema=True)["Partitions"]
    assert "Columns" not in partition["StorageDescriptor"]


def test_batches_report_each_failure(catalog: Any, partitions: dict[str, str]) -> None:
    entries = [{"Values": ["2000", "c00"]}, {"Values": ["1999", "c00"]}]
    (error,) = catalog.batch_create_partition(**partitions, PartitionInputList=entries)["Errors"]
    assert error["PartitionValues"] == ["2000", "c00"]
    assert error["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"
    updates = [
        {"PartitionValueList": v, "PartitionInput": {"Values": v, "Parameters": {"a": "b"}}}
        for v in (["2000", "c01"], ["1", "2"])
    ]
    (error,) = catalog.batch_update_partition(**partitions, Entries=updates)["Errors"]
    assert error["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert catalog.get_partition(**partitions, PartitionValues=["2000", "c01"])["Partition"]["Parameters"] == {"a": "b"}
    wanted = [{"Values": ["2000", "c02"]}, {"Values": ["1", "2"]}]
    assert len(catalog.batch_get_partition(**partitions, PartitionsToGet=wanted)["Partitions"]) == 1
    (error,) = catalog.batch_delete_partition(**partitions, PartitionsToDelete=wanted)["Errors"]
    assert error["PartitionValues"] == ["1", "2"]
    with pytest.raises(catalog.exceptions.InvalidInputException, match="less than or equal to 25"):
        catalog.batch_delete_partition(**partitions, PartitionsToDelete=wanted * 13)


def test_a_moved_partition(catalog: Any, partitions: dict[str, str]) -> None:
    catalog.update_partition(
        **partitions, PartitionValueList=["2000", "c00"], PartitionInput={"Values": ["2042", "c00"]}
    )
    assert catalog.get_partition(**partitions, PartitionValues=["2042", "c00"])["Partition"]["Values"][0] == "2042"
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.get_partition(**partitions, PartitionValues=["2000", "c00"])


def test_column_statistics_are_what_was_put(catalog: Any, table: dict[str, str]) -> None:
    statistics = {
        "ColumnName": "id",
        "ColumnType": "bigint",
        "AnalyzedTime": 1700000000,
        "StatisticsData": {
            "Type": "LONG",
            "LongColumnStatisticsData": {"NumberOfNulls": 0, "NumberOfDistinctValues": 7},
        },
    }
    catalog.update_column_statistics_for_table(**table, ColumnStatisticsList=[statistics])
    answer = catalog.get_column_statistics_for_table(**table, ColumnNames=["id", "other"])
    found = answer["ColumnStatisticsList"][0]["StatisticsData"]
    assert found["LongColumnStatisticsData"]["NumberOfDistinctValues"] == 7
    assert answer["Errors"][0]["ColumnName"] == "other"
    catalog.delete_column_statistics_for_table(**table, ColumnName="id")
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.delete_column_statistics_for_table(**table, ColumnName="id")


def test_functions_search_and_tags(catalog: Any, table: dict[str, str]) -> None:
    database = table["DatabaseName"]
    catalog.create_user_defined_function(DatabaseName=database, FunctionInput={"FunctionName": "F", "ClassName": "c"})
    functions = catalog.get_user_defined_functions(DatabaseName=database, Pattern="*")["UserDefinedFunctions"]
    assert [f["FunctionName"] for f in functions] == ["f"]
    found = catalog.search_tables(
        SearchText="orders", Filters=[{"Key": "DatabaseName", "Value": database, "Comparator": "EQUALS"}]
    )
    assert [t["Name"] for t in found["TableList"]] == ["orders"]
    arn = f"arn:aws:glue:us-east-1:000000000000:table/{database}/orders"
    catalog.tag_resource(ResourceArn=arn, TagsToAdd={"a": "1", "b": "2"})
    catalog.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert catalog.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:job/nothing")


def test_awswrangler(catalog: Any, database: str, emulator: Any) -> None:
    import awswrangler as wr
    import boto3

    session = boto3.Session("test", "test", region_name="us-east-1")
    wr.config.glue_endpoint_url = emulator.emulator_url
    where = {"database": database, "table": "w", "boto3_session": session}
    types = {"columns_types": {"a": "bigint"}, "partitions_types": {"y": "int"}}
    wr.catalog.create_parquet_table(path="s3://lake/w/", **types, **where)
    values = {f"s3://lake/w/y={y}/": [str(y)] for y in range(150)}
    wr.catalog.add_parquet_partitions(partitions_values=values, **where)
    assert len(wr.catalog.get_partitions(**where)) == 150
    assert len(wr.catalog.get_partitions(expression="y >= 140", **where)) == 10
    assert [t["Name"] for t in wr.catalog.get_tables(database=database, boto3_session=session)] == ["w"]
    assert wr.catalog.get_table_types(**where) == {"a": "bigint", "y": "int"}
    wr.catalog.delete_all_partitions(**where)
    assert wr.catalog.delete_table_if_exists(**where) is True
    assert wr.catalog.delete_table_if_exists(**where) is False


def test_jobs(catalog: Any) -> None:
    command = {"Name": "glueetl", "ScriptLocation": "s3://x/y.py"}
    catalog.create_job(Name="jobs", Role="r", Command=command, MaxRetries=2, Timeout=5, GlueVersion="5.1")
    with pytest.raises(catalog.exceptions.AlreadyExistsException):
        catalog.create_job(Name="jobs", Role="r", Command=command, MaxRetries=2, Timeout=5, GlueVersion="5.1")
    with pytest.raises(catalog.exceptions.IdempotentParameterMismatchException, match="different configuration"):
        catalog.create_job(Name="jobs", Role="other", Command=command)
    for wrong in ({"Command": {"Name": "x", "ScriptLocation": "s3://x"}}, {"Timeout": 20000}, {"WorkerType": "G.9X"}):
        with pytest.raises(catalog.exceptions.InvalidInputException):
            catalog.create_job(**{"Name": "wrong", "Role": "r", "Command": command, **wrong})
    catalog.update_job(JobName="jobs", JobUpdate={"Role": "r2", "Command": command})
    job = catalog.get_job(JobName="jobs")["Job"]
    assert (job["Role"], job["MaxRetries"], job["Timeout"], job["MaxCapacity"]) == ("r2", 0, 2880, 10.0)
    assert catalog.batch_get_jobs(JobNames=["jobs", "no"])["JobsNotFound"] == ["no"]
    assert catalog.delete_job(JobName="jobs")["JobName"] == "jobs"
    catalog.delete_job(JobName="jobs")
    with pytest.raises(catalog.exceptions.EntityNotFoundException):
        catalog.get_job(JobName="jobs")
