"""DynamoDB tables, by parallel scans and batch writes.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-dynamodb-home.html
Throughput percentages are accepted: they share out capacity that is paid for, of which there is none to share here.
The export connector (`dynamodb.export`) gives the table's items as they are now, in the form of an export, by a scan.
"""

import datetime
import decimal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from pyspark import RDD
from pyspark.sql import DataFrame, SparkSession

from awsglue import gluetypes as glue
from awsglue.connectors import attributes
from awsglue.errors import AwsGlueError, NotSupportedError, OptionError
from awsglue.frame import catalog, dynamodb_json, records, types
from awsglue.frame.formats import Read, flag

Options = Mapping[str, Any]

BATCH = 25
"""Items that one BatchWriteItem takes."""
RETRIES = 10
FIRST_PAUSE_SECONDS = 0.05


class DynamoDBError(AwsGlueError):
    """DynamoDB did not take an item."""


def _client(options: Options) -> Any:
    """A client of the table's region, in the role that the options name."""
    import boto3

    region = {"region_name": options["dynamodb.region"]} if options.get("dynamodb.region") else {}
    login = {}
    if options.get("dynamodb.sts.roleArn"):
        name = str(options.get("dynamodb.sts.roleSessionName") or "glue-dynamodb-read-sts-session")
        role = boto3.client("sts").assume_role(RoleArn=str(options["dynamodb.sts.roleArn"]), RoleSessionName=name)
        given = role["Credentials"]
        login = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
    return boto3.client("dynamodb", **region, **login)


def _workers_client(options: Options) -> Any:
    """The client of a task. Tasks that follow one another in a worker's process share one, which takes long to make.

    A role's session ends after an hour: each task has its own.
    """
    if options.get("dynamodb.sts.roleArn"):
        return _client(options)
    return _regions_client(options.get("dynamodb.region"))


@cache
def _regions_client(region: str | None) -> Any:
    return _client({"dynamodb.region": region})


def _number(options: Options, name: str, default: int) -> int:
    text = str(options.get(name) or default)
    if not text.isdigit() or int(text) < 1:
        raise OptionError(f"{name} must be a whole number from 1 up; found {text!r}.")
    return int(text)


def read(session: SparkSession, _kind: str, options: Options, _ctx: str) -> Read:
    """Reads a table. Numbers are long or double, as each value is; a field of several types is a choice.

    Raises:
        OptionError: no table is named.
        NotSupportedError: an export that is in S3 already.
    """
    table, export = options.get("dynamodb.input.tableName"), options.get("dynamodb.export")
    if export and export != "ddb":
        raise NotSupportedError(f"dynamodb.export={export!r}", "Read the export's files with connection_type='s3'.")
    if export:
        table = str(options.get("dynamodb.tableArn") or "").rpartition("/")[2] or table
    if not table:
        raise OptionError("connection_type='dynamodb' needs 'dynamodb.input.tableName' in its options.")
    items = _items(session, str(table), options)
    if export:
        return Read(_exported(records.frame_of(items.map(_export), session), options))
    return Read(_frame(session, items, _merged(items)))


def table(session: SparkSession, options: Options) -> DataFrame:
    """A table as Spark has it, without choices: numbers are double where some are broken, other mixtures are text.

    Raises:
        OptionError: no table is named.
    """
    name = options.get("dynamodb.input.tableName")
    if not name:
        raise OptionError("format('dynamodb') needs the option 'dynamodb.input.tableName'.")
    items = _items(session, str(name), options)
    return _frame(session, items, attributes.without_choices(_merged(items)))


def _items(session: SparkSession, table: str, options: Options) -> RDD[dict[str, Any]]:
    options, splits = dict(options), _number(options, "dynamodb.splits", 1)
    _client(options).describe_table(TableName=table)  # says that there is no such table before Spark starts tasks
    scanned = session.sparkContext.parallelize(range(splits), splits)
    return scanned.mapPartitions(partial(_scan, table, options, splits)).cache()


