"""Connectors and streams without their servers; with them: test_jdbc.py, tests/wire/glue_runner/test_stores.py.

Options: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import functions as F

from awsglue import connectors
from awsglue.connectors import attributes, connections, jars, kafka, kinesis
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import catalog
from awsglue.frame.s3 import Folder
from awsglue.gluetypes import StructType, mergeDataTypes
from awsglue.streaming import payload


def table(parameters: dict[str, str], location: str = "", columns: Any = ()) -> catalog.Table:
    return catalog.Table("d", "t", location, tuple(columns), (), "", parameters, None)


def test_items_and_their_types() -> None:
    items: list[dict[str, dict[str, Any]]] = [
        {"id": {"S": "a"}, "n": {"N": "1"}, "big": {"N": str(2**64)}, "l": {"L": [{"N": "1"}, {"S": "x"}]}},
        {
            "id": {"S": "b"},
            "n": {"N": "1.5"},
            "s": {"NS": ["1", "2"]},
            "m": {"M": {"ok": {"BOOL": True}}},
            "z": {"NULL": True},
        },
    ]
    kind = mergeDataTypes(attributes.struct_type(items[0]), attributes.struct_type(items[1]))
    assert isinstance(kind, StructType)
    types = {field.name: field.dataType.typeName() for field in kind.fields}
    assert types == {
        "id": "string",
        "n": "choice",
        "big": "double",
        "l": "array",
        "s": "array",
        "m": "struct",
        "z": "null",
    }
    read = attributes.reader(kind)
    first, second = (dict(zip(types, read(item), strict=True)) for item in items)
    assert (first["n"], second["n"]) == ((None, 1), (1.5, None))  # members in order: double, long
    assert first["l"] == [(1, None), (None, "x")]
    assert (second["s"], second["m"], second["z"], first["m"]) == ([1, 2], (True,), None, None)
    assert attributes.as_json({"M": {"b": {"B": b"x"}}}) == {"M": {"b": {"B": "eA=="}}}
    assert attributes.simple(items[0]["l"]) == ["1", "x"]


def test_tables_that_are_no_files() -> None:
    stream = table(
        {"typeOfData": "kinesis", "classification": "json", "streamARN": "arn:aws:kinesis:eu-west-1:1:stream/s"}
    )
    assert connectors.of_table(stream) == "kinesis"
    assert connectors.of_table(table({"classification": "postgresql"})) == "postgresql"
    assert connectors.of_table(table({"classification": "json"})) is None
    of_dynamodb = table({"classification": "dynamodb"}, "arn:aws:dynamodb:us-east-1:1:table/Orders")
    options = connectors.of("dynamodb").table_options(of_dynamodb, {"dynamodb.splits": "4"})
    assert (options["dynamodb.input.tableName"], options["dynamodb.splits"]) == ("Orders", "4")
    topic = table(
        {"typeOfData": "kafka", "classification": "json", "topicName": "t", "connectionName": "c"}, "", [("a", "int")]
    )
    found = kafka.table_options(topic, {"startingOffsets": "earliest"})
    assert found == {
        "topicName": "t",
        "connectionName": "c",
        "classification": "json",
        "schema": "`a` int",
        "startingOffsets": "earliest",
    }
    with pytest.raises(OptionError, match="'nosuch' is not a connection type"):
        connectors.of("nosuch")


def test_where_a_stream_begins() -> None:
    assert kinesis._position("earliest", "LATEST") == kinesis._position("TRIM_HORIZON", "LATEST") == "TRIM_HORIZON"
    assert kinesis._position("2023-04-04T08:00:00-04:00", "LATEST") == "AT:1680609600000"
    before = int(time.time() * 1000)
    begin = int(kinesis._position(None, "LATEST").removeprefix("AT:"))
    assert before <= begin <= int(time.time() * 1000)
    with pytest.raises(OptionError, match="startingPosition 'soon'"):
        kinesis._position("soon", "LATEST")


def test_options_of_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "need", lambda *_: None)
    given = {"KAFKA_BOOTSTRAP_SERVERS": "h:9092", "KAFKA_SSL_ENABLED": "false"}
    monkeypatch.setattr(connections, "properties", lambda *_: given)
    options = {"connectionName": "c", "topicName": "t", "startingTimestamp": "2023-04-04T12:00:00Z", "numRetries": 2}
    assert kafka._options(None, {**options, "classification": "json", "sasl.mechanism": "PLAIN"}) == {
        "kafka.bootstrap.servers": "h:9092",
        "kafka.security.protocol": "PLAINTEXT",
        "kafka.sasl.mechanism": "PLAIN",
        "subscribe": "t",
        "fetchOffset.numRetries": "2",
        "startingTimestamp": "1680609600000",
    }
    with pytest.raises(OptionError, match=r"bootstrap\.servers"):
        kafka._options(None, {"topicName": "t"})


def test_a_secret_is_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def get_connection(self, **_: Any) -> dict[str, Any]:
            properties = {"JDBC_CONNECTION_URL": "jdbc:mysql://h:3306/shop", "SECRET_ID": "s", "USERNAME": "old"}
            return {"Connection": {"ConnectionType": "JDBC", "ConnectionProperties": properties}}

        def get_secret_value(self, SecretId: str) -> dict[str, Any]:
            return {"SecretString": json.dumps({"username": "u", "password": "p"} if SecretId == "s" else [])}

    monkeypatch.setattr(catalog, "client", Client)
    monkeypatch.setattr(boto3, "client", lambda _service: Client())
    conf = connections.jdbc_conf("c")
    assert (conf["user"], conf["password"], conf["url"], conf["fullUrl"]) == (
        *("u", "p", "jdbc:mysql://h:3306"),
        "jdbc:mysql://h:3306/shop",
    )
    with pytest.raises(OptionError, match="no JSON object"):
        connections.secret_login("other")


def test_connectors_that_the_job_brings(glue: Any, tmp_path: Path) -> None:
    frame = glue.create_dynamic_frame.from_rdd(glue.sparkContext.parallelize([{"a": 1}, {"a": 2}]), "f")
    options = {"className": "org.apache.spark.sql.json", "path": str(tmp_path / "out")}
    glue.write_dynamic_frame.from_options(frame, "custom.spark", options)
    assert glue.create_dynamic_frame.from_options("marketplace.spark", options).count() == 2
    with pytest.raises(NotSupportedError, match=r"mongodb.*MongoTableProvider.*--extra-jars"):
        glue.create_dynamic_frame.from_options("mongodb", {"connection.uri": "mongodb://h", "database": "d"})
    with pytest.raises(OptionError, match="needs 'className'"):
        glue.create_dynamic_frame.from_options("custom.spark", {})
    with pytest.raises(NotSupportedError, match=r"custom\.athena"):
        glue.create_dynamic_frame.from_options("custom.athena", {})


def test_records_of_a_stream(glue: Any) -> None:
    rows = [(bytearray(b'{"a": 1, "b": "x"}'), datetime(2024, 1, 1, tzinfo=UTC)), (bytearray(b"nonsense"), None)]
    raw = glue.spark_session.createDataFrame(rows, "data binary, at timestamp")

    def decoded(**options: Any) -> Any:
        return payload.settle(payload.decode(raw, "data", "at", options))

    assert decoded().columns == ["data", "at"]
    assert decoded(classification="json").columns == ["data", "at"]
    typed = decoded(classification="json", schema="a INT, b STRING", addRecordTimestamp="true")
    assert typed.columns == ["a", "b", "__src_timestamp"]
    assert [(row.a, row.b) for row in typed.collect()] == [(1, "x"), (None, None)]
    inferred = decoded(classification="json", inferSchema="true", schema="ignored INT", addRecordTimestamp="true")
    assert dict(inferred.dtypes)["a"] == "bigint"
    assert inferred.columns[-1] == "__src_timestamp"
    lines = glue.spark_session.createDataFrame([(bytearray(b"1;x"),)], "data binary").withColumn("at", F.lit(None))
    read = payload.settle(
        payload.decode(lines, "data", "at", {"classification": "csv", "delimiter": ";", "inferSchema": True})
    )
    assert [tuple(row) for row in read.collect()] == [(1, "x")]
    with pytest.raises(NotSupportedError, match="classification='parquet'"):
        decoded(classification="parquet")
    with pytest.raises(OptionError, match="needs 'schema', in Avro's form"):
        decoded(classification="avro")


def test_columns_of_a_batch_are_found_by_from_df(glue: Any, tmp_path: Path) -> None:
    """Scripts parse `$json$data_infer_schema$_temporary$` themselves, or leave it to `fromDF`."""
    (tmp_path / "1.json").write_text('{"b": "x", "a": 1}\n{"b": "y"}\n')
    raw = glue.spark_session.readStream.text(str(tmp_path)).withColumn("at", F.current_timestamp())
    stream = payload.decode(raw, "value", "at", {"classification": "json", "inferSchema": "true"})
    seen: list[Any] = []

    def function(batch: Any, _batch_id: int) -> None:
        own = F.from_json(F.col("$json$data_infer_schema$_temporary$").cast("string"), "b string").alias("r")
        seen.append(sorted(row.b for row in batch.select(own).select("r.*").collect()))
        found = DynamicFrame.fromDF(glue.add_ingestion_time_columns(batch, "day"), glue, "batch")
        seen.append((found.toDF().columns, found.count()))
        raise ValueError("enough")

    with pytest.raises(StreamingQueryException, match="enough"):
        glue.forEachBatch(stream, function, {"windowSize": "10 milliseconds", "batchMaxRetries": "0"})
    assert seen == [["x", "y"], (["a", "b", "ingest_year", "ingest_month", "ingest_day"], 2)]


def test_a_view_of_a_batch_is_there_for_the_scripts_session(glue: Any, tmp_path: Path) -> None:
    """As in scripts that merge a batch by SQL: a batch has a session of its own, a DynamicFrame is the script's."""
    (tmp_path / "1.json").write_text('{"a": 1}\n{"a": 2}\n')
    stream = glue.spark_session.readStream.schema("a int").json(str(tmp_path))
    seen: list[int] = []

    def function(batch: Any, _batch_id: int) -> None:
        DynamicFrame.fromDF(batch, glue, "batch").toDF().createOrReplaceTempView("of_a_batch")
        seen.append(glue.spark_session.sql("select sum(a) from of_a_batch").first()[0])
        raise ValueError("enough")

    with pytest.raises(StreamingQueryException, match="enough"):
        glue.forEachBatch(stream, function, {"windowSize": "10 milliseconds", "batchMaxRetries": "0"})
    assert seen == [3]
    glue.spark_session.catalog.dropTempView("of_a_batch")


