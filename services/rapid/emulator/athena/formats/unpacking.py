"""Text that DuckDB does not unpack by itself: bzip2, snappy, LZ4 and deflate, by the ending of the key as in Hive.

https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html (read 2026-11).
"""

import bz2
import hashlib
import uuid
import zlib
from collections.abc import Callable
from pathlib import Path

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.sql.errors import SqlError

_LZ4_FRAME = b"\x04\x22\x4d\x18"
_SNAPPY_FRAME = b"\xff\x06\x00\x00sNaPpY"


def plain(reading: Reading, files: list[DataFile]) -> list[DataFile]:
    """The files, those that DuckDB cannot unpack replaced by unpacked ones.

    Raises:
        SqlError: HIVE_CANNOT_OPEN_SPLIT if one is broken; NOT_SUPPORTED for LZO and ZIP.
    """
    return [_plain(reading.folder, f) for f in files]


def _plain(folder: Path, file: DataFile) -> DataFile:
    path = Path(file.path)
    suffix = path.suffix.lower()
    if suffix in (".lzo", ".zip", ".lz"):
        raise SqlError("NOT_SUPPORTED", f"Text compressed as {suffix} is not supported: {file.uri}")
    unpack = _UNPACK.get(suffix)
    if unpack is None:
        return file
    digest = hashlib.sha256(file.path.encode()).hexdigest()
    target = folder / "unpacked" / digest[:2] / f"{digest[2:40]}.txt"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{uuid.uuid4().hex}.part")
        try:
            partial.write_bytes(unpack(path.read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            message = f"Error opening Hive split {file.uri}: not {suffix[1:]}: {error}"
            raise SqlError("HIVE_CANNOT_OPEN_SPLIT", message) from error
        partial.rename(target)
    return file._replace(path=str(target), size=target.stat().st_size)


def _snappy(body: bytes) -> bytes:
    """Hadoop's blocks, or the framing format."""
    return _snappy_frames(body) if body.startswith(_SNAPPY_FRAME) else _blocks(body, _raw_snappy)


def _snappy_frames(body: bytes) -> bytes:
    parts, at = [], 0
    while at < len(body):
        kind, size = body[at], int.from_bytes(body[at + 1 : at + 4], "little")
        chunk = body[at + 8 : at + 4 + size]  # after the checksum
        if kind == 0:
            parts.append(_raw_snappy(chunk, 0))
        elif kind == 1:
            parts.append(chunk)
        at += 4 + size
    return b"".join(parts)


def _raw_snappy(chunk: bytes, _size: int) -> bytes:
    from pyarrow import Codec

    size, shift = 0, 0
    for byte in chunk[:5]:  # the length stands first, seven bits a byte
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return bytes(Codec("snappy").decompress(chunk, size, asbytes=True))


def _lz4(body: bytes) -> bytes:
    import pyarrow as pa

    if body.startswith(_LZ4_FRAME):
        return bytes(pa.CompressedInputStream(pa.BufferReader(body), "lz4").read())
    return _blocks(body, lambda chunk, size: bytes(pa.Codec("lz4_raw").decompress(chunk, size, asbytes=True)))


def _blocks(body: bytes, unpack: Callable[[bytes, int], bytes]) -> bytes:
    """Hadoop's block format: the length of a block, then its chunks, each with its own packed length."""
    parts, at = [], 0
    while at < len(body):
        size, at = int.from_bytes(body[at : at + 4], "big"), at + 4
        while size > 0:
            packed, at = int.from_bytes(body[at : at + 4], "big"), at + 4
            chunk = unpack(body[at : at + packed], size)
            parts.append(chunk)
            at, size = at + packed, size - len(chunk)
            if not packed:
                raise ValueError("a block ends early")
    return b"".join(parts)


_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".bz2": bz2.decompress,
    ".snappy": _snappy,
    ".sz": _snappy,
    ".lz4": _lz4,
    ".deflate": zlib.decompress,
}
