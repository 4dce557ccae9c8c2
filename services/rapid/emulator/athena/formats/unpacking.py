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
from rapid.emulator.athena.links import linked
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.unpacking import hadoop_blocks, snappy

_LZ4_FRAME = b"\x04\x22\x4d\x18"


def plain(reading: Reading, files: list[DataFile]) -> list[DataFile]:
    """The files, those that DuckDB cannot unpack replaced by unpacked ones.

    Raises:
        SqlError: HIVE_CANNOT_OPEN_SPLIT if one is broken; NOT_SUPPORTED for LZO and ZIP.
    """
    return [_plain(reading, f) for f in files]


def _plain(reading: Reading, file: DataFile) -> DataFile:
    path = Path(file.path)
    suffix = path.suffix.lower()
    if suffix in (".lzo", ".zip", ".lz"):
        raise SqlError("NOT_SUPPORTED", f"Text compressed as {suffix} is not supported: {file.uri}")
    unpack = _UNPACK.get(suffix)
    if unpack is None:
        return file
    digest = hashlib.sha256(file.path.encode()).hexdigest()
    target = reading.folder / "unpacked" / digest[:2] / f"{digest[2:40]}.txt"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{uuid.uuid4().hex}.part")
        try:
            partial.write_bytes(unpack(path.read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            message = f"Error opening Hive split {file.uri}: not {suffix[1:]}: {error}"
            raise SqlError("HIVE_CANNOT_OPEN_SPLIT", message) from error
        partial.rename(target)
    unpacked = file._replace(path=str(target), size=target.stat().st_size)
    return linked(reading.folder, [unpacked], reading.keys)[0] if file.link else unpacked


def _lz4(body: bytes) -> bytes:
    import pyarrow as pa

    if body.startswith(_LZ4_FRAME):
        return bytes(pa.CompressedInputStream(pa.BufferReader(body), "lz4").read())
    return hadoop_blocks(body, lambda chunk, size: bytes(pa.Codec("lz4_raw").decompress(chunk, size, asbytes=True)))


_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    ".bz2": bz2.decompress,
    ".snappy": snappy,
    ".sz": snappy,
    ".lz4": _lz4,
    ".deflate": zlib.decompress,
}
