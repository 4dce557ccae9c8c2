r"""LazySimpleSerDe: no quotes; `\N` is NULL; what does not parse is NULL; missing fields are NULL.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html (read 2026-11).
"""

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.formats.lines import lines
from rapid.emulator.athena.sql.scope import literal, quote
from rapid.emulator.athena.sql.types import Type

_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\001": "\x01", "\\002": "\x02", "\\003": "\x03", "\\u0001": "\x01"}
_MARKS = "\x1d", "\x1a"


def separators(reading: Reading) -> list[str]:
    """Of fields, of the items of a collection, of a map's key and value, then of what is nested deeper."""
    field = _separator(reading, ("field.delim", "serialization.format"), "\x01")
    items = _separator(reading, ("collection.delim", "colelction.delim"), "\x02")
    keys = _separator(reading, ("mapkey.delim",), "\x03")
    return [field, items, keys, *(chr(c) for c in range(4, 9))]


def _separator(reading: Reading, names: tuple[str, ...], default: str) -> str:
    for name in names:
        value = reading.parameters.get(name)
        if value:
            number = value.isdigit() and (len(value) > 1 or name == "serialization.format")
            return _ESCAPES.get(value, chr(int(value)) if number else value)
    return default


def lazy_simple(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads."""
    marks = separators(reading)
    null = reading.parameters.get("serialization.null.format", "\\N")
    escape = reading.parameters.get("escape.delim")
    split = _split(marks[0], "\\" if escape == "1" else escape) if escape else f"string_split(l, {literal(marks[0])})"
    source = f"(SELECT {split} AS f, {reading.carried} FROM {lines(reading, files)})"
    expressions = {}
    for column in reading.wanted:
        text = f"nullif(f[{reading.columns.index(column) + 1}], {literal(null)})"
        expressions[column.name] = lazy_value(text, column.type, marks[1:], null)
    return expressions, source


def _split(separator: str, escape: str) -> str:
    """Fields of a line in which an escaped separator is part of a field, and any escaped character itself."""
    own, other = _MARKS
    protected = f"replace(replace(l, {literal(escape + escape)}, {literal(own)}), {literal(escape + separator)}, {literal(other)})"  # noqa: E501
    pattern = literal(("\\\\" if escape == "\\" else f"[{escape}]") + "(.)")
    plain = f"regexp_replace(e, {pattern}, '\\1', 'g')"
    back = f"replace(replace({plain}, {literal(other)}, {literal(separator)}), {literal(own)}, {literal(escape)})"
    # NULL is written as \N, which is no escape.
    return f"list_transform(string_split({protected}, {literal(separator)}), lambda e: CASE WHEN e = '\\N' THEN e ELSE {back} END)"  # noqa: E501


def lazy_value(text: str, kind: Type, marks: list[str], null: str = "\\N") -> str:
    """A field's text as its type; NULL where it does not parse. `marks` separate what is inside it."""
    if kind.is_string:
        return f"left({text}, {kind.args[0]})" if kind.args else text
    if kind.name == "boolean":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind.is_integer:
        return f"TRY_CAST(t_from_int({text}) AS {kind.duckdb()})"
    if kind.name == "timestamp":
        return f"t_timestamp({text})"
    if kind.name == "date":
        return f"TRY_CAST(t_from_date({text}) AS DATE)"
    if kind.name == "varbinary":
        return f"from_base64({text})"
    if kind.name in ("array", "map", "row"):
        return _nested(text, kind, marks, null)
    return f"TRY_CAST({text} AS {kind.duckdb()})"


def _nested(text: str, kind: Type, marks: list[str], null: str) -> str:
    items = f"CASE WHEN {text} = '' THEN [] ELSE string_split({text}, {literal(marks[0])}) END"
    if kind.name == "array":
        inner = lazy_value(f"nullif(e, {literal(null)})", kind.args[0], marks[1:], null)
        return f"list_transform({items}, lambda e: {inner})"
    if kind.name == "map":
        pair = f"string_split(e, {literal(marks[1])})"
        key = lazy_value(f"list_extract({pair}, 1)", kind.args[0], marks[2:], null)
        value = lazy_value(f"nullif(list_extract({pair}, 2), {literal(null)})", kind.args[1], marks[2:], null)
        return f"t_map_from_pairs(list_transform({items}, lambda e: {{'key': {key}, 'value': {value}}}))"
    parts = ", ".join(
        f"{quote(n)}: {lazy_value(f'nullif(string_split({text}, {literal(marks[0])})[{i}], {literal(null)})', t, marks[1:], null)}"  # noqa: E501
        for i, (n, t) in enumerate(kind.args, 1)
    )
    return f"CASE WHEN {text} IS NULL THEN NULL ELSE {{{parts}}} END"
