"""Binary functions and hashes: https://trino.io/docs/current/functions/binary.html (read 2026-11)."""

import base64
import hashlib
import hmac
import struct
import zlib

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse

_MASK = 2**64 - 1


@computed("crc32(varbinary) -> bigint")
def crc32(data: bytes) -> int:
    return zlib.crc32(data)


@computed("sha512(varbinary) -> varbinary")
def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


@computed("hmac_md5(varbinary, varbinary) -> varbinary")
def hmac_md5(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "md5")


@computed("hmac_sha1(varbinary, varbinary) -> varbinary")
def hmac_sha1(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha1")


@computed("hmac_sha256(varbinary, varbinary) -> varbinary")
def hmac_sha256(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


@computed("hmac_sha512(varbinary, varbinary) -> varbinary")
def hmac_sha512(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha512")


_P1, _P2, _P3, _P4, _P5 = (
    11400714785074694791,
    14029467366897019727,
    1609587929392839161,
    9650029242287828579,
    2870177450012600261,
)


def _rotl(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _MASK


def _round(state: int, lane: int) -> int:
    return _rotl((state + lane * _P2) & _MASK, 31) * _P1 & _MASK


@computed("xxhash64(varbinary) -> varbinary")
def xxhash64(data: bytes) -> bytes:
    """https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, seed 0."""
    at, size = 0, len(data)
    if size >= 32:
        lanes = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
        while at + 32 <= size:
            lanes = [_round(s, w) for s, w in zip(lanes, struct.unpack_from("<4Q", data, at), strict=True)]
            at += 32
        total = sum(_rotl(s, r) for s, r in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            total = ((total ^ _round(0, lane)) * _P1 + _P4) & _MASK
    else:
        total = _P5
    total = (total + size) & _MASK
    while at + 8 <= size:
        total = (_rotl(total ^ _round(0, struct.unpack_from("<Q", data, at)[0]), 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= size:
        total = (_rotl(total ^ struct.unpack_from("<I", data, at)[0] * _P1 & _MASK, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        total = _rotl(total ^ byte * _P5 & _MASK, 11) * _P1 & _MASK
    total = (total ^ total >> 33) * _P2 & _MASK
    total = (total ^ total >> 29) * _P3 & _MASK
    return struct.pack(">Q", total ^ total >> 32)


_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def _finish(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33


@computed("murmur3(varbinary) -> varbinary")
def murmur3(data: bytes) -> bytes:
    """MurmurHash3_x64_128 with seed 0, its two halves little-endian."""
    one = two = 0
    whole = len(data) // 16 * 16
    for low, high in struct.iter_unpack("<2Q", data[:whole]):
        one ^= _rotl(low * _C1 & _MASK, 31) * _C2 & _MASK
        one = ((_rotl(one, 27) + two) * 5 + 0x52DCE729) & _MASK
        two ^= _rotl(high * _C2 & _MASK, 33) * _C1 & _MASK
        two = ((_rotl(two, 31) + one) * 5 + 0x38495AB5) & _MASK
    tail = data[whole:]
    if len(tail) > 8:
        two ^= _rotl(int.from_bytes(tail[8:], "little") * _C2 & _MASK, 33) * _C1 & _MASK
    if tail:
        one ^= _rotl(int.from_bytes(tail[:8], "little") * _C1 & _MASK, 31) * _C2 & _MASK
    one, two = one ^ len(data), two ^ len(data)
    one = (one + two) & _MASK
    two = (two + one) & _MASK
    one, two = _finish(one), _finish(two)
    one = (one + two) & _MASK
    return struct.pack("<2Q", one, (two + one) & _MASK)


@computed("to_base32(varbinary) -> varchar")
def to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode()


@computed("from_base32(varchar) -> varbinary")
def from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise refuse(str(error)) from error


@computed("from_hex(varchar) -> varbinary")
def from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        if len(text) % 2:
            raise refuse(f"invalid input length {len(text)}") from error
        other = next(c for c in text if c not in "0123456789abcdefABCDEF")
        raise refuse(f'not a hexadecimal digit: "{other}" = {ord(other)}') from error


def _packed(data: bytes, form: str, size: int) -> int | float:
    if len(data) != size:
        more = ("", "") if form in ">q>i" else (" for floating-point value", " bytes")
        raise refuse(f"expected {size}-byte input{more[0]}, but got instead: {len(data)}{more[1]}")
    return struct.unpack(form, data)[0]  # type: ignore[no-any-return]


@computed("to_big_endian_64(bigint) -> varbinary")
def to_big_endian_64(value: int) -> bytes:
    return struct.pack(">q", value)


@computed("from_big_endian_64(varbinary) -> bigint")
def from_big_endian_64(data: bytes) -> int:
    return int(_packed(data, ">q", 8))


@computed("to_big_endian_32(integer) -> varbinary")
def to_big_endian_32(value: int) -> bytes:
    return struct.pack(">i", value)


@computed("from_big_endian_32(varbinary) -> integer")
def from_big_endian_32(data: bytes) -> int:
    return int(_packed(data, ">i", 4))


@computed("to_ieee754_32(real) -> varbinary")
def to_ieee754_32(value: float) -> bytes:
    return struct.pack(">f", value)


@computed("from_ieee754_32(varbinary) -> real")
def from_ieee754_32(data: bytes) -> float:
    return _packed(data, ">f", 4)


@computed("to_ieee754_64(double) -> varbinary")
def to_ieee754_64(value: float) -> bytes:
    return struct.pack(">d", value)


@computed("from_ieee754_64(varbinary) -> double")
def from_ieee754_64(data: bytes) -> float:
    return _packed(data, ">d", 8)


@computed("substr(varbinary, bigint) -> varbinary", "substring(varbinary, bigint) -> varbinary")
def substr(data: bytes, start: int) -> bytes:
    made: bytes = substr_of(data, start, len(data))
    return made


@computed("substr(varbinary, bigint, bigint) -> varbinary", "substring(varbinary, bigint, bigint) -> varbinary")
def substr_of(data: bytes, start: int, size: int) -> bytes:
    if start == 0 or abs(start) > len(data) or size <= 0:
        return b""
    first = start - 1 if start > 0 else len(data) + start
    return data[first : first + size]


@computed("reverse(varbinary) -> varbinary")
def reverse(data: bytes) -> bytes:
    return data[::-1]


def _padding(data: bytes, size: int, padding: bytes) -> bytes:
    if not 0 <= size <= 2**31 - 1:
        raise refuse(f"Target length must be in the range [0..{2**31 - 1}]")
    if not padding:
        raise refuse("Padding bytes must not be empty")
    missing = max(0, size - len(data))
    return (padding * (missing // len(padding) + 1))[:missing]


@computed("lpad(varbinary, bigint, varbinary) -> varbinary")
def lpad(data: bytes, size: int, padding: bytes) -> bytes:
    return (_padding(data, size, padding) + data)[:size] if size >= len(data) else data[:size]


@computed("rpad(varbinary, bigint, varbinary) -> varbinary")
def rpad(data: bytes, size: int, padding: bytes) -> bytes:
    return (data + _padding(data, size, padding))[:size]


@helper("p_murmur", "BLOB", "BIGINT")
def murmur(data: bytes) -> int:
    """The first half of `murmur3`, as a number."""
    return int(struct.unpack("<q", murmur3(data)[:8])[0])


@helper("p_murmur_long", "BIGINT", "BIGINT")
def murmur_long(value: int) -> int:
    return int(struct.unpack("<q", murmur3(struct.pack("<q", value))[:8])[0])


PRIME = _P1

# `checksum` (`functions.checksums`): values hashed by xxHash, the hash of each times a prime.


def _xx(data: bytes) -> int:
    hashed: bytes = xxhash64(data)
    return int.from_bytes(hashed, "big")


@helper("p_xx_bytes", "BLOB", "UBIGINT")
def hashed_bytes(data: bytes) -> int:
    return _xx(data)


@helper("p_xx_long", "BIGINT", "UBIGINT")
def hashed_long(value: int) -> int:
    return _xx(struct.pack("<q", value))


@helper("p_xx_halves", "BLOB", "UBIGINT")
def hashed_halves(data: bytes) -> int:
    return _xx(data[:8]) ^ _xx(data[8:])


@helper("p_xx_wide", "HUGEINT", "UBIGINT")
def hashed_wide(value: int) -> int:
    data = value.to_bytes(16, "little", signed=True)
    return _xx(data[:8]) ^ _xx(data[8:])


@helper("p_mix_long", "BIGINT", "UBIGINT")
def mixed_long(value: int) -> int:
    """Trino's hash of a number where it does not take xxHash."""
    return _rotl((value & _MASK) * _P2 & _MASK, 31) * _P1 & _MASK


@helper("p_double_bits", "DOUBLE", "BIGINT")
def double_bits(value: float) -> int:
    bits: int = struct.unpack("<q", struct.pack("<d", value + 0.0))[0]
    return bits


@helper("p_real_bits", "FLOAT", "BIGINT")
def real_bits(value: float) -> int:
    bits: int = struct.unpack("<i", struct.pack("<f", value + 0.0))[0]
    return bits


@helper("p_checksum_term", "UBIGINT", "UBIGINT")
def checksum_term(hashed: int) -> int:
    return hashed * _P1 & _MASK


@helper("p_checksum", "HUGEINT", "BLOB")
def checksum(total: int) -> bytes:
    return (total & _MASK).to_bytes(8, "little")
