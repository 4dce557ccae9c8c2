"""What a file is, told from its first bytes and its name: format, compression, encoding, and how a CSV is laid out.

Pure: bytes in, `Layout` out. Content decides; the extension only where content does not.
"""

import bz2
import codecs
import csv
import io
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

HEAD = 1 << 20
SAMPLE_ROWS = 400
SEPARATORS = ",\t;|"

Kind = Literal[
    "jsonl", "json", "csv", "parquet", "arrow", "orc", "avro", "packed", "zip", "workbook", "empty", "unknown"
]

MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),  # Arrow IPC stream
    (b"ORC", "orc"),
    (b"Obj\x01", "avro"),
    (b"PK\x03\x04", "zip"),  # workbooks of today are zip archives too: see `unpack`
    (b"PK\x05\x06", "zip"),  # without an entry
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),  # Excel until 2003
)
COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
SPARK_READS = {"gzip": ".gz", "bzip2": ".bz2"}
"""The compressions of text that Spark reads by itself, if the file's name says so."""
TEXTS = ("jsonl", "json", "csv", "empty")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip

BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
"""Documents and pictures."""

MISSING = ("NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "NaN", "nan", "None")
"""What programs write into tables of text for a value that is not there; in a column of texts it stays as it is."""
OTHER_TEXTS = ("xml", "html", "htm", "yaml", "yml", "toml", "ini", "md", "sql", "py")
MARKUP = re.compile(r"\s*<(\?xml|!doctype|html|[a-z][\w:.-]*(\s[^<>]*)?>\s*<)", re.I)
"""XML and HTML: a declaration, or an element right inside an element."""
ENVELOPES = ("data", "records", "results", "result", "rows", "value", "values", "entries", "hits", "documents")
"""What services call the member of an answer that holds its records, beside others that describe them."""

csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Layout:
    """How to read one object.

    `header` is a CSV's column names as written, or None where it has no heading line; `width` its column count.
    `mixed_ends`: its lines end in more than one of CR LF, LF and CR.
    `schema` is the schema of a typed file, as text to compare.
    A `packed` file is a compressed one that has to be unpacked before it can be told what it is.
    `reason` says why an `unknown` file cannot be read.
    """

    kind: Kind
    compression: str = ""
    encoding: str = "utf-8"
    separator: str = ","
    header: tuple[str, ...] | None = None
    width: int = 0
    quoted_newlines: bool = False
    mixed_ends: bool = False
    schema: str = ""
    reason: str = ""

    @property
    def holds_files(self) -> bool:
        """Whether `unpack` takes it apart."""
        return self.kind in {"packed", "zip", "workbook"}


def decompressor(compression: str) -> Any:
    """A fresh incremental decompressor with `.decompress(bytes)`, of one of `SPARK_READS`."""
    return zlib.decompressobj(wbits=31) if compression == "gzip" else bz2.BZ2Decompressor()


def compression_of(head: bytes) -> str:
    return next((name for magic, name in COMPRESSIONS if head.startswith(magic)), "")


def sniff(name: str, head: bytes, whole: bool) -> Layout:
    """Tells the layout of the object `name` from its first bytes; `whole`: these are all of its bytes."""
    if not head:
        return Layout("empty")
    compression = compression_of(head)
    if compression:
        return _compressed(name, head, whole, compression)
    kind = next((kind for magic, kind in MAGIC if head.startswith(magic)), None)
    if kind:
        return Layout(kind)
    encoding = encoding_of(head, whole)
    if encoding is None:
        return Layout("unknown", reason="a binary file of a format that is not supported")
    return _text(name, head, whole, encoding)


def _compressed(name: str, head: bytes, whole: bool, compression: str) -> Layout:
    if compression not in SPARK_READS:
        return Layout("packed", compression)
    try:
        head = decompressor(compression).decompress(head)[: 4 * HEAD]
    except (zlib.error, OSError, EOFError) as error:
        return Layout("unknown", reason=f"damaged {compression} file: {error}")
    inner = sniff(plain_name(name), head, whole and len(head) < 4 * HEAD)
    return replace(inner, compression=compression) if inner.kind in TEXTS else Layout("packed", compression)


def plain_name(name: str) -> str:
    """The name without the ending that says how the file is compressed."""
    return re.sub(r"\.(gz|gzip|bz2|xz|zst|zstd|lz4)$", "", name, flags=re.I)


def encoding_of(head: bytes, whole: bool) -> str | None:
    """Python's name of the text encoding, or None for binary. UTF-8 where it fits, else Windows-1252 or Latin-1."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    if b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        name = "utf-16-be" if even > odd else "utf-16-le"
        one_sided = max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2
        return name if one_sided and not _controls(head[:1024].replace(b"\0", b"")) else None
    if head.startswith(BINARY) or _controls(head[:1024]):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return single_byte_encoding(head)
    return "utf-8"


def _controls(data: bytes) -> bool:
    """Whether there are control characters that text does not have."""
    return any(byte < 32 and byte not in b"\t\n\v\f\r\x1a\x1b" for byte in data)


def single_byte_encoding(data: bytes) -> str:
    """Windows-1252, or Latin-1 where the bytes have no meaning in it."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _text(name: str, head: bytes, whole: bool, encoding: str) -> Layout:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head, final=whole).lstrip("\ufeff")
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    first = text.lstrip()[:1]
    if not first:
        return Layout("empty")
    if extension in OTHER_TEXTS or MARKUP.match(text):
        what = f".{extension}" if extension in OTHER_TEXTS else "XML or HTML"
        return Layout("unknown", reason=f"a {what} file, which is no table: convert it to CSV or JSON")
    looks_json = first in "{[" and not (extension in {"csv", "tsv"} and not _parses(text.strip().splitlines()[0]))
    if looks_json or extension in {"jsonl", "ndjson", "json", "geojson"}:
        return Layout("jsonl" if _is_lines(text, whole, extension) else "json", encoding=encoding)
    return _csv(text, whole, extension, encoding)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_lines(text: str, whole: bool, extension: str) -> bool:
    """True for JSON Lines; False for a document: an array, a pretty-printed object, objects without line ends."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if lines[0].lstrip()[0] == "[":
        return False
    if len(lines) == 1 and not whole:
        return False
    if _parses(lines[0]):
        return len(lines) > 1 or records_of(json.loads(lines[0])) is None
    if extension in {"jsonl", "ndjson"} and lines[0].strip() != "{" and not _concatenated(lines[0]):
        return True
    if lines[0].strip() == "{":
        return False
    objects = sum(line.lstrip()[0] == "{" and _parses(line) for line in lines[1:])
    return objects > 0 and objects >= len(lines) // 2


def _concatenated(line: str) -> bool:
    """Several objects one after the other without line ends, as Firehose delivers them."""
    try:
        _, end = json.JSONDecoder().raw_decode(line.lstrip())
    except ValueError:
        return False
    return line.lstrip()[end:].lstrip().startswith("{")


def records_of(document: Any) -> str | None:
    """The member of an envelope that holds the records, or None for a document that is a record itself.

    GeoJSON's FeatureCollection is the list of its features (RFC 7946, 3.3); an object whose only list of objects is
    its only member, or is called as in `ENVELOPES`, is that list.
    """
    if not isinstance(document, dict):
        return None
    if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        return "features"
    lists = [
        name
        for name, value in document.items()
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
    ]
    if len(lists) == 1 and (len(document) == 1 or lists[0].lower() in ENVELOPES):
        return str(lists[0])
    return None


def _rows(text: str, separator: str, whole: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if row:
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                return rows[:-1]
    except csv.Error:
        return rows
    return rows if whole or len(rows) < 2 else rows[:-1]


def _csv(text: str, whole: bool, extension: str, encoding: str) -> Layout:
    best: tuple[float, int, str, list[list[str]]] = (0.0, 1, ",", _rows(text, ",", whole))
    for separator in SEPARATORS:
        rows = _rows(text, separator, whole)
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        if width < 2:
            continue
        share = count / len(rows) + (0.2 if separator == "\t" and extension in {"tsv", "tab"} else 0.0)
        if (share, width) > best[:2]:
            best = (share, width, separator, rows)
    _, width, separator, rows = best
    full = [row for row in rows if len(row) == width]
    header = tuple(cell.strip() for cell in full[0]) if full and has_header(full) else None
    broken = any("\n" in cell for row in rows for cell in row)
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    ends.decode(text, final=whole)
    return Layout("csv", "", encoding, separator, header, width, broken, mixed_ends=isinstance(ends.newlines, tuple))


def _class(cell: str) -> str:
    text = cell.strip()
    if not text or text in MISSING:
        return "empty"
    if re.fullmatch(r"[+-]?(\d+([.,]\d*)*|\.\d+)([eE][+-]?\d+)?%?", text):
        return "number"
    if re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?", text):
        return "date"
    return "text"


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns.

    It does unless it looks like data: some column holds numbers or dates in the first row as in all others, or a name
    comes twice, and no column is text only in the first row. Years as headings (`country,1990,1991`) are headings.
    """
    first, rest = rows[0], rows[1:]
    names = [cell.strip() for cell in first if cell.strip()]
    if not rest:
        return any(_class(cell) == "text" for cell in first)
    like_data = len(set(names)) < len(names)
    for position, cell in enumerate(first):
        below = {_class(row[position]) for row in rest} - {"empty"}
        if _class(cell) == "text" and below and "text" not in below:
            return True
        if _class(cell) in {"number", "date"} and below == {_class(cell)}:
            like_data = True
    years = [cell for cell in names if re.fullmatch(r"(19|20)\d\d", cell)]
    numbers = [cell for cell in names if _class(cell) == "number"]
    return not like_data or (len(years) > 1 and years == numbers and years == sorted(years))
