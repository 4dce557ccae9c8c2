"""One table out of all groups of a dataset: which columns it has, of which type, and each group's rows cast to them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake import names, values
from lake.contract import TYPES, Contract
from lake.inference import clean_type, infer
from lake.reading import Group
from lake.sniff import MISSING
from lake.values import ColumnType

OWN_FIELDS: dict[str, T.DataType] = {"_ingest_id": T.StringType(), "_received_at": T.TimestampType()}
"""What the ingest function adds to each record."""


@dataclass(frozen=True)
class Table:
    """The columns of a dataset's table in order, and the original name of each.

    `fresh` are those whose type was found in these very rows, all of which therefore fit.
    """

    columns: dict[str, ColumnType]
    originals: dict[str, str]
    fresh: frozenset[str] = frozenset()

    def spark_type(self) -> T.StructType:
        return T.StructType([T.StructField(name, column.type) for name, column in self.columns.items()])


@dataclass(frozen=True)
class Part:
    """A group as a part of the table: the column of each of its fields, and what its guesses need (`Inferred`)."""

    group: Group
    columns: list[str]
    guesses: Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class Existing:
    """What the catalog already says of a dataset's table: type per column, and original → column name."""

    types: Mapping[str, T.DataType]
    names: Mapping[str, str]


def column_names(group: Group, contract: Contract, existing: Existing) -> list[str]:
    """The table's column for each field of a group; several fields may go to one configured column."""
    configured = {names.clean(alias): field.name for field in contract.fields for alias in field.aliases}
    configured |= {field.name: field.name for field in contract.fields}
    configured |= {name: name for name in OWN_FIELDS if contract.configured}
    others = [name for name in group.fields if names.clean(name) not in configured]
    assigned = names.assign(others, existing.names)
    return [configured.get(names.clean(name)) or assigned[name] for name in group.fields]


def is_nested(kind: T.DataType) -> bool:
    return isinstance(kind, (T.ArrayType, T.MapType, T.StructType))


def table_of(
    groups: list[Group], contract: Contract, existing: Existing, doubted: Collection[str] = ()
) -> tuple[Table, list[Part]]:
    """The dataset's table after these groups, and the groups as its parts.

    Types already in the catalog stay as they are, nested ones may gain members; rows that do not fit go to quarantine.
    The types of a table that nobody knows yet may be guessed, except for `doubted` columns.
    """
    settled = {field.name: ColumnType(T._parse_datatype_string(TYPES[field.type])) for field in contract.fields}
    settled |= {name: ColumnType(kind) for name, kind in existing.types.items() if name not in settled}
    if contract.configured:
        settled |= {name: ColumnType(kind) for name, kind in OWN_FIELDS.items() if name not in settled}
    parts: list[Part] = []
    fresh: dict[str, ColumnType] = {}
    originals: dict[str, str] = {column: original for original, column in existing.names.items()}
    seen: set[str] = set()
    for group in groups:
        columns = column_names(group, contract, existing)
        settled |= _extended(group, columns, settled, existing)
        inferred = infer(group, columns, settled, None if existing.types else doubted)
        parts.append(Part(group, columns, inferred.guesses))
        for name, column in inferred.types.items():
            fresh[name] = values.join(fresh[name], column) if name in fresh else column
        for original, name in zip(group.fields, columns, strict=True):
            originals.setdefault(name, original)
            seen.add(name)
    shown = {
        name: column for name, column in settled.items() if name not in OWN_FIELDS or name in seen | set(existing.types)
    }
    ordered = {name: fresh[name] for part in parts for name in part.columns if name in fresh}
    return Table(shown | ordered, originals, frozenset(fresh)), parts


def _extended(
    group: Group, columns: list[str], settled: Mapping[str, ColumnType], existing: Existing
) -> dict[str, ColumnType]:
    """Nested columns of the catalog with the members that this group adds."""
    found: dict[str, ColumnType] = {}
    for position, name in enumerate(columns):
        source = group.types.get(group.fields[position])
        if name in existing.types and source is not None and is_nested(source) and is_nested(settled[name].type):
            merged = values.merge(settled[name].type, clean_type(source))
            if _extends(settled[name].type, merged):
                found[name] = ColumnType(merged)
    return found


def _extends(old: T.DataType, new: T.DataType) -> bool:
    """Whether `new` is `old` with more struct members at most, so that files of the old type still read."""
    if isinstance(old, T.StructType) and isinstance(new, T.StructType):
        members = {field.name: field.dataType for field in new}
        return all(f.name in members and _extends(f.dataType, members[f.name]) for f in old)
    if isinstance(old, T.ArrayType) and isinstance(new, T.ArrayType):
        return _extends(old.elementType, new.elementType)
    return bool(old == new)