def _merged(items: RDD[dict[str, Any]]) -> glue.DataType:
    kind: glue.DataType = glue.StructType()
    for part in items.mapPartitions(attributes.merged_type).collect():
        kind = glue.mergeDataTypes(kind, part)
    return kind


def _frame(session: SparkSession, items: RDD[dict[str, Any]], kind: glue.DataType) -> DataFrame:
    rows = items.map(attributes.reader(kind))
    return session.createDataFrame(rows, types.to_spark(kind), verifySchema=False)


def _scan(table: str, options: Options, splits: int, segments: Iterable[int]) -> Iterator[dict[str, Any]]:
    client, consistent = _workers_client(options), flag(options, "dynamodb.consistentRead")
    for segment in segments:
        given = {"TableName": table, "Segment": segment, "TotalSegments": splits, "ConsistentRead": consistent}
        pages = client.get_paginator("scan").paginate(**given)
        for page in pages:
            yield from page["Items"]


def _export(item: dict[str, Any]) -> dict[str, Any]:
    return {dynamodb_json.ITEM: {name: attributes.as_json(value) for name, value in item.items()}}


def _exported(exported: DataFrame, options: Options) -> DataFrame:
    """An export's records, simplified or unnested where asked for, as the methods of a frame do it."""
    if flag(options, "dynamodb.simplifyDDBJson"):
        return dynamodb_json.simplify(exported)
    if flag(options, "dynamodb.unnestDDBJson"):
        return dynamodb_json.unnest(exported)
    return exported


def write(df: DataFrame, _kind: str, options: Options) -> None:
    """Puts each record as an item; an item with the same key is replaced. Fields that are null are left out.

    Raises:
        OptionError: no table is named.
        DynamoDBError: items were refused however often they were sent.
    """
    table = options.get("dynamodb.output.tableName")
    if not table:
        raise OptionError("connection_type='dynamodb' needs 'dynamodb.output.tableName' in its options.")
    options = dict(options)
    described = _client(options).describe_table(TableName=table)["Table"]
    keys = tuple(key["AttributeName"] for key in described["KeySchema"])
    tasks = options.get("dynamodb.output.numParallelTasks")
    rows = df.rdd.map(records.reader(df.schema))
    if tasks:
        rows = rows.coalesce(_number(options, "dynamodb.output.numParallelTasks", 1))
    rows.foreachPartition(partial(_put, str(table), options, keys))


def _put(table: str, options: Options, keys: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    from boto3.dynamodb.types import TypeSerializer

    serialize = TypeSerializer().serialize
    client, retries = _workers_client(options), _number(options, "dynamodb.output.retry", RETRIES)
    batch: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        item = {name: serialize(_storable(value)) for name, value in row.items() if value is not None}
        batch[tuple(repr(item.get(key)) for key in keys)] = item
        if len(batch) == BATCH:
            _send(client, table, list(batch.values()), retries)
            batch = {}
    if batch:
        _send(client, table, list(batch.values()), retries)


def _send(client: Any, table: str, items: list[dict[str, Any]], retries: int) -> None:
    waiting: Any = {table: [{"PutRequest": {"Item": item}} for item in items]}
    for attempt in range(retries + 1):
        waiting = client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
        if not waiting:
            return
        time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)  # DynamoDB says that it is busy, not when it will not be
    raise DynamoDBError(f"{table}: {len(waiting[table])} items were not taken after {retries} retries.")


_CHANGES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (float, lambda value: decimal.Decimal(repr(value))),
    (datetime.date, str),
    (bytearray, bytes),
)


def _storable(value: Any) -> Any:
    """The value as boto3's serializer takes it: decimals for floats, text for dates and times."""
    for kind, change in _CHANGES:
        if isinstance(value, kind):
            return change(value)
    if isinstance(value, Mapping):
        return {str(key): _storable(below) for key, below in value.items() if below is not None}
    if isinstance(value, list | tuple):
        return [_storable(below) for below in value]
    return value


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """Options for a catalog table, whose location is the DynamoDB table's ARN."""
    name = table.location.rpartition("/")[2] or table.name
    return {"dynamodb.input.tableName": name, "dynamodb.output.tableName": name, **options}
