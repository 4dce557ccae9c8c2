"""Brings each raw object into a form that Spark reads exactly: JSON Lines, CSV and Parquet, text in UTF-8.

Most objects already are; the others are rewritten once, to `manifests/_staging/`, in constant memory except for JSON
documents, which are held as text. What cannot be read is named with its reason, for the quarantine.
"""

import codecs
import hashlib
import io
import logging
import lzma
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO

from lake import columnar, documents, sniff, unpack
from lake.sniff import Layout
from lake.storage import Bucket, RangedFile, S3Object

LOG = logging.getLogger(__name__)
UTF8 = ("utf-8", "utf-8-sig")
STAGING = "manifests/_staging/"
PACKED = 20
"""Bytes of text in a byte of a compressed or columnar file, at the usual most."""
SPLIT = 8 << 20
"""Bytes of a CSV from which tasks share it by lines, unless it has line ends inside quotes."""
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
        return self.layout.quoted_newlines or bool(self.layout.compression) or self.size <= SPLIT


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
            schema, plain = columnar.schema_of(self.bucket, file, layout.kind)
            layout = replace(layout, schema=schema)
            if not plain or layout.kind != "parquet":
                with tempfile.TemporaryFile() as out:
                    columnar.write_parquet(self.bucket, file, layout.kind, out)
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
            text, layout = documents.json_lines("".join(text)), replace(layout, kind="jsonl")
        elif (
            layout.encoding in UTF8
            and _named_as_spark_expects(file.key, layout.compression)
            and not (layout.mixed_ends and as_it_is.multiline)
        ):
            return as_it_is
        elif layout.kind == "csv":
            text = one_line_end(text)
        quotes = Quotes()
        with tempfile.TemporaryFile() as out:
            for piece in text:
                quotes.read(piece)
                out.write(piece.encode("utf-8", errors="replace"))
            staged = self._stage(out, f".{layout.kind}")
        holding = quotes.hold_line_ends
        return self._source(staged, replace(layout, compression="", encoding="utf-8", quoted_newlines=holding))


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
    """What all of a text shows: whether its lines end alike, and inside quotes, too; and its encoding.

    That is UTF-8 where all of it is; else the single-byte one that its first odd piece fits.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), translate=True)
    quotes = Quotes()
    for chunk in plain_chunks(bucket, item, layout.compression):
        try:
            quotes.read(decoder.decode(chunk))
        except UnicodeDecodeError:
            return replace(layout, encoding=sniff.single_byte_encoding(chunk))
    return replace(layout, mixed_ends=isinstance(decoder.newlines, tuple), quoted_newlines=quotes.hold_line_ends)


class Quotes:
    """Whether line ends stand inside a text's quotes, as far as can be told without its separator.

    Where every line has an even number of quotes, none does.
    """

    def __init__(self) -> None:
        self.hold_line_ends = False
        self._open = 0

    def read(self, piece: str) -> None:
        """Takes the next piece of the text, whose lines end with LF."""
        if '"' not in piece and not self._open:
            return
        first, *lines = piece.split("\n")
        self._open ^= first.count('"') & 1
        if lines:
            *whole, last = lines
            self.hold_line_ends |= bool(self._open) or any(line.count('"') & 1 for line in whole)
            self._open = last.count('"') & 1


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
