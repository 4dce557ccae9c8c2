"""Brings each raw object into a form that Spark reads exactly: JSON Lines, CSV and Parquet, text in UTF-8.

Most objects already are; the others are rewritten once, to `manifests/_staging/`, in constant memory except for JSON
documents, which are held as text. What cannot be read is named with its reason, for the quarantine.
"""

import codecs
import hashlib
import io
import json
import logging
import lzma
import re
import tempfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from lake import sniff, unpack
from lake.sniff import Layout
from lake.storage import Bucket, RangedFile, S3Object

LOG = logging.getLogger(__name__)
UTF8 = ("utf-8", "utf-8-sig")
STAGING = "manifests/_staging/"
PACKED = 20
"""Bytes of text in a byte of a compressed or columnar file, at the usual most."""
LARGE = 256 << 20
"""A CSV above this is split among tasks by lines, unless its head has line ends inside quotes."""
DEEPEST = 3
"""Archives in archives are taken apart down to this level."""
DAMAGED = (ValueError, EOFError, OSError, NotImplementedError, zlib.error, lzma.LZMAError)
"""What readers raise for damaged or exotic data of a known kind; Arrow's errors are some of these too."""


@dataclass(frozen=True)
class Source:
    """A raw object, or a part of one, and what Spark is to read for it: `key` is the object or a staged copy.

    `size` is that of `key`, in bytes.
    """

    item: S3Object
    key: str
    size: int
    layout: Layout

    @property
    def staged(self) -> bool:
        return self.key != self.item.key

    @property
    def plain_size(self) -> int:
        """About how many bytes of plain text this is."""
        packed = self.layout.compression or self.layout.kind in {"parquet", "orc", "avro"}
        return self.size * (PACKED if packed else 1)

    @property
    def multiline(self) -> bool:
        """Whether a CSV is read as one stream, in which a row may have several lines."""
        return self.layout.quoted_newlines or bool(self.layout.compression) or self.size <= LARGE


def prepare(bucket: Bucket, item: S3Object, batch: str) -> list[Source]:
    """Sniffs one object and stages a readable copy where that is needed, or one of each file that is in it."""
    digest = hashlib.sha256(item.identity.encode()).hexdigest()[:24]
    return list(_Preparation(bucket, item, f"{STAGING}{batch}/{digest}").sources(item, item.key))


@dataclass
class _Preparation:
    """The work on one raw object. Staged copies are called `<prefix>-<number><extension>`."""

    bucket: Bucket
    item: S3Object
    prefix: str
    number: int = 0

    def sources(self, file: S3Object, name: str, depth: int = 0) -> Iterator[Source]:
        """The sources that `file` gives: the raw object itself, or what was unpacked of it, there called `name`."""
        if file.size == 0:
            yield self._unread(Layout("empty"))
            return
        head = self.bucket.head(file.key, sniff.HEAD)
        layout = sniff.sniff(name, head, whole=len(head) >= file.size)
        try:
            if layout.kind in {"unknown", "empty"}:
                yield self._unread(layout)
            elif layout.holds_files:
                yield from self._unpacked(file, name, layout, depth)
            else:
                yield self._readable(file, layout)
        except DAMAGED as error:
            LOG.warning("%s of %s cannot be read: %s", name, self.item.key, error)
            known = isinstance(error, unpack.UnpackError)
            reason = str(error) if known else f"unreadable {layout.compression or layout.kind} file: {error}"
            yield self._unread(Layout("unknown", reason=reason[:500]))

    def _unread(self, layout: Layout) -> Source:
        return Source(self.item, self.item.key, self.item.size, layout)

    def _unpacked(self, file: S3Object, name: str, layout: Layout, depth: int) -> Iterator[Source]:
        if depth == DEEPEST:
            raise unpack.UnpackError(f"archives in archives, more than {DEEPEST} deep: unpack it first")
        with io.BufferedReader(RangedFile(self.bucket, file), 1 << 20) as opened:
            for member in unpack.members(layout, name, opened):
                yield from self._member(member, depth)

    def _member(self, member: unpack.Member, depth: int) -> Iterator[Source]:
        with tempfile.TemporaryFile() as out:
            try:
                member.write(out)
            except DAMAGED as error:
                LOG.warning("%s of %s cannot be unpacked: %s", member.name, self.item.key, error)
                known = isinstance(error, unpack.UnpackError)
                yield self._unread(Layout("unknown", reason=str(error) if known else f"{member.name}: {error}"[:500]))
                return
            staged = self._stage(out, ".part")
        yield from self.sources(staged, member.name, depth + 1)

    def _stage(self, file: IO[bytes], extension: str) -> S3Object:
        """Uploads a file from its beginning under a new name."""
        self.number += 1
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        key = f"{self.prefix}-{self.number}{extension}"
        if size:
            self.bucket.client.upload_fileobj(file, self.bucket.name, key)
        return S3Object(key, "", size)

    def _source(self, file: S3Object, layout: Layout) -> Source:
        return Source(self.item, file.key, file.size, layout)

    def _readable(self, file: S3Object, layout: Layout) -> Source:
        if layout.kind in {"parquet", "arrow", "orc"}:
            schema, plain = _schema(self.bucket, file, layout.kind)
            layout = replace(layout, schema=schema)
            if not plain or layout.kind != "parquet":
                with tempfile.TemporaryFile() as out:
                    _write_parquet(self.bucket, file, layout.kind, out)
                    file, layout = self._stage(out, ".parquet"), replace(layout, kind="parquet")
        elif layout.kind in sniff.TEXTS:
            return self._readable_text(file, layout)
        return self._source(file, layout)

    def _readable_text(self, file: S3Object, layout: Layout) -> Source:
        if layout.encoding in UTF8 and (layout.compression or file.size > sniff.HEAD):
            layout = _checked(self.bucket, file, layout)
        text = text_of(self.bucket, file, layout)
        as_it_is = self._source(file, layout)
        if layout.kind == "json":
            text, layout = json_lines("".join(text)), replace(layout, kind="jsonl")
        elif (
            layout.encoding in UTF8
            and _named_as_spark_expects(file.key, layout.compression)
            and not (layout.mixed_ends and as_it_is.multiline)
        ):
            return as_it_is
        elif layout.kind == "csv":
            text = one_line_end(text)
        with tempfile.TemporaryFile() as out:
            for piece in text:
                out.write(piece.encode("utf-8", errors="replace"))
            staged = self._stage(out, f".{layout.kind}")
        return self._source(staged, replace(layout, compression="", encoding="utf-8"))


