"""Kafka topics, through Spark's own source and sink (jars of group "kafka").

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kafka-home.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from awsglue.connectors import connections, jars, kinesis
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import catalog, sinks
from awsglue.frame.formats import Read
from awsglue.streaming import payload

Options = Mapping[str, Any]

_PROVIDER = "org.apache.spark.sql.kafka010.KafkaSourceProvider"
_RENAMED = {
    "bootstrap.servers": "kafka.bootstrap.servers",
    "topicName": "subscribe",
    "pollTimeoutMs": "kafkaConsumer.pollTimeoutMs",
    "numRetries": "fetchOffset.numRetries",
    "retryIntervalMs": "fetchOffset.retryIntervalMs",
}
_AS_THEY_ARE = (
    *("subscribe", "subscribePattern", "assign", "startingOffsets", "endingOffsets", "maxOffsetsPerTrigger"),
    *("minPartitions", "includeHeaders", "failOnDataLoss", "groupIdPrefix"),
)
HEADERS = "glue_streaming_kafka_headers"
_CLIENT = ("security.", "sasl.", "ssl.", "group.", "kafka.")
"""Beginnings of options for Kafka's own client."""


def stream(session: SparkSession, options: Options) -> DataFrame:
    """A streaming DataFrame; see `payload.decode` for its columns."""
    return _decoded(session, session.readStream, options)


def read(session: SparkSession, _kind: str, options: Options, _ctx: str) -> Read:
    """What the topics hold, from `startingOffsets` (earliest) to `endingOffsets` (latest)."""
    return Read(payload.settle(_decoded(session, session.read, options)))


def _decoded(session: SparkSession, reader: Any, options: Options) -> DataFrame:
    raw = reader.format("kafka").options(**_options(session, options)).load()
    kept = []
    if "headers" in raw.columns:  # as `includeHeaders` asks
        texts = F.col("headers").cast("array<struct<key: string, value: string>>")
        raw, kept = raw.withColumn(HEADERS, texts).drop("headers"), [HEADERS]
    return payload.decode(raw, "value", "timestamp", options, kept)


def write(df: DataFrame, _kind: str, options: Options) -> None:
    """Sends each record, as JSON or CSV.

    Raises:
        OptionError: no topic is named.
        NotSupportedError: any other classification.
    """
    topic = options.get("topic") or options.get("topicName")
    if not topic:
        raise OptionError("connection_type='kafka' needs 'topicName' in its options.")
    kind = str(options.get("classification") or "json").lower()
    if kind not in {"json", "csv"}:
        raise NotSupportedError(f"classification={kind!r} when writing to Kafka", "Supported: json, csv.")
    given = {k: v for k, v in _options(df.sparkSession, options).items() if k.startswith("kafka.")}
    text = sinks.to_plain(df).selectExpr(f"to_{kind}(struct(*)) as value")
    text.write.format("kafka").options(**given, topic=str(topic)).save()


def _options(session: SparkSession, options: Options) -> dict[str, str]:
    """Spark's options for Glue's.

    Raises:
        OptionError: no servers.
        NotSupportedError: the jars are not there.
    """
    jars.need(session, _PROVIDER, "connection_type='kafka'")
    given: dict[str, Any] = {**_connection(options), **{k: v for k, v in options.items() if v is not None}}
    found = {}
    for name, value in given.items():
        if name in _RENAMED:
            found[_RENAMED[name]] = str(value)
        elif name in _AS_THEY_ARE:
            found[name] = str(value)
        elif name.startswith(_CLIENT):
            found[name if name.startswith("kafka.") else f"kafka.{name}"] = str(value)
    if given.get("startingTimestamp"):
        found["startingTimestamp"] = str(_milliseconds(str(given["startingTimestamp"])))
    if "kafka.bootstrap.servers" not in found:
        raise OptionError("connection_type='kafka' needs 'bootstrap.servers' or 'connectionName' in its options.")
    return found


def _milliseconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionError(f"startingTimestamp {text!r} is no time such as 2023-04-04T08:00:00Z.") from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _connection(options: Options) -> dict[str, str]:
    """Client options of the catalog connection that the options name."""
    name = options.get("connectionName")
    if not name:
        return {}
    found = connections.properties(str(name), options.get("catalogId"))
    encrypted = found.get("KAFKA_SSL_ENABLED", "true").lower() == "true"
    mechanism = found.get("KAFKA_SASL_MECHANISM")
    given = {"kafka.bootstrap.servers": found.get("KAFKA_BOOTSTRAP_SERVERS", "")}
    if mechanism:
        user, password = found.get("KAFKA_SASL_SCRAM_USERNAME", ""), found.get("KAFKA_SASL_SCRAM_PASSWORD", "")
        if found.get("KAFKA_SASL_SCRAM_SECRETS_ARN"):
            user, password = connections.secret_login(found["KAFKA_SASL_SCRAM_SECRETS_ARN"])
        module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
        login = f'org.apache.kafka.common.security.{module} required username="{user}" password="{password}";'
        given |= {"kafka.sasl.mechanism": mechanism, "kafka.sasl.jaas.config": login}
    protocol = f"{'SASL_' if mechanism else ''}{'SSL' if encrypted else 'PLAINTEXT'}"
    return {**given, "kafka.security.protocol": protocol}


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """Options for a catalog table over a topic; its columns are the schema, unless `inferSchema` is true."""
    given = table.parameters
    names = ("topicName", "connectionName", "bootstrap.servers", "security.protocol")
    named = {k: given[k] for k in names if given.get(k)}
    return {**named, **kinesis.table_payload(table), **options}
