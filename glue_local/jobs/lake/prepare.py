"""Brings each raw object into a form that Spark reads exactly: JSON Lines, CSV and Parquet, text in UTF-8.

Most objects already are; the others are rewritten once, to `manifests/_staging/`, in constant memory except for JSON
documents, which are held as text. What cannot be read is named with its reason, for the quarantine.
"""

import codecs
import io
import json
import logging
import lzma
import re
import tempfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lake import sniff
from lake.sniff import Layout
from lake.storage import Bucket, RangedFile, S3Object

LOG = logging.getLogger(__name__)
STAGING = "manifests/_staging/"
PACKED = 20
"""Bytes of text in a byte of a compressed or columnar file, at the usual most."""
SPARK_EXTENSIONS = {"gzip": ".gz", "bzip2": ".bz2"}


@dataclass(frozen=True)
class Source:
    """A raw object and what Spark is to read for it: `key` is the object itself or its staged copy."""

    item: S3Object
    key: str
    layout: Layout

    @property
    def staged(self) -> bool:
        return self.key != self.item.key

    @property
    def plain_size(self) -> int:
        """About how many bytes of plain text this is."""
        packed = self.layout.compression or self.layout.kind in {"parquet", "orc", "avro"} or self.staged
        return self.item.size * (PACKED if packed else 1)


def prepare(bucket: Bucket, item: S3Object, batch: str) -> Source:
    """Sniffs one object and stages a readable copy where that is needed."""
    if item.size == 0:
        return Source(item, item.key, Layout("empty"))
    head = bucket.head(item.key, sniff.HEAD)
    layout = sniff.sniff(item.key, head, whole=len(head) >= item.size)
    if layout.kind in {"unknown", "empty"}:
        return Source(item, item.key, layout)
    staged = f"{STAGING}{batch}/{item.key}"
    try:
        return _readable(bucket, item, layout, staged)
    except (ValueError, EOFError, OSError, NotImplementedError, zlib.error, lzma.LZMAError) as error:
        # Damaged or exotic data of a known kind; Arrow's errors are ValueError, OSError or NotImplementedError too.
        LOG.warning("%s cannot be read: %s", item.key, error)
        return Source(item, item.key, Layout("unknown", reason=f"unreadable {layout.kind} file: {error}"[:500]))


def _readable(bucket: Bucket, item: S3Object, layout: Layout, staged: str) -> Source:
    if layout.kind in {"parquet", "arrow"} and not layout.compression:
        schema, plain = _schema(bucket, item, layout.kind)
        layout = replace(layout, schema=schema)
        if plain and layout.kind == "parquet":
            return Source(item, item.key, layout)
        _to_parquet(bucket, item, layout.kind, f"{staged}.parquet")
        return Source(item, f"{staged}.parquet", replace(layout, kind="parquet"))
    if layout.kind in {"orc", "avro"} and not layout.compression:
        return Source(item, item.key, layout)
    if layout.kind not in {"json", "jsonl", "csv"}:
        reason = f"a {layout.kind} file inside {layout.compression}: upload it without the outer compression"
        return Source(item, item.key, Layout("unknown", reason=reason))
    return _readable_text(bucket, item, layout, staged)


def _readable_text(bucket: Bucket, item: S3Object, layout: Layout, staged: str) -> Source:
    if layout.encoding == "utf-8" and (layout.compression or item.size > sniff.HEAD):
        layout = replace(layout, encoding=_checked_encoding(bucket, item, layout))
    if layout.kind == "json":
        _stage_text(bucket, f"{staged}.jsonl", json_lines("".join(text_of(bucket, item, layout))))
        return Source(item, f"{staged}.jsonl", replace(layout, kind="jsonl", compression="", encoding="utf-8"))
    extension = SPARK_EXTENSIONS.get(layout.compression, "")
    same_name = (
        item.key.endswith(extension) if extension else not re.search(r"\.(gz|bz2|xz|zst|deflate|lz4|snappy)$", item.key)
    )
    if layout.encoding in {"utf-8", "utf-8-sig"} and layout.compression != "xz" and same_name:
        return Source(item, item.key, layout)
    suffix = "jsonl" if layout.kind == "jsonl" else "csv"
    _stage_text(bucket, f"{staged}.{suffix}", text_of(bucket, item, layout))
    return Source(item, f"{staged}.{suffix}", replace(layout, compression="", encoding="utf-8"))


def plain_chunks(bucket: Bucket, item: S3Object, compression: str) -> Iterator[bytes]:
    """The object's bytes, decompressed; gzip files of several members included.

    Raises:
        EOFError: the compressed data ends early.
    """
    if not compression:
        yield from bucket.stream(item.key)
        return
    machine = sniff.decompressor(compression)
    for chunk in bucket.stream(item.key):
        data = chunk
        while data:
            if machine.eof:
                machine = sniff.decompressor(compression)
            yield machine.decompress(data)
            data = machine.unused_data if machine.eof else b""
    if not machine.eof:
        raise EOFError(f"the {compression} data ends early")


