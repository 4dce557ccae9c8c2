"""Reshaping frames by field: mapping, selecting, dropping, renaming, flattening.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import nested, paths, types
from awsglue.frame.casts import cast

Node = dict[str, "Node | Column"]
"""A tree of output fields: names to columns, or to further trees."""


@dataclass(frozen=True)
class Rule:
    """One mapping. Types are None where the mapping leaves them out."""

    source: str
    target: str
    source_type: str | None = None
    target_type: str | None = None

    @classmethod
    def parse(cls, mapping: Sequence[str]) -> "Rule":
        """A tuple of (source, target), (source, target, target type) or (source, type, target, type).

        Raises:
            OptionError: another number of elements.
        """
        match tuple(mapping):
            case (source, target):
                return cls(source, target)
            case (source, target, target_type):
                return cls(source, target, None, target_type)
            case (source, source_type, target, target_type):
                return cls(source, target, source_type, target_type)
        raise OptionError(f"A mapping has two, three or four elements; found {mapping!r}.")


def apply_mapping(df: DataFrame, mappings: Iterable[Sequence[str]], case_sensitive: bool = False) -> DataFrame:
    """Keeps, casts, renames and nests fields. Only mapped fields survive; a source that is not there maps nothing."""
    tree: Node = {}
    for mapping in mappings:
        rule = Rule.parse(mapping)
        found = paths.locate(df.schema, rule.source, case_sensitive)
        if found is None:
            continue
        parts, kind = found
        value = _value(paths.column(parts), kind, rule)
        _place(tree, paths.split(rule.target), value)
    return df.select(*_columns(tree))


def _value(column: Column, kind: spark.DataType, rule: Rule) -> Column:
    if types.is_choice(kind) and rule.source_type and rule.source_type.lower() not in types.COMPLEX:
        assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
        wanted = types.parse(rule.source_type)
        member = next((f for f in kind.fields if f.dataType == wanted), None)
        if member:
            column, kind = paths.member(column, member.name), member.dataType
    if not rule.target_type or rule.target_type.lower() in types.COMPLEX:
        return column
    return cast(column, kind, types.named(rule.target_type))


def _place(tree: Node, parts: list[str], value: Column) -> None:
    for part in parts[:-1]:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            raise OptionError(f"Two mappings use {part!r}: one as a field, one as a struct.")
        tree = below
    tree[parts[-1]] = value


def _columns(tree: Node) -> list[Column]:
    return [(F.struct(*_columns(node)) if isinstance(node, dict) else node).alias(name) for name, node in tree.items()]


def select_fields(df: DataFrame, wanted: Iterable[str]) -> DataFrame:
    """Keeps only these fields. Fields that are not there are passed over; nested ones keep their place."""
    return apply_mapping(df, [(path, path if "`" in path else _as_target(df, path)) for path in wanted])


def _as_target(df: DataFrame, path: str) -> str:
    found = paths.locate(df.schema, path)
    return ".".join(paths.quote(part) for part in found[0]) if found else path


def drop_fields(df: DataFrame, unwanted: Iterable[str]) -> DataFrame:
    """Drops fields, nested ones too. A struct that loses its last field goes with it."""
    for path in unwanted:
        found = paths.locate(df.schema, path)
        if found is None:
            continue
        parts = found[0]
        while len(parts) > 1 and _is_only_child(df.schema, parts):
            parts = parts[:-1]
        df = df.drop(F.col(paths.quote(parts[0]))) if len(parts) == 1 else nested.change(df, parts, lambda _c, _k: {})
    return df


def _is_only_child(schema: spark.StructType, parts: list[str]) -> bool:
    parent = paths.locate(schema, ".".join(paths.quote(p) for p in parts[:-1]))
    return parent is not None and isinstance(parent[1], spark.StructType) and len(parent[1].fields) == 1


def rename_field(df: DataFrame, old: str, new: str) -> DataFrame:
    """Renames a field; a dotted new name nests it. A field that is not there changes nothing."""
    found = paths.locate(df.schema, old)
    if found is None:
        return df
    parts, target = found[0], paths.split(new)
    if len(parts) == 1 and len(target) == 1:
        return df.withColumnRenamed(parts[0], target[0])
    tree: Node = {}
    for leaf in _leaves(df.schema):
        inside = leaf[: len(parts)] == parts
        _place(tree, target + leaf[len(parts) :] if inside else leaf, paths.column(leaf))
    return df.select(*_columns(tree))


def _leaves(kind: spark.StructType, above: tuple[str, ...] = ()) -> list[list[str]]:
    """The paths of all fields that are not structs."""
    found: list[list[str]] = []
    for field in kind.fields:
        path = (*above, field.name)
        if isinstance(field.dataType, spark.StructType) and not types.is_choice(field.dataType):
            found.extend(_leaves(field.dataType, path))
        else:
            found.append(list(path))
    return found


def unnest(df: DataFrame) -> DataFrame:
    """Flattens structs: their fields become top-level ones with dotted names. Arrays stay as they are."""
    return df.select(*(paths.column(leaf).alias(".".join(leaf)) for leaf in _leaves(df.schema)))


def null_fields(kind: spark.StructType) -> list[str]:
    """The paths of fields that hold nothing but nulls, through structs and arrays of structs."""
    return _fields(kind, lambda inner: isinstance(inner, spark.NullType))


def hollow_fields(kind: spark.StructType) -> list[str]:
    """The paths of structs without fields, which Spark cannot write."""
    return _fields(kind, lambda inner: isinstance(inner, spark.StructType) and not inner.fields)


def _fields(kind: spark.StructType, wanted: Callable[[spark.DataType], bool], above: tuple[str, ...] = ()) -> list[str]:
    found: list[str] = []
    for field in kind.fields:
        path, inner = (*above, field.name), field.dataType
        if isinstance(inner, spark.ArrayType):
            inner = inner.elementType
        if wanted(inner):
            found.append(".".join(paths.quote(p) if "." in p else p for p in path))
        elif isinstance(inner, spark.StructType) and not types.is_choice(inner):
            found.extend(_fields(inner, wanted, path))
    return found


def join(
    left: DataFrame, right: DataFrame, keys1: Sequence[str], keys2: Sequence[str], sparse: bool = False
) -> DataFrame:
    """An inner equi-join that keeps both sides' keys. A name that both sides have gets a dot before it on the right.

    With a side into which nothing was read there is no record, as after a bookmark that leaves nothing new.

    Args:
        left, right: the frames.
        keys1, keys2: their keys.
        sparse: whether the left one's nulls are fields that are not there. The right one's field then keeps its name
            in such a record, as in AWS's join of legislators, whose chambers have no links and no image:
            https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html

    Raises:
        OptionError: a key that is not there, or lists of different lengths.
    """
    if len(keys1) != len(keys2) or not keys1:
        raise OptionError(f"join needs as many keys on one side as on the other; found {keys1!r} and {keys2!r}.")
    taken = {name.lower() for name in left.columns}
    renamed = right
    for name in right.columns:
        if name.lower() in taken:
            renamed = renamed.withColumnRenamed(name, "." + name)
    if not left.columns or not right.columns:
        return left.join(renamed, F.lit(False), "inner")
    condition = F.lit(True)
    for key, other in zip(keys1, keys2, strict=True):
        first, *rest = paths.required(right.schema, other)
        named = paths.column(["." + first if first.lower() in taken else first, *rest])
        condition = condition & (paths.column(paths.required(left.schema, key)) == named)
    joined = left.join(renamed, condition, "inner")
    if not sparse:
        return joined
    keys = {*keys1, *keys2}
    return _by_record(joined, [f.name for f in left.schema.fields if f in right.schema.fields and f.name not in keys])


def _by_record(joined: DataFrame, shared: Sequence[str]) -> DataFrame:
    """Gives fields of the right their own names where the left has none. A dotted name that no record needs is gone."""
    if not shared:
        return joined
    pairs = [(name, "." + name, paths.column([name]), paths.column(["." + name])) for name in shared]
    filled = joined.withColumns(
        {name: F.coalesce(left, right) for name, _, left, right in pairs}
        | {dotted: F.when(left.isNotNull(), right) for _, dotted, left, right in pairs}
    )
    seen = filled.agg(*(F.max(right.isNotNull()) for *_, right in pairs)).first()
    return filled.drop(*(pair[1] for pair, needed in zip(pairs, seen or (), strict=True) if not needed))


_OPERATORS = {
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
    "=": "__eq__",
    "==": "__eq__",
    "!=": "__ne__",
}


def row_condition(df: DataFrame, comparisons: dict[str, dict[str, object]]) -> Column:
    """The condition of `split_rows`: every comparison holds.

    Args:
        df: the frame.
        comparisons: field to {operator: value}, operators > >= < <= = !=.

    Raises:
        OptionError: no such field or operator.
    """
    condition = F.lit(True)
    for path, wanted in comparisons.items():
        for sign, value in wanted.items():
            if sign not in _OPERATORS:
                raise OptionError(f"split_rows: {sign!r} is not an operator. Valid: {' '.join(_OPERATORS)}.")
            condition = condition & getattr(paths.value(df.schema, path), _OPERATORS[sign])(value)
    return condition
