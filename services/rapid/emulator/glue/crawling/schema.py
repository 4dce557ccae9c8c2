"""Types as the Data Catalog names them, how they are merged, and how alike two schemas are.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-common.html (read 2026-11). A name that was seen only with nulls
has the type None until it is rendered, as `string`.
"""

import re
from dataclasses import dataclass
from typing import Any

from rapid.emulator.glue.models import Structure


@dataclass(frozen=True)
class Array:
    """`array<item>`."""

    item: "Type"


@dataclass(frozen=True)
class Map:
    """`map<key,value>`."""

    key: "Type"
    value: "Type"


@dataclass(frozen=True)
class Struct:
    """`struct<name:type,…>`, fields in order."""

    fields: tuple[tuple[str, "Type"], ...]


Type = str | Array | Map | Struct | None
Schema = dict[str, Type]
"""Column name, in lower case, to type, in the order of the columns."""

_RANK = {"tinyint": 0, "smallint": 1, "int": 2, "bigint": 3, "float": 4, "double": 5}
INT_RANGE = range(-(2**31), 2**31)
BIGINT_RANGE = range(-(2**63), 2**63)
SIMILAR = 0.7
"""The part of the columns that must be in common, https://repost.aws/knowledge-center/glue-crawler-detect-schema."""
GENERATED = re.compile(r"col\d+")


def render(kind: Type) -> str:
    """`array<struct<a:int,b:string>>`."""
    match kind:
        case None:
            return "string"
        case str():
            return kind
        case Array(item):
            return f"array<{render(item)}>"
        case Map(key, value):
            return f"map<{render(key)},{render(value)}>"
        case Struct(fields):
            return (
                "struct<" + ",".join(f"{name}:{render(inner)}" for name, inner in fields) + ">" if fields else "string"
            )


def columns(schema: Schema) -> list[Structure]:
    """The Columns of a StorageDescriptor."""
    return [{"Name": name, "Type": render(kind)} for name, kind in schema.items()]


def merge(one: Type, other: Type) -> Type:  # noqa: PLR0911 - one return per pair of kinds
    """The narrowest type that holds values of both; `string` holds everything."""
    if one == other or other is None:
        return one
    match one, other:
        case None, _:
            return other
        case Array(a), Array(b):
            return Array(merge(a, b))
        case Map(k, a), Map(m, b):
            return Map(merge(k, m), merge(a, b))
        case Struct(a), Struct(b):
            return Struct(_merged_fields(a, b))
        case str(), str():
            return _merged_scalars(one, other)
    return "string"


def _merged_fields(
    one: tuple[tuple[str, Type], ...], other: tuple[tuple[str, Type], ...]
) -> tuple[tuple[str, Type], ...]:
    merged = dict(one)
    for name, kind in other:
        merged[name] = merge(merged.get(name), kind)
    return tuple(merged.items())


def _merged_scalars(one: str, other: str) -> str:
    if one in _RANK and other in _RANK:
        wider = max(one, other, key=_RANK.__getitem__)
        return "double" if wider == "float" and _RANK[min(one, other, key=_RANK.__getitem__)] >= 2 else wider
    if {one, other} == {"date", "timestamp"}:
        return "timestamp"
    if "decimal" in (one[:7], other[:7]) and {one[:7], other[:7]} <= {"decimal", *_RANK}:
        return _merged_decimals(one, other)
    return "string"


def _merged_decimals(one: str, other: str) -> str:
    sizes = [re.fullmatch(r"decimal\((\d+),(\d+)\)", kind) for kind in (one, other)]
    if not (sizes[0] and sizes[1]):
        return "double" if {one, other} & {"float", "double"} else "decimal(38,18)"
    scale = max(int(size[2]) for size in sizes if size)
    whole = max(int(size[1]) - int(size[2]) for size in sizes if size)
    return f"decimal({min(38, whole + scale)},{scale})"


def merge_schemas(one: Schema, other: Schema) -> Schema:
    """All columns of both, in the order in which they appear."""
    merged = dict(one)
    for name, kind in other.items():
        merged[name] = merge(merged.get(name), kind)
    return merged


def similar(one: Schema, other: Schema) -> bool:
    """Whether two schemas are of one table: most columns of the smaller one are in the other.

    Columns without a name of their own (col0, col1, …) say nothing by their names: then width and types must agree.
    """
    smaller, larger = sorted((one, other), key=len)
    if not smaller:
        return not larger
    if all(GENERATED.fullmatch(name) for name in smaller):
        return list(smaller) == list(larger) and _share(smaller, larger, by_type=True) >= SIMILAR
    return _share(smaller, larger, by_type=False) >= SIMILAR


def _share(smaller: Schema, larger: Schema, *, by_type: bool) -> float:
    def common(name: str, kind: Type) -> bool:
        return name in larger and (
            not by_type or merge(kind, larger[name]) != "string" or "string" in (kind, larger[name])
        )

    return sum(common(name, kind) for name, kind in smaller.items()) / len(smaller)


def of_value(value: Any) -> Type:  # noqa: PLR0911 - one return per kind of value
    """The type of a value that a JSON parser gave."""
    match value:
        case None:
            return None
        case bool():
            return "boolean"
        case int():
            return "int" if value in INT_RANGE else "bigint" if value in BIGINT_RANGE else "double"
        case float():
            return "double"
        case dict():
            return Struct(tuple((str(name), of_value(item)) for name, item in value.items()))
        case list():
            item: Type = None
            for element in value:
                item = merge(item, of_value(element))
            return Array(item)
    return "string"


def of_record(record: dict[str, Any]) -> Schema:
    """The schema of one JSON object. Names that differ only in case are one column."""
    found: Schema = {}
    for name, value in record.items():
        key = str(name).lower()
        found[key] = merge(found.get(key), of_value(value))
    return found


def unique(names: list[str]) -> list[str]:
    """The names in lower case, those that repeat numbered."""
    seen: dict[str, int] = {}
    given = []
    for index, name in enumerate(names):
        key = name.strip().lower() or f"col{index}"
        count = seen.get(key, 0)
        seen[key] = count + 1
        given.append(f"{key}_{count}" if count else key)
    return given