def _checked_encoding(bucket: Bucket, item: S3Object, layout: Layout) -> str:
    """UTF-8 where all of the file is; else the single-byte encoding that its first odd piece fits."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in plain_chunks(bucket, item, layout.compression):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return sniff.single_byte_encoding(chunk)
    return "utf-8"


def text_of(bucket: Bucket, item: S3Object, layout: Layout) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(layout.encoding)(errors="replace")
    for chunk in plain_chunks(bucket, item, layout.compression):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _stage_text(bucket: Bucket, key: str, pieces: Iterator[str]) -> None:
    with tempfile.TemporaryFile() as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", errors="replace"))
        file.seek(0)
        bucket.client.upload_fileobj(file, bucket.name, key)


def json_lines(text: str) -> Iterator[str]:
    """The records of JSON documents as JSON Lines, with their own spelling of numbers.

    Takes an array, several documents one after the other, and envelopes (see `sniff.records_of`). Where a document
    breaks off, everything from there on is one last line, which the job then finds malformed.
    """
    text = text.lstrip("\ufeff")
    decoder = json.JSONDecoder()
    at, end = _skip(text, 0), len(text)
    while at < end:
        if text[at] == "[":
            at = yield from _elements(text, at, decoder)
            continue
        try:
            document, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield _line(text[at:])
            return
        member = sniff.records_of(document)
        if member is None:
            yield _line(text[at:stop])
        else:
            for record in document[member]:
                yield _line(json.dumps(record, ensure_ascii=False))
        at = _skip(text, stop)
        at = _skip(text, at + 1) if at < end and text[at] == "," else at


def _elements(text: str, at: int, decoder: json.JSONDecoder) -> Generator[str, None, int]:
    """Yields the elements of the array that starts at `at`; returns where the text goes on after it."""
    at = _skip(text, at + 1)
    while at < len(text) and text[at] != "]":
        try:
            _, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield _line(text[at:])
            return len(text)
        yield _line(text[at:stop])
        at = _skip(text, stop)
        if at < len(text) and text[at] == ",":
            at = _skip(text, at + 1)
        elif at < len(text) and text[at] != "]":
            yield _line(text[at:])
            return len(text)
    if at >= len(text):
        yield _line("] missing: the array does not end")
    return _skip(text, at + 1)


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _line(record: str) -> str:
    """One record on one line: line ends in JSON only stand between tokens."""
    flat = record.replace("\r", " ").replace("\n", " ")
    return flat + "\n"


def _schema(bucket: Bucket, item: S3Object, kind: str) -> tuple[str, bool]:
    """A Parquet or Arrow file's schema as text, and whether Spark reads all of its types as they are."""
    import pyarrow.parquet as pq

    file = io.BufferedReader(RangedFile(bucket, item), 1 << 16)
    schema = pq.read_schema(file) if kind == "parquet" else _arrow_batches(file)[0]
    return schema.to_string(show_schema_metadata=False), all(_simpler(each.type) == each.type for each in schema)


def _simpler(kind: Any) -> Any:  # noqa: PLR0911 - one line per type
    """The nearest Arrow type that Spark 3.5 reads from Parquet; the same type where it already does."""
    import pyarrow as pa

    types = pa.types
    if types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if types.is_time(kind) or types.is_null(kind) or types.is_decimal256(kind):
        return pa.string()
    if types.is_duration(kind):
        return pa.int64()
    if types.is_float16(kind):
        return pa.float32()
    if types.is_uint64(kind):
        return pa.decimal128(20, 0)
    if types.is_dictionary(kind):
        return _simpler(kind.value_type)
    if types.is_struct(kind):
        fields = [pa.field(each.name, _simpler(each.type), each.nullable) for each in kind]
        return kind if all(new.type == old.type for new, old in zip(fields, kind, strict=True)) else pa.struct(fields)
    if types.is_map(kind):
        return kind
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = _simpler(kind.value_type)
        return kind if inner == kind.value_type and types.is_list(kind) else pa.list_(inner)
    return kind


def _to_parquet(bucket: Bucket, item: S3Object, kind: str, key: str) -> None:
    """Rewrites a Parquet or Arrow file with types that Spark reads, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BufferedReader(RangedFile(bucket, item), 1 << 20)
    if kind == "parquet":
        source = pq.ParquetFile(file, pre_buffer=True)
        schema, batches = source.schema_arrow, source.iter_batches(batch_size=65536)
    else:
        schema, batches = _arrow_batches(file)
    target = pa.schema([pa.field(each.name, _simpler(each.type)) for each in schema])
    with tempfile.TemporaryFile() as out:
        with pq.ParquetWriter(out, target, compression="zstd") as writer:
            for batch in batches:
                columns = [column.cast(to.type, safe=False) for column, to in zip(batch.columns, target, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=target))
        out.seek(0)
        bucket.client.upload_fileobj(out, bucket.name, key)


def _arrow_batches(file: Any) -> tuple[Any, Iterator[Any]]:
    import pyarrow as pa

    if file.peek(6)[:6] == b"ARROW1":
        reader = pa.ipc.open_file(file)
        return reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
    stream = pa.ipc.open_stream(file)
    return stream.schema, iter(stream)
