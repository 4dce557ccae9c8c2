"""Format, compression and the other properties of CREATE TABLE AS and UNLOAD.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html, .../compression-support-hive... (read 2026-11).
"""

from dataclasses import dataclass, field
from typing import Any

from rapid.emulator.athena.ddl.formats import FORMATS
from rapid.emulator.athena.formats.lazy import Form
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column

WRITTEN = ("PARQUET", "ORC", "AVRO", "JSON", "ION", "TEXTFILE")
_NAMES = ("write_compression", "compression", "parquet_compression", "orc_compression")
_CODECS = {
    "PARQUET": {"GZIP": "gzip", "SNAPPY": "snappy", "ZSTD": "zstd", "LZ4": "lz4_raw", "NONE": "uncompressed"},
    "ORC": {"ZLIB": "zlib", "GZIP": "zlib", "SNAPPY": "snappy", "ZSTD": "zstd", "LZ4": "lz4", "NONE": "uncompressed"},
    "AVRO": {"GZIP": "", "SNAPPY": "", "ZSTD": "", "NONE": "", "DEFLATE": "", "BZIP2": ""},
    "ION": {"NONE": ""},
    "JSON": {"GZIP": ".gz", "ZSTD": ".zst", "BZIP2": ".bz2", "NONE": ""},
    "TEXTFILE": {"GZIP": ".gz", "ZSTD": ".zst", "BZIP2": ".bz2", "NONE": ""},
}
"""What a format calls a compression; for text, how its files end. Avro and Ion are written uncompressed."""
_DEFAULTS = {"PARQUET": "GZIP", "ORC": "ZLIB", "AVRO": "NONE", "ION": "NONE", "JSON": "GZIP", "TEXTFILE": "GZIP"}
_DELIMITERS = {"\\t": "\t", "\\001": "\x01", "\\u0001": "\x01", "\\n": "\n"}


@dataclass
class Target:
    """Where and how rows are written.

    Attributes:
        columns: of the table, the partition keys last.
        keys: names of the partition keys.
        codec: what the format calls the compression, see `codec`.
        delimiter: of the fields of a line of text.
        buckets: columns whose hash chooses one of a number of files, and that number.
        text: how values are spelt in a line of text.
        escape: what stands before a separator in a text, if anything.
        headed: whether a file of text begins with the names of its columns.
        ion_text: whether Ion is written as text, and not in its binary form.
    """

    location: str
    columns: list[Column]
    keys: list[str]
    form: str
    codec: str
    delimiter: str = "\x01"
    buckets: tuple[list[str], int] | None = None
    text: Form = field(default_factory=Form)
    escape: str | None = None
    headed: bool = False
    ion_text: bool = False

    @property
    def escaped(self) -> tuple[str, ...]:
        """The escape character and all that it stands before."""
        return (self.escape, self.delimiter, *self.text.marks) if self.escape else ()


def check_names(properties: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(properties) - known)
    if unknown:
        raise SqlError(
            "INVALID_TABLE_PROPERTY", f"line 1:1: Catalog 'awsdatacatalog' table property '{unknown[0]}' does not exist"
        )


def form_of(properties: dict[str, Any], written: tuple[str, ...] = WRITTEN) -> str:
    """The format, by FORMATS' names.

    Raises:
        SqlError: it is none that Athena writes.
    """
    given = str(properties.get("format", "PARQUET")).upper()
    form = {"JSONFILE": "JSON", "CSV": "TEXTFILE"}.get(given, given)
    if form not in FORMATS or form not in written:
        message = f"line 1:1: Unable to set catalog 'awsdatacatalog' table property 'format' to ['{given}']: Invalid value [{given}]. Valid values: {', '.join(written)}"  # noqa: E501
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    return form


def compression_of(properties: dict[str, Any], form: str) -> str:
    return next((str(properties[n]).upper() for n in _NAMES if n in properties), _DEFAULTS[form])


def codec(form: str, compression: str) -> str:
    """What a format calls a compression.

    Raises:
        SqlError: the format cannot be written with it here.
    """
    name = {"UNCOMPRESSED": "NONE", "DEFLATE": "GZIP" if form == "ORC" else "DEFLATE"}.get(compression, compression)
    found = _CODECS[form].get(name)
    if found is None:
        raise SqlError("NOT_SUPPORTED", f"Writing {form} with the compression {compression} is not supported")
    return found


def delimiter(properties: dict[str, Any], default: str) -> str:
    given = str(properties.get("field_delimiter", default))
    made = _DELIMITERS.get(given, given)
    if len(made) != 1:
        message = f"line 1:1: field_delimiter must be a single character, but was: '{given}'"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    return made
