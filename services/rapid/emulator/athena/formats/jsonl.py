"""JSON Lines, as the Hive and the OpenX serde read them: keys without regard to case, missing ones NULL.

https://docs.aws.amazon.com/athena/latest/ug/json-serde.html (read 2026-11).
"""

import gzip
import json
from collections import OrderedDict
from pathlib import Path

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.sql.scope import literal, quote
from rapid.emulator.athena.sql.types import Type, field_name

_KNOWN_FILES = 20_000
_keys: "OrderedDict[Path, frozenset[str]]" = OrderedDict()


def keys(path: Path) -> frozenset[str]:
    """The keys of a file's records, as they are spelt. Files never change, so each is looked through once."""
    known = _keys.get(path)
    if known is None:
        opener = gzip.open if path.suffix == ".gz" else open
        found: set[str] = set()
        seen: set[str] = set()
        with opener(path, "rt", errors="replace") as file:
            for line in file:
                # Lines of one shape are many: look only at those whose keys were not all seen.
                try:
                    record = json.loads(line) if line.strip() else None
                except ValueError:
                    continue
                if isinstance(record, dict) and not seen.issuperset(record):
                    found.update(record)
                    seen.update(record)
        known = frozenset(found)
        _keys[path] = known
        while len(_keys) > _KNOWN_FILES:
            _keys.popitem(last=False)
    return known


def relation(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads.

    A malformed record fails the query, unless the table says `ignore.malformed.json` = `true`: then it is all NULL.
    """
    spelt: dict[str, list[str]] = {}
    for name in sorted(frozenset().union(*(keys(f.path) for f in files))):
        spelt.setdefault(name.lower(), []).append(name)
    mapping = {v.lower(): k.removeprefix("mapping.") for k, v in reading.parameters.items() if k.startswith("mapping.")}
    renamed = {column: key for key, column in mapping.items()}
    read: dict[str, str] = {}
    expressions: dict[str, str] = {}
    for column in reading.wanted:
        key = renamed.get(column.name, column.name)
        found = spelt.get(key.lower()) or (spelt.get(key.replace("_", ".")) if _dots(reading) else None) or []
        read.update(dict.fromkeys(found, "JSON"))
        values = [value(f"CAST({quote(n)} AS VARCHAR)", column.type) for n in found]
        joined = values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"
        expressions[column.name] = joined if values else f"CAST(NULL AS {column.type.duckdb()})"
    ignore = reading.parameters.get("ignore.malformed.json", "false").lower() == "true"
    if any(len(names) > 1 for names in spelt.values()):
        return _by_path(expressions, read, files, ignore)
    columns = ", ".join(f"{literal(n)}: '{t}'" for n, t in (read or {"\x1fnone": "JSON"}).items())
    source = (
        f"read_json({file_list(files)}, columns={{{columns}}}, format='newline_delimited', "
        f"ignore_errors={'true' if ignore else 'false'}, maximum_object_size=67108864, hive_partitioning=false)"
    )
    return expressions, source


def _by_path(
    expressions: dict[str, str], read: dict[str, str], files: list[DataFile], ignore: bool
) -> tuple[dict[str, str], str]:
    """Keys that differ only in case cannot be columns of DuckDB's reader: take them from the whole record instead."""
    items = [f"json_extract(json, {literal('$.' + quote(n))}) AS k{i}" for i, n in enumerate(read)]
    for index, name in enumerate(read):
        expressions = {
            c: sql.replace(f"CAST({quote(name)} AS VARCHAR)", f"CAST(k{index} AS VARCHAR)")
            for c, sql in expressions.items()
        }
    objects = f"read_ndjson_objects({file_list(files)}, ignore_errors={'true' if ignore else 'false'}, maximum_object_size=67108864)"  # noqa: E501
    return expressions, f"(SELECT {', '.join([*items, 'file_index'])} FROM {objects})"


def _dots(reading: Reading) -> bool:
    return reading.parameters.get("dots.in.keys", "false").lower() == "true"


def value(text: str, kind: Type) -> str:
    """A JSON value's text as its declared type; what cannot be it fails the query, as Athena does."""
    plain = f"json_extract_string({text}, '$')"
    absent = f"({text}) IS NULL OR json_type({text}) = 'NULL'"
    if kind.is_string:
        cut = f"left({plain}, {kind.args[0]})" if kind.args else plain
        return f"CASE WHEN {absent} THEN NULL WHEN json_type({text}) IN ('OBJECT', 'ARRAY') THEN {text} ELSE {cut} END"
    if kind.name == "array":
        inner = value("CAST(e AS VARCHAR)", kind.args[0])
        return f"CASE WHEN {absent} THEN NULL ELSE list_transform(json_extract({text}, '$[*]'), lambda e: {inner}) END"
    if kind.name == "map":
        item = value("CAST(json_extract(" + text + ", '$.\"' || k || '\"') AS VARCHAR)", kind.args[1])
        pairs = f"list_transform(json_keys({text}), lambda k: {{'key': CAST(k AS {kind.args[0].duckdb()}), 'value': {item}}})"  # noqa: E501
        return f"CASE WHEN {absent} THEN NULL ELSE map_from_entries({pairs}) END"
    if kind.name == "row":
        parts = ", ".join(
            f"{quote(field_name(n, i))}: {value(_member(text, n or ''), t)}" for i, (n, t) in enumerate(kind.args)
        )
        return f"CASE WHEN {absent} THEN NULL ELSE {{{parts}}} END"
    given = f"CASE WHEN {absent} THEN NULL ELSE {plain} END"
    if kind.is_integer:
        converted = f"TRY_CAST(t_from_int({plain}) AS {kind.duckdb()})"
    elif kind.name == "timestamp":
        converted = f"t_timestamp(regexp_replace(replace({plain}, 'T', ' '), 'Z$', ''))"
    elif kind.name == "varbinary":
        converted = f"from_base64({plain})"
    else:
        converted = f"TRY_CAST({plain} AS {kind.duckdb()})"
    message = f"HIVE_BAD_DATA: Error Parsing a column in the table: target type {kind}: For input string: "
    failed = f"({given}) <> '' AND ({converted}) IS NULL"
    return f"CASE WHEN {absent} THEN NULL WHEN {failed} THEN error({literal(message)} || '\"' || {plain} || '\"') ELSE {converted} END"  # noqa: E501


def _member(text: str, name: str) -> str:
    """A member of an object, without regard to case."""
    key = f"list_extract(list_filter(json_keys({text}), lambda k: lower(k) = {literal(name.lower())}), 1)"
    return f"CAST(json_extract({text}, '$.\"' || {key} || '\"') AS VARCHAR)"
