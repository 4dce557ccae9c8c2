"""Kinesis data streams, as streams and as batches.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kinesis-home.html
"""

import json
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue.connectors import jars, jvm
from awsglue.errors import AwsGlueError, OptionError
from awsglue.frame import catalog, sinks
from awsglue.frame.formats import Read
from awsglue.streaming import payload

Options = Mapping[str, Any]

_SOURCE = "KinesisSource"
_CLIENT = "com.amazonaws.services.kinesis.AmazonKinesisClient"
_LIMITS = ("maxFetchTimeInMs", "maxFetchRecordsPerShard", "maxRecordPerRead")
BATCH = 500
"""Records that one PutRecords takes."""
RETRIES = 10


class KinesisError(AwsGlueError):
    """Kinesis did not take a record."""


def stream(session: SparkSession, options: Options) -> DataFrame:
    """A streaming DataFrame; see `payload.decode` for its columns."""
    raw = records(session, session.readStream, options)
    return payload.decode(raw, "data", "approximateArrivalTimestamp", options)


def records(session: SparkSession, reader: Any, options: Options) -> DataFrame:
    """A stream's records as they are: data, streamName, partitionKey, sequenceNumber, approximateArrivalTimestamp.

    Args:
        session: the session.
        reader: its `read` or `readStream`.
        options: of the stream; without `startingPosition` a stream begins with what comes from now on.
    """
    jars.need(session, _CLIENT, "connection_type='kinesis'")
    given = _reader_options(options, "LATEST")
    found: DataFrame = reader.format(jvm.bring(session, _SOURCE)).options(**given).load()
    return found


def read(session: SparkSession, _kind: str, options: Options, _ctx: str) -> Read:
    """What the stream holds now, from `startingPosition` on, or all of it."""
    raw = records(session, session.read, {"startingPosition": "TRIM_HORIZON", **options})
    return Read(payload.settle(payload.decode(raw, "data", "approximateArrivalTimestamp", options)))


def _reader_options(options: Options, start: str) -> dict[str, str]:
    session = _aws(options)
    login = session.get_credentials()
    frozen = login.get_frozen_credentials() if login and options.get("awsSTSRoleARN") else None
    role = (
        {"accessKey": frozen.access_key, "secretKey": frozen.secret_key, "sessionToken": frozen.token} if frozen else {}
    )
    endpoint = os.environ.get("AWS_ENDPOINT_URL_KINESIS") or os.environ.get("AWS_ENDPOINT_URL")
    return {
        "streamName": _name(options),
        "region": session.region_name or "us-east-1",
        "start": _position(options.get("startingPosition"), start),
        **({"endpoint": endpoint} if endpoint else {}),
        **role,
        **{name: str(options[name]) for name in _LIMITS if options.get(name)},
    }


def _aws(options: Options) -> Any:
    """A boto3 session in the role and region that the options name."""
    import boto3

    arn = str(options.get("streamARN") or "")
    region = arn.split(":")[3] if arn.count(":") >= 5 else None
    if not options.get("awsSTSRoleARN"):
        return boto3.session.Session(region_name=region)
    name = str(options.get("awsSTSSessionName") or "glue-kinesis")
    given = boto3.client("sts").assume_role(RoleArn=str(options["awsSTSRoleARN"]), RoleSessionName=name)["Credentials"]
    return boto3.session.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=region
    )


def _name(options: Options) -> str:
    arn, name = options.get("streamARN"), options.get("streamName")
    if not arn and not name:
        raise OptionError("connection_type='kinesis' needs 'streamARN' or 'streamName' in its options.")
    return str(name or str(arn).rpartition("/")[2])


def _position(wanted: Any, default: str) -> str:
    """Where to begin, as the source in `jvm` writes it. LATEST becomes now, so that a restart loses nothing."""
    text = str(wanted or default)
    known = {"EARLIEST": "TRIM_HORIZON", "TRIM_HORIZON": "TRIM_HORIZON", "LATEST": f"AT:{time.time_ns() // 1_000_000}"}
    if text.upper() in known:
        return known[text.upper()]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError(
            f"startingPosition {text!r} is not one. Valid: latest, trim_horizon, earliest, or a time such as "
            "2023-04-04T08:00:00-04:00."
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"AT:{round(moment.timestamp() * 1000)}"


def write(df: DataFrame, _kind: str, options: Options) -> None:
    """Puts each record, as JSON. `partitionKey` names the column whose value chooses the shard; else it is random.

    Raises:
        OptionError: no stream is named.
        KinesisError: records were refused however often they were sent.
    """
    options = {**options, "streamName": _name(options)}
    sinks.to_plain(df).toJSON().foreachPartition(partial(_put, options))


def _put(options: Options, lines: Iterable[str]) -> None:
    client = _aws(options).client("kinesis")
    column, batch = options.get("partitionKey"), []
    for line in lines:
        key = str(json.loads(line).get(str(column), "")) if column else ""
        batch.append({"Data": line.encode(), "PartitionKey": key or uuid.uuid4().hex})
        if len(batch) == BATCH:
            _send(client, str(options["streamName"]), batch)
            batch = []
    if batch:
        _send(client, str(options["streamName"]), batch)


def _send(client: Any, name: str, batch: list[dict[str, Any]]) -> None:
    for attempt in range(RETRIES + 1):
        answer = client.put_records(StreamName=name, Records=batch)
        batch = [sent for sent, said in zip(batch, answer["Records"], strict=True) if said.get("ErrorCode")]
        if not batch:
            return
        time.sleep(0.1 * 2**attempt)  # Kinesis says that a shard is busy, not when it will not be
    raise KinesisError(f"{name}: {len(batch)} records were not taken after {RETRIES} retries.")


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """Options for a catalog table over a stream; its columns are the schema, unless `inferSchema` is true."""
    given = table.parameters
    named = {k: given[k] for k in ("streamARN", "streamName") if given.get(k)}
    return {**(named or {"streamName": table.location}), **table_payload(table), **options}


def table_payload(table: catalog.Table) -> dict[str, Any]:
    """What a catalog table says about a stream's records."""
    columns = ", ".join(f"`{name}` {kind}" for name, kind in table.columns)
    kinds = {
        "classification": table.format,
        "delimiter": table.parameters.get("field.delim") if table.format == "csv" else None,
    }
    avro = table.parameters.get("avro.schema.literal")
    return {k: v for k, v in {**kinds, "schema": columns, "avroSchema": avro}.items() if v}
