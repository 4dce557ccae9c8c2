"""The order of maps in Glue's answers: that of Java's HashMap, as awswrangler's tests have it from AWS (2026-11).

Programs that write parameters down in the order in which they come (`wr.athena.generate_create_query`) show it.
"""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")
_SMALLEST = 16
_FULL = 0.75
"""Buckets of a new HashMap, and the part of them at which it doubles."""


def as_hash_map(found: Mapping[str, T]) -> dict[str, T]:
    """The entries by the bucket of their key; within a bucket as they were put in."""
    buckets = _SMALLEST
    while len(found) > buckets * _FULL:
        buckets *= 2
    return dict(sorted(found.items(), key=lambda item: _spread(item[0]) % buckets))


def _spread(key: str) -> int:
    """`String.hashCode`, its upper half folded into the lower as HashMap does it."""
    code, units = 0, key.encode("utf-16-be")
    for at in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
    return code ^ code >> 16
