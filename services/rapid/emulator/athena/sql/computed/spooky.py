"""SpookyHash V2: http://burtleburtle.net/bob/hash/spooky.html (public domain), for `spooky_hash_v2_32` and `_64`."""

import struct

from rapid.emulator.athena.sql.computed.registry import computed

_MASK = 2**64 - 1
_CONST = 0xDEADBEEFDEADBEEF
_SHORT = 192
"""Bytes from which the long form begins."""
_BLOCK = 96
_SHORT_MIX = (50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36)
_SHORT_END = (15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63)
_MIX = (11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46)
_END = (44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54)


@computed("spooky_hash_v2_64(varbinary) -> varbinary")
def spooky_hash_64(data: bytes) -> bytes:
    return struct.pack(">Q", _hash(data))


@computed("spooky_hash_v2_32(varbinary) -> varbinary")
def spooky_hash_32(data: bytes) -> bytes:
    return struct.pack(">I", _hash(data) & 0xFFFFFFFF)


def _hash(data: bytes) -> int:
    return _short(data) if len(data) < _SHORT else _long(data)


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & _MASK


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 8}Q", data)


def _short(data: bytes) -> int:
    state = [0, 0, _CONST, _CONST]
    whole = len(data) // 32 * 32
    for at in range(0, whole, 32):
        words = _words(data[at : at + 32])
        state[2], state[3] = (state[2] + words[0]) & _MASK, (state[3] + words[1]) & _MASK
        _mix_short(state)
        state[0], state[1] = (state[0] + words[2]) & _MASK, (state[1] + words[3]) & _MASK
    rest = data[whole:]
    if len(rest) >= 16:
        words = _words(rest[:16])
        state[2], state[3] = (state[2] + words[0]) & _MASK, (state[3] + words[1]) & _MASK
        _mix_short(state)
        rest = rest[16:]
    low, high = (int.from_bytes(part, "little") for part in (rest[:8], rest[8:])) if rest else (_CONST, _CONST)
    state[2] = (state[2] + low) & _MASK
    state[3] = (state[3] + (len(data) << 56) + high) & _MASK
    for step, bits in enumerate(_SHORT_END):
        one, two = (step + 3) % 4, (step + 2) % 4
        state[one] ^= state[two]
        state[two] = _rotated(state[two], bits)
        state[one] = (state[one] + state[two]) & _MASK
    return state[0]


def _mix_short(state: list[int]) -> None:
    for step, bits in enumerate(_SHORT_MIX):
        one, two, three = (step + 2) % 4, (step + 3) % 4, step % 4
        state[one] = (_rotated(state[one], bits) + state[two]) & _MASK
        state[three] ^= state[one]


def _long(data: bytes) -> int:
    state = [0, 0, _CONST] * 4
    whole = len(data) // _BLOCK * _BLOCK
    for at in range(0, whole, _BLOCK):
        for i, word in enumerate(_words(data[at : at + _BLOCK])):
            before, following, after = (i + 11) % 12, (i + 1) % 12, (i + 2) % 12
            state[i] = (state[i] + word) & _MASK
            state[after] ^= state[(i + 10) % 12]
            state[before] ^= state[i]
            state[i] = _rotated(state[i], _MIX[i])
            state[before] = (state[before] + state[following]) & _MASK
    rest = data[whole:]
    last = rest.ljust(_BLOCK - 1, b"\0") + bytes([len(rest)])
    state = [(s + word) & _MASK for s, word in zip(state, _words(last), strict=True)]
    for step in range(36):
        before, following, after = (step + 11) % 12, (step + 1) % 12, (step + 2) % 12
        state[before] = (state[before] + state[following]) & _MASK
        state[after] ^= state[before]
        state[following] = _rotated(state[following], _END[step % 12])
    return state[0]
