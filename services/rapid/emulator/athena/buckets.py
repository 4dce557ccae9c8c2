"""Hive's buckets: the bucket that a row is in, and the files that a scan needs.

Files are named `000001_0` by Hive and `…_bucket-00001…` by Athena; the hash is Hive's first one, as Trino has it.
https://docs.aws.amazon.com/athena/latest/ug/ctas-partitioning-and-bucketing-how-bucketing-works.html
(read 2026-11). Tables of Spark's or of Hive's second hash are read whole.
"""

import re
import struct
from itertools import product

from rapid.emulator.athena.objects import StoredObject
from rapid.emulator.athena.sql.computed.registry import helper
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Scan, Table, Typed
from rapid.emulator.athena.sql.types import Type

_MASK = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
_NUMBER = re.compile(r"(?:^|_)bucket-(\d+)(?:[-_.]|$)|^(0\d+)_\d+")
_MOST = 64
"""Combinations of values that are worth looking at."""


def columns_of(table: Table) -> tuple[str, ...]:
    """The columns whose hash says in which file a row is; none if it is not Hive's first hash."""
    descriptor, parameters = table.source.get("StorageDescriptor") or {}, table.source.get("Parameters") or {}
    other = parameters.get("bucketing_format", "hive").lower() != "hive" or parameters.get("bucketing_version") == "2"
    if other or int(descriptor.get("NumberOfBuckets") or 0) <= 0:
        return ()
    return tuple(c.lower() for c in descriptor.get("BucketColumns") or ())


def needed(scan: Scan, found: list[StoredObject]) -> list[StoredObject]:
    """The files that may have rows which the scan's conditions accept."""
    names = columns_of(scan.table) if scan.table.pruning else ()
    kinds = {c.name: c.type for c in scan.table.columns}
    given = [_constants(scan, n, kinds[n]) for n in names if n in kinds]
    if not given or len(given) != len(names) or not all(given):
        return found
    hashes = list(product(*given))
    if len(hashes) > _MOST:
        return found
    count = int(scan.table.source["StorageDescriptor"]["NumberOfBuckets"])
    wanted = {(_combined(h) & _POSITIVE) % count for h in hashes}
    return [f for f in found if (number := _number_of(f.key)) is None or number in wanted]


def _number_of(key: str) -> int | None:
    match = _NUMBER.search(key.rsplit("/", 1)[-1])
    return int(match[1] or match[2]) if match else None


def _constants(scan: Scan, name: str, kind: Type) -> list[int]:
    """Hashes of the constants that a condition compares the column with."""
    own = re.escape(f'{scan.alias}."{name}"')
    value = r"(?:'(?:[^']|'')*'|-?\d+|TRUE|FALSE|CAST\('\d+-\d+-\d+' AS DATE\))"
    for predicate in scan.predicates:
        if match := re.fullmatch(rf"\({own} (?:= |IN \()({value}(?:, {value})*)\)?\)", predicate):
            hashes = [_hash_of(text, kind) for text in re.findall(value, match[1])]
            return [h for h in hashes if h is not None] if None not in hashes else []
    return []


def _hash_of(written: str, kind: Type) -> int | None:
    """The hash of a constant as the compiler writes it; None for types that are not looked at."""
    if kind.name == "varchar" and written.startswith("'"):
        return int(text_hash(written[1:-1].replace("''", "'")))
    if kind.name == "boolean" and written in ("TRUE", "FALSE"):
        return int(written == "TRUE")
    if kind.is_integer and re.fullmatch(r"-?\d+", written):
        number = int(written)
        return ((number ^ (number >> 32)) if kind.name == "bigint" else number) & _MASK
    return None


def _combined(hashes: tuple[int, ...]) -> int:
    total = 0
    for one in hashes:
        total = (total * 31 + one) & _MASK
    return total


@helper("p_hive_hash", "VARCHAR", "BIGINT")
def text_hash(text: str) -> int:
    total = 0
    for byte in text.encode():
        total = (total * 31 + (byte - 256 if byte > 127 else byte)) & _MASK
    return total


@helper("p_double_hash", "DOUBLE", "BIGINT")
def double_hash(number: float) -> int:
    (bits,) = struct.unpack(">Q", struct.pack(">d", number))
    return int((bits ^ (bits >> 32)) & _MASK)


@helper("p_real_hash", "FLOAT", "BIGINT")
def real_hash(number: float) -> int:
    return int(struct.unpack(">I", struct.pack(">f", number))[0])


def bucket_sql(values: list[Typed], count: int) -> str:
    """The number of a row's bucket.

    Raises:
        SqlError: NOT_SUPPORTED for a type that Hive's first hash does not know.
    """
    total = "0"
    for value in values:
        total = f"(({total} * 31 + coalesce({_hash_sql(value)}, 0)) & {_MASK})"
    return f"CAST(({total} & {_POSITIVE}) % {count} AS INTEGER)"


def _hash_sql(value: Typed) -> str:
    kind, sql = value.type, value.sql
    if kind.name == "boolean":
        return f"CAST({sql} AS BIGINT)"
    if kind.name == "bigint":
        return f"xor({sql} & {_MASK}, ({sql} >> 32) & {_MASK})"
    if kind.is_integer:
        return f"(CAST({sql} AS BIGINT) & {_MASK})"
    if kind.name == "date":
        return f"(CAST({sql} - DATE '1970-01-01' AS BIGINT) & {_MASK})"
    helpers = {"varchar": "p_hive_hash", "char": "p_hive_hash", "double": "p_double_hash", "real": "p_real_hash"}
    if kind.name not in helpers:
        message = f"Computation of Hive bucket hashCode is not supported for Hive type: {kind}"
        raise SqlError("NOT_SUPPORTED", message)
    return f"{helpers[kind.name]}({f'rtrim({sql})' if kind.name == 'char' else sql})"