def conform(column: Column, source: T.DataType, target: T.DataType) -> Column:
    """A nested value rebuilt with the members of `target`, matched by their clean names."""
    if isinstance(source, T.StructType) and isinstance(target, T.StructType):
        given = dict(zip(clean_type(source).names, source, strict=True))
        members = [
            conform(column.getField(given[to.name].name), given[to.name].dataType, to.dataType).alias(to.name)
            if to.name in given
            else F.lit(None).cast(to.dataType).alias(to.name)
            for to in target
        ]
        return F.when(column.isNotNull(), F.struct(*members))
    if isinstance(source, T.ArrayType) and isinstance(target, T.ArrayType):
        inner, to_inner = source.elementType, target.elementType
        return F.transform(column, lambda each: conform(each, inner, to_inner))
    if isinstance(source, T.MapType) and isinstance(target, T.MapType):
        value, to_value = source.valueType, target.valueType
        return F.transform_values(column, lambda _, each: conform(each, value, to_value))
    if isinstance(target, T.StringType) and is_nested(source):
        return F.to_json(column)
    return column if source == target else column.cast(target)


def loses(source: T.DataType, target: T.DataType) -> bool:
    """Whether values of `source` would lose something when conformed to `target` (both with clean names)."""
    if isinstance(source, T.StructType) and isinstance(target, T.StructType):
        members = {field.name: field.dataType for field in target}
        return any(f.name not in members or loses(f.dataType, members[f.name]) for f in source)
    if isinstance(source, T.ArrayType) and isinstance(target, T.ArrayType):
        return loses(source.elementType, target.elementType)
    if isinstance(source, T.MapType) and isinstance(target, T.MapType):
        return loses(source.valueType, target.valueType)
    return values.merge(source, target) != target and not isinstance(target, T.StringType)


def checked(table: Table) -> list[str]:
    """Columns whose values may not fit their type: those that the data did not decide just now, texts aside."""
    return [n for n, c in table.columns.items() if n not in table.fresh and not isinstance(c.type, T.StringType)]


def cast_column(
    group: Group, positions: list[int], column: ColumnType, blank_is_null: bool, fits: bool
) -> tuple[Column, Column]:
    """(value, text) of one table column in a group that has it at `positions`; the text is null where it is blank.

    `fits` says that all texts are of the type.
    """
    source = group.types.get(group.fields[positions[0]])
    at = group.column(positions[0])
    if group.kind == "typed" and source == column.type and not blank_is_null:
        return at, F.lit(None).cast("string")
    texts = [_as_text(group, position) for position in positions]
    text = F.coalesce(*[F.when(F.trim(each) != "", each) for each in texts])
    if is_nested(column.type) and source is not None and is_nested(source):
        if loses(clean_type(source), column.type):
            return F.lit(None).cast(column.type), text
        return conform(at if group.kind == "typed" else F.from_json(at, source), source, column.type), text
    if is_nested(column.type):
        return F.from_json(text, column.type), text
    if not blank_is_null and not isinstance(column.type, T.StringType):
        text = F.when(~F.trim(text).isin(*MISSING), text)
    whole = text if blank_is_null or len(texts) > 1 else texts[0]
    return values.read(whole, column, fits), text


def _as_text(group: Group, position: int) -> Column:
    if group.kind != "typed":
        return group.column(position)
    kind = group.types[group.fields[position]]
    return F.to_json(group.column(position)) if is_nested(kind) else group.column(position).cast("string")


def cast_part(part: Part, table: Table, contract: Contract) -> DataFrame:
    """A group's rows as the table's columns, with the text of each checked column `c` as `__text_c`.

    `__contradicted` names the columns, with commas, whose guessed type a row shows to be wrong; empty where it is none.
    """
    configured = {field.name for field in contract.fields}
    check = set(checked(table))
    selected: list[Column] = []
    for name, column in table.columns.items():
        positions = [i for i, each in enumerate(part.columns) if each == name]
        if positions:
            value, text = cast_column(part.group, positions, column, name in configured, name in table.fresh)
        else:
            value, text = F.lit(None).cast(column.type), F.lit(None).cast("string")
        selected.append(value.alias(name))
        if name in check:
            selected.append(text.alias(f"__text_{name}"))
    contradicted = F.concat_ws(
        ",",
        *[
            F.when(~values.belongs(part.group.column(position), classes), part.columns[position])
            for position, classes in part.guesses.items()
        ],
    )
    return part.group.frame.select(
        "__object",
        "__seq",
        "__flaw",
        "__raw",
        F.when(F.col("__flaw").isNull(), contradicted).otherwise("").alias("__contradicted"),
        *selected,
    )
