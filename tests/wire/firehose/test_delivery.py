"""Delivery to S3: https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html."""

import base64
import gzip
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

Aws = Callable[[str], Any]
ROLE = "arn:aws:iam::000000000000:role/firehose"


@pytest.fixture
def name(aws: Aws) -> str:
    """The name of a bucket, free for a delivery stream, a database and more."""
    found = f"fh{uuid.uuid4().hex[:10]}"
    aws("s3").create_bucket(Bucket=found)
    return found


def create(aws: Aws, name: str, **more: Any) -> None:
    source = more.pop("source", {})
    destination = {"BucketARN": f"arn:aws:s3:::{name}", "RoleARN": ROLE, **more}
    aws("firehose").create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=destination, **source
    )


def put(aws: Aws, name: str, *records: bytes) -> None:
    answer = aws("firehose").put_record_batch(DeliveryStreamName=name, Records=[{"Data": data} for data in records])
    assert answer["FailedPutCount"] == 0


def objects(aws: Aws, name: str, prefix: str = "") -> dict[str, bytes]:
    s3 = aws("s3")
    found = s3.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", ())
    return {one["Key"]: s3.get_object(Bucket=name, Key=one["Key"])["Body"].read() for one in found}


def test_records_are_put_after_each_other_below_the_prefix(aws: Aws, name: str) -> None:
    create(aws, name, Prefix="raw/year=!{timestamp:yyyy}/")
    years = [time.gmtime().tm_year]
    put(aws, name, b'{"a":1}\n', b'{"a":2}\n')
    years.append(time.gmtime().tm_year)
    ((key, body),) = objects(aws, name).items()
    assert body == b'{"a":1}\n{"a":2}\n'
    assert key.startswith(tuple(f"raw/year={year}/{name}-1-" for year in years))


def test_delimiters_and_compression(aws: Aws, name: str) -> None:
    delimiter = {"ParameterName": "Delimiter", "ParameterValue": "\\n"}
    processor = {"Type": "AppendDelimiterToRecord", "Parameters": [delimiter]}
    create(aws, name, CompressionFormat="GZIP", ProcessingConfiguration={"Enabled": True, "Processors": [processor]})
    put(aws, name, b"one", b"two")
    ((key, body),) = objects(aws, name).items()
    assert key.endswith(".gz")
    assert gzip.decompress(body) == b"one\ntwo\n"


def test_zip(aws: Aws, name: str) -> None:
    create(aws, name, CompressionFormat="ZIP")
    put(aws, name, b"one")
    ((_, body),) = objects(aws, name).items()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert [archive.read(member) for member in archive.namelist()] == [b"one"]


def test_json_becomes_parquet_with_the_columns_of_a_table(aws: Aws, name: str) -> None:
    glue = aws("glue")
    glue.create_database(DatabaseInput={"Name": name})
    columns = {"id": "int", "at": "timestamp", "price": "decimal(8,2)", "tags": "array<string>", "raw": "string"}
    storage = {"Columns": [{"Name": n, "Type": t} for n, t in columns.items()], "Location": f"s3://{name}/ev/"}
    glue.create_table(DatabaseName=name, TableInput={"Name": "events", "StorageDescriptor": storage})
    conversion = {
        "Enabled": True,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        "SchemaConfiguration": {"DatabaseName": name, "TableName": "events", "RoleARN": ROLE},
    }
    create(
        aws,
        name,
        Prefix="ev/",
        ErrorOutputPrefix="bad/!{firehose:error-output-type}/",
        DataFormatConversionConfiguration=conversion,
    )
    aws("firehose").describe_delivery_stream(DeliveryStreamName=name)
    put(
        aws,
        name,
        b'{"ID": 1, "at": "2026-01-02 03:04:05", "price": 1.5, "tags": ["x"], "raw": {"k": 1}, "more": 0}',
        b'{"id": 2}{"id": 3}',
        b'{"id": "no number"}',
    )
    ((key, body),) = objects(aws, name, "ev/").items()
    assert key.endswith(".parquet")
    rows = pq.read_table(io.BytesIO(body)).to_pylist()
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert (str(rows[0]["at"]), str(rows[0]["price"]), rows[0]["tags"]) == ("2026-01-02 03:04:05", "1.50", ["x"])
    assert json.loads(rows[0]["raw"]) == {"k": 1}
    ((_, body),) = objects(aws, name, "bad/format-conversion-failed/").items()
    failed = json.loads(body)
    assert failed["lastErrorCode"] == "DataFormatConversion.MalformedData"
    assert base64.b64decode(failed["rawData"]) == b'{"id": "no number"}'


HANDLER = b"""
import base64
def handler(event, context):
    verdicts = {"good": "Ok", "skip": "Dropped", "bad": "ProcessingFailed"}
    answers = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        data = base64.b64encode(text.upper().encode()).decode()
        answers.append({"recordId": record["recordId"], "result": verdicts[text], "data": data})
    return {"records": answers}
"""


def test_verdicts_of_a_function(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("index.py", HANDLER)
    code = {"ZipFile": archive.getvalue()}
    functions = aws("lambda")
    arn = functions.create_function(
        FunctionName=name, Runtime="python3.12", Handler="index.handler", Role=ROLE, Code=code
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    processor = {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": arn}]}
    processing = {"Enabled": True, "Processors": [processor]}
    create(aws, name, Prefix="good/", ErrorOutputPrefix="bad/", ProcessingConfiguration=processing)
    put(aws, name, b"good", b"skip", b"bad")
    assert list(objects(aws, name, "good/").values()) == [b"GOOD"]
    ((_, body),) = objects(aws, name, "bad/").items()
    assert base64.b64decode(json.loads(body)["rawData"]) == b"bad"


def test_a_kinesis_stream_is_delivered_from_now_on(aws: Aws, name: str) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.put_record(StreamName=name, Data=b"before\n", PartitionKey="a")
    arn = kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]
    source = {
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": arn, "RoleARN": ROLE},
    }
    create(aws, name, source=source)
    sent = {f"{number}" for number in range(20)}
    for number in sorted(sent):
        kinesis.put_record(StreamName=name, Data=f"{number}\n".encode(), PartitionKey=number)

    def delivered() -> list[str]:
        return b"".join(objects(aws, name).values()).decode().split()

    assert sorted(until(delivered, lambda found: len(found) >= len(sent))) == sorted(sent)
    firehose = aws("firehose")
    described = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    assert described["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"] == arn
    firehose.delete_delivery_stream(DeliveryStreamName=name)


@pytest.mark.parametrize(
    "destination",
    [
        {"CompressionFormat": "Snappy"},
        {"DynamicPartitioningConfiguration": {"Enabled": True}},
        {"Prefix": "!{partitionKeyFromQuery:id}/"},
        {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "MetadataExtraction"}]}},
    ],
)
def test_what_would_not_be_done_is_refused(aws: Aws, name: str, destination: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="is not supported by Rapid Analytics"):
        create(aws, name, **destination)
    firehose = aws("firehose")
    with pytest.raises(firehose.exceptions.ResourceNotFoundException):
        firehose.describe_delivery_stream(DeliveryStreamName=name)
