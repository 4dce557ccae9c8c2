"""What a classifier says of one file, and how it is stored, in the words of a StorageDescriptor."""

from dataclasses import dataclass, field

from rapid.emulator.glue.crawling.schema import Schema
from rapid.emulator.glue.models import Structure

_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")
_HIVE = "org.apache.hadoop.hive"
FORMATS = {
    "parquet": (f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat", f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat"),
    "orc": (f"{_HIVE}.ql.io.orc.OrcInputFormat", f"{_HIVE}.ql.io.orc.OrcOutputFormat"),
    "avro": (f"{_HIVE}.ql.io.avro.AvroContainerInputFormat", f"{_HIVE}.ql.io.avro.AvroContainerOutputFormat"),
    "ion": ("com.amazon.ionhiveserde.formats.IonInputFormat", "com.amazon.ionhiveserde.formats.IonOutputFormat"),
    "xml": ("", ""),
    "UNKNOWN": ("", ""),
}
SERDES = {
    "csv": f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
    "opencsv": f"{_HIVE}.serde2.OpenCSVSerde",
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "parquet": f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
    "orc": f"{_HIVE}.ql.io.orc.OrcSerde",
    "avro": f"{_HIVE}.serde2.avro.AvroSerDe",
    "ion": "com.amazon.ionhiveserde.IonHiveSerDe",
    "grok": "com.amazonaws.glue.serde.GrokSerDe",
}


@dataclass(frozen=True)
class Found:
    """The classification and schema of a file.

    Attributes:
        serde: a key of SERDES; empty for formats that Hive does not read.
        parameters: of the table, as `delimiter`.
        by_position: columns are told by their place, not by their name.
        records: counted if the whole file was read, else estimated from its beginning.
        average: bytes per record, uncompressed.
    """

    classification: str
    schema: Schema
    serde: str = ""
    serde_parameters: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    by_position: bool = False
    records: int = 0
    average: int = 0
    compression: str = "none"

    @property
    def kind(self) -> tuple[object, ...]:
        """What files of one table must have in common."""
        told_apart_by = ("delimiter", "quoteChar", "rowTag", "jsonPath", "input.format")
        settings = {k: v for k, v in {**self.parameters, **self.serde_parameters}.items() if k in told_apart_by}
        return (self.classification, self.compression, self.serde, *sorted(settings.items()))

    def storage(self, schema: Schema) -> Structure:
        """The StorageDescriptor's parts that follow from the format."""
        from rapid.emulator.glue.crawling.schema import columns

        reads, writes = FORMATS.get(self.classification, _TEXT)
        serde = {"Parameters": self._serde_parameters(schema)}
        return {
            "Columns": columns(schema),
            "InputFormat": reads,
            "OutputFormat": writes,
            "SerdeInfo": ({"SerializationLibrary": SERDES[self.serde]} if self.serde else {}) | serde,
        }

    def _serde_parameters(self, schema: Schema) -> dict[str, str]:
        paths = {"paths": ",".join(sorted(schema))} if self.serde == "json" else {}
        return self.serde_parameters | paths
