r"""LazySimpleSerDe: no quotes; `\N` is NULL; what does not parse is NULL; missing fields are NULL.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html (read 2026-11).
"""

import re
from dataclasses import dataclass, replace

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.formats.lines import lines
from rapid.emulator.athena.projection import strftime_of
from rapid.emulator.athena.sql.scope import literal, quote
from rapid.emulator.athena.sql.types import Type

_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\001": "\x01", "\\002": "\x02", "\\003": "\x03", "\\u0001": "\x01"}
_LAST = 127
"""The largest number that Hive takes for a character."""
_MARKS = "\x1d", "\x1a"
_INSIDE = "\x02", "\x03", *map(chr, range(4, 9))
_PARSED = {**dict.fromkeys(("S" * n for n in range(1, 10)), "%f"), **dict.fromkeys(("Z", "ZZ", "X", "XX", "XXX"), "%z")}
"""Letters of Java's patterns that strptime takes otherwise than strftime."""


@dataclass(frozen=True)
class Form:
    """How values are spelt in a field.

    Attributes:
        marks: what separates the items of a collection, a map's key and value, then what is nested deeper.
        null: how NULL is written.
        times: further patterns of timestamps, as strptime takes them.
    """

    marks: tuple[str, ...] = _INSIDE
    null: str = "\\N"
    times: tuple[str, ...] = ()

    def inside(self, levels: int) -> "Form":
        return replace(self, marks=self.marks[levels:])


def form_of(parameters: dict[str, str]) -> Form:
    """What a table's properties (lower-case keys) say."""
    items = _separator(parameters, ("collection.delim", "colelction.delim"), _INSIDE[0])
    keys = _separator(parameters, ("mapkey.delim",), _INSIDE[1])
    null = parameters.get("serialization.null.format", "\\N")
    return Form((items, keys, *_INSIDE[2:]), null, timestamp_patterns(parameters))


def field_separator(parameters: dict[str, str]) -> str:
    return _separator(parameters, ("field.delim", "serialization.format"), "\x01")


def escape_of(parameters: dict[str, str]) -> str | None:
    escape = parameters.get("escape.delim")
    return "\\" if escape == "1" else escape[:1] if escape else None


def timestamp_patterns(parameters: dict[str, str]) -> tuple[str, ...]:
    """The patterns of `timestamp.formats`, which are Java's."""
    given = parameters.get("timestamp.formats", "")
    return tuple(strftime_of(p, _PARSED) for p in given.split(",")) if given else ()


def timestamp(text: str, patterns: tuple[str, ...]) -> str:
    """A timestamp's text as one; a zone that is written is turned into UTC. NULL where it does not parse."""
    if not patterns:
        return f"t_timestamp({text})"
    parsed = f"try_strptime({text}, [{', '.join(map(literal, patterns))}])"
    if any("%z" in p for p in patterns):
        parsed = f"timezone('UTC', {parsed})"
    return f"coalesce({parsed}, t_timestamp({text}))"


def _separator(parameters: dict[str, str], names: tuple[str, ...], default: str) -> str:
    """One character; of several Hive takes the first."""
    for name in names:
        value = parameters.get(name)
        if value:
            number = value.isdigit() and int(value) <= _LAST and (len(value) > 1 or name == "serialization.format")
            return _ESCAPES.get(value, chr(int(value)) if number else value[0])
    return default


def lazy_simple(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads."""
    separator, form = field_separator(reading.parameters), form_of(reading.parameters)
    escape = escape_of(reading.parameters)
    split = _split(separator, escape) if escape else f"string_split(l, {literal(separator)})"
    source = f"(SELECT {split} AS f, {reading.carried} FROM {lines(reading, files)})"
    rest = reading.parameters.get("serialization.last.column.takes.rest", "").lower() == "true"
    expressions = {}
    for column in reading.wanted:
        place = reading.columns.index(column) + 1
        text = f"f[{place}]"
        if rest and place == len(reading.columns):
            text = f"CASE WHEN len(f) >= {place} THEN array_to_string(f[{place}:], {literal(separator)}) END"
        expressions[column.name] = lazy_value(f"nullif({text}, {literal(form.null)})", column.type, form)
    return expressions, source


def _split(separator: str, escape: str) -> str:
    """Fields of a line in which an escaped separator is part of a field, and any escaped character itself."""
    own, other = _MARKS
    protected = f"replace(replace(l, {literal(escape + escape)}, {literal(own)}), {literal(escape + separator)}, {literal(other)})"  # noqa: E501
    pattern = literal(re.escape(escape) + "(.)")
    plain = f"regexp_replace(e, {pattern}, '\\1', 'g')"
    back = f"replace(replace({plain}, {literal(other)}, {literal(separator)}), {literal(own)}, {literal(escape)})"
    # NULL is written as \N, which is no escape.
    return f"list_transform(string_split({protected}, {literal(separator)}), lambda e: CASE WHEN e = '\\N' THEN e ELSE {back} END)"  # noqa: E501


def lazy_value(text: str, kind: Type, form: Form) -> str:
    """A field's text as its type; NULL where it does not parse."""
    if kind.is_string:
        return f"left({text}, {kind.args[0]})" if kind.args else text
    if kind.name == "boolean":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind.is_integer:
        return f"TRY_CAST(t_from_int({text}) AS {kind.duckdb()})"
    if kind.name == "timestamp":
        return timestamp(text, form.times)
    if kind.name == "date":
        return f"TRY_CAST(t_from_date({text}) AS DATE)"
    if kind.name == "varbinary":
        return f"from_base64({text})"
    if kind.is_nested:
        return _nested(text, kind, form)
    return f"TRY_CAST({text} AS {kind.duckdb()})"


def _nested(text: str, kind: Type, form: Form) -> str:
    mark, null = literal(form.marks[0]), literal(form.null)
    items = f"CASE WHEN {text} = '' THEN [] ELSE string_split({text}, {mark}) END"
    if kind.name == "array":
        inner = lazy_value(f"nullif(e, {null})", kind.args[0], form.inside(1))
        return f"list_transform({items}, lambda e: {inner})"
    if kind.name == "map":
        pair = f"string_split(e, {literal(form.marks[1])})"
        key = lazy_value(f"list_extract({pair}, 1)", kind.args[0], form.inside(2))
        value = lazy_value(f"nullif(list_extract({pair}, 2), {null})", kind.args[1], form.inside(2))
        return f"t_map_from_pairs(list_transform({items}, lambda e: {{'key': {key}, 'value': {value}}}))"
    parts = ", ".join(
        f"{quote(n)}: {lazy_value(f'nullif(string_split({text}, {mark})[{i}], {null})', t, form.inside(1))}"
        for i, (n, t) in enumerate(kind.args, 1)
    )
    return f"CASE WHEN {text} IS NULL THEN NULL ELSE {{{parts}}} END"