def test_each_batch(glue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("awsglue.streaming.batches.PAUSES_SECONDS", (0,))
    source = tmp_path / "in"
    source.mkdir()
    (source / "1.json").write_text('{"a": 1}\n')
    seen: list[tuple[int, list[int]]] = []

    def function(batch: Any, batch_id: int) -> None:
        seen.append((batch_id, [row.a for row in batch.collect()]))
        if batch_id == 0 and len(seen) == 1:
            raise ValueError("at first")
        if batch_id == 0:
            (source / "2.json").write_text('{"a": 2}\n')
        else:
            raise ValueError("at last")

    frame = glue.spark_session.readStream.schema("a INT").json(str(source))
    options = {"windowSize": "10 milliseconds", "checkpointLocation": str(tmp_path / "c"), "batchMaxRetries": "1"}
    with pytest.raises(StreamingQueryException, match="at last"):
        glue.forEachBatch(frame=frame, batch_function=function, options=options)
    assert seen == [(0, [1]), (0, [1]), (1, [2]), (1, [2])]
    sample = glue.getSampleStreamingDynamicFrame(frame, {"pollingTimeInMs": "20000", "recordPollingLimit": "2"})
    assert sorted(row.a for row in sample.toDF().collect()) == [1, 2]
    with pytest.raises(OptionError, match="windowSize"):
        glue.forEachBatch(frame, function, {})
    with pytest.raises(OptionError, match="needs a streaming DataFrame"):
        glue.forEachBatch(glue.spark_session.range(1), function, options)


def test_ingestion_time(glue: Any) -> None:
    before = datetime.now(UTC)
    df = glue.add_ingestion_time_columns(glue.spark_session.range(1), "day")
    row = df.first()
    assert tuple(row) in {(0, now.year, now.month, now.day) for now in (before, datetime.now(UTC))}
    assert df.columns == ["id", "ingest_year", "ingest_month", "ingest_day"]
    with pytest.raises(OptionError, match="timeGranularity 'week'"):
        glue.add_ingestion_time_columns(df, "week")


def test_paths_to_purge(glue: Any) -> None:
    assert Folder.parse("s3a://b/p/", "x") == Folder("b", "p/")
    with pytest.raises(OptionError, match="purge_s3_path needs a path"):
        glue.purge_s3_path("/tmp/x")
    with pytest.raises(OptionError, match="'COLD' is not a storage class"):
        glue.transition_s3_path("s3://b/p", "COLD", {})
    with pytest.raises(OptionError, match="accountId and roleArn"):
        glue.transition_s3_path("s3://b/p", "GLACIER")


def test_threads_of_a_batch(glue: Any, tmp_path: Path) -> None:
    """A stream's batches belong to a session of their own, of which a thread that the function starts knows nothing."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.json").write_text('{"t": "{\\"a\\": 1}"}\n{"t": "{\\"a\\": \\"x\\"}"}\n')
    seen: list[Any] = []

    def unboxed(batch: Any) -> Any:
        frame = DynamicFrame.fromDF(batch, glue, "batch").unbox("t", "json")
        return sorted(
            row.a for row in frame.resolveChoice(specs=[("t.a", "cast:string")]).toDF().select("t.a").collect()
        )

    def function(batch: Any, _batch_id: int) -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(unboxed, batch).result())
        raise ValueError("enough")

    stream = glue.spark_session.readStream.schema("t string").json(str(tmp_path / "in"))
    with pytest.raises(StreamingQueryException, match="enough"):
        glue.forEachBatch(stream, function, {"windowSize": "10 milliseconds", "batchMaxRetries": "0"})
    assert seen == [["1", "x"]]
