"""Forms of compression that no library reads whole: Snappy's frames, and the blocks that Hadoop writes.

https://github.com/google/snappy/blob/main/framing_format.txt
"""

from collections.abc import Callable

_FRAMES = b"\xff\x06\x00\x00sNaPpY"


def snappy(body: bytes) -> bytes:
    """Hadoop's blocks, or the framing format."""
    return _frames(body) if body.startswith(_FRAMES) else hadoop_blocks(body, _block)


def _frames(body: bytes) -> bytes:
    parts, at = [], 0
    while at < len(body):
        kind, size = body[at], int.from_bytes(body[at + 1 : at + 4], "little")
        chunk = body[at + 8 : at + 4 + size]  # after the checksum
        if kind == 0:
            parts.append(_block(chunk, 0))
        elif kind == 1:
            parts.append(chunk)
        at += 4 + size
    return b"".join(parts)


def _block(chunk: bytes, _size: int) -> bytes:
    from pyarrow import Codec

    size, shift = 0, 0
    for byte in chunk[:5]:  # the length stands first, seven bits a byte
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return bytes(Codec("snappy").decompress(chunk, size, asbytes=True))


def hadoop_blocks(body: bytes, unpack: Callable[[bytes, int], bytes]) -> bytes:
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
