"""Hive's file formats and serdes by name: https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html."""

_PACKAGE = "org.apache.hadoop.hive.ql.io"
_TEXT = "org.apache.hadoop.mapred.TextInputFormat", f"{_PACKAGE}.HiveIgnoreKeyTextOutputFormat"
JSON_OUTPUT = f"{_PACKAGE}.IgnoreKeyTextOutputFormat"
"""Output format of a table with a JSON serde and no STORED AS, as PyAthena's tests record it of AWS."""
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
FORMATS: dict[str, tuple[str, str, str]] = {
    "PARQUET": (
        f"{_PACKAGE}.parquet.MapredParquetInputFormat",
        f"{_PACKAGE}.parquet.MapredParquetOutputFormat",
        f"{_PACKAGE}.parquet.serde.ParquetHiveSerDe",
    ),
    "ORC": (f"{_PACKAGE}.orc.OrcInputFormat", f"{_PACKAGE}.orc.OrcOutputFormat", f"{_PACKAGE}.orc.OrcSerde"),
    "TEXTFILE": (*_TEXT, LAZY_SIMPLE),
    "JSON": (*_TEXT, "org.apache.hive.hcatalog.data.JsonSerDe"),
    "AVRO": (
        f"{_PACKAGE}.avro.AvroContainerInputFormat",
        f"{_PACKAGE}.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "SEQUENCEFILE": (
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        f"{_PACKAGE}.HiveSequenceFileOutputFormat",
        LAZY_SIMPLE,
    ),
    "RCFILE": (
        f"{_PACKAGE}.RCFileInputFormat",
        f"{_PACKAGE}.RCFileOutputFormat",
        "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    ),
    "ION": (
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
        "com.amazon.ionhiveserde.IonHiveSerDe",
    ),
}
"""Input format, output format and serde of each STORED AS."""

_KNOWN_COLUMNS = ("orcserde", "lazysimpleserde", "columnarserde", "parquethiveserde", "lazybinaryserde")


def of_serde(serde: str) -> str | None:
    """The STORED AS that writes what a serde reads; None for a serde that only reads."""
    lower = serde.lower()
    named = next((f for f, (_, _, s) in FORMATS.items() if s.lower() == lower), None)
    return named or ("JSON" if "jsonserde" in lower else None)


def names_columns(serde: str) -> bool:
    """Whether Hive takes the comments of columns from the serde, and says `from deserializer` where it has none."""
    return bool(serde) and not serde.lower().endswith(_KNOWN_COLUMNS)