def _named_as_spark_expects(key: str, compression: str) -> bool:
    """Spark goes by the name's ending to tell whether a file is compressed, and how."""
    if compression:
        return key.endswith(sniff.SPARK_READS[compression])
    return not re.search(r"\.(gz|bz2|xz|zst|deflate|lz4|snappy)$", key)


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


def _checked(bucket: Bucket, item: S3Object, layout: Layout) -> Layout:
    """What all of a text shows: whether its lines end alike, and its encoding, UTF-8 where all of it is.

    Else the encoding is the single-byte one that its first odd piece fits.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), translate=True)
    for chunk in plain_chunks(bucket, item, layout.compression):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return replace(layout, encoding=sniff.single_byte_encoding(chunk))
    return replace(layout, mixed_ends=isinstance(decoder.newlines, tuple))


def one_line_end(text: Iterable[str]) -> Iterator[str]:
    """The text with LF for every line end, in quotes too.

    Spark takes the first line end that it meets for that of all rows; the others would become part of values.
    """
    decoder = io.IncrementalNewlineDecoder(None, translate=True)
    for piece in text:
        yield decoder.decode(piece)
    yield decoder.decode("", final=True)


def text_of(bucket: Bucket, item: S3Object, layout: Layout) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(layout.encoding)(errors="replace")
    for chunk in plain_chunks(bucket, item, layout.compression):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


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
    """Yields the elements of the array that starts at `at`; returns where the text goes on after it.

    Rows below a row of names, as services answer with to save space, get these names.
    """
    at = _skip(text, at + 1)
    names: list[str] = []
    while at < len(text) and text[at] != "]":
        try:
            element, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield _line(text[at:])
            return len(text)
        if names and isinstance(element, list) and len(element) == len(names):
            yield _line(json.dumps(dict(zip(names, element, strict=True)), ensure_ascii=False))
        elif not names and _are_names(element):
            names = element
        else:
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


def _are_names(element: Any) -> bool:
    return (
        isinstance(element, list)
        and all(isinstance(each, str) for each in element)
        and len(set(element)) > 1
        and len(set(element)) == len(element)
    )


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _line(record: str) -> str:
    """One record on one line: line ends in JSON only stand between tokens."""
    flat = record.replace("\r", " ").replace("\n", " ")
    return flat + "\n"


def _schema(bucket: Bucket, item: S3Object, kind: str) -> tuple[str, bool]:
    """A typed file's schema as text, and whether Spark reads all of its types from Parquet as they are."""
    schema, _ = _typed(io.BufferedReader(RangedFile(bucket, item), 1 << 16), kind)
    return schema.to_string(show_schema_metadata=False), all(_simpler(each.type) == each.type for each in schema)


def _typed(file: Any, kind: str) -> tuple[Any, Iterator[Any]]:
    """A Parquet, ORC or Arrow file's schema, and its batches as they are read."""
    import pyarrow as pa
    from pyarrow import orc
    from pyarrow import parquet as pq

    if kind == "parquet":
        source = pq.ParquetFile(file, pre_buffer=True)
        return source.schema_arrow, source.iter_batches(batch_size=65536)
    if kind == "orc":
        stripes = orc.ORCFile(file)
        return stripes.schema, (stripes.read_stripe(i) for i in range(stripes.nstripes))
    if file.peek(6)[:6] == b"ARROW1":
        reader = pa.ipc.open_file(file)
        return reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
    stream = pa.ipc.open_stream(file)
    return stream.schema, iter(stream)


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


def _write_parquet(bucket: Bucket, item: S3Object, kind: str, out: IO[bytes]) -> None:
    """Rewrites a typed file as Parquet with types that Spark reads, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, batches = _typed(io.BufferedReader(RangedFile(bucket, item), 1 << 20), kind)
    target = pa.schema([pa.field(each.name, _simpler(each.type)) for each in schema])
    with pq.ParquetWriter(out, target, compression="zstd") as writer:
        for batch in batches:
            columns = [column.cast(to.type, safe=False) for column, to in zip(batch.columns, target, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=target))
