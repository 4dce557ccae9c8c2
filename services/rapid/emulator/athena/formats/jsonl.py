"""JSON Lines, as the Hive and the OpenX serde read them, and CloudTrail's files of records.

Keys count without regard to case, missing ones are NULL.
https://docs.aws.amazon.com/athena/latest/ug/json-serde.html, .../cloudtrail-serde.html (read 2026-11).
"""

from collections import OrderedDict
from dataclasses import dataclass

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.formats.lazy import timestamp, timestamp_patterns
from rapid.emulator.athena.sql.scope import literal, quote
from rapid.emulator.athena.sql.types import Type, field_name

_KNOWN_FILES = 20_000
_MAX_OBJECT = 256 * 2**20
_DENSE = 10_000
"""So many brackets may be so deep a nesting that DuckDB's reader of columns ends the process (1.5.5, at 100,000)."""
_keys: "OrderedDict[tuple[str, bool], frozenset[tuple[str, bool]]]" = OrderedDict()


@dataclass(frozen=True)
class How:
    """How a serde takes values.

    Attributes:
        lenient: what cannot be the declared type is NULL, and does not fail the query.
        times: further patterns of timestamps, as strptime takes them.
        moments: whether timestamps may be numbers, as the OpenX serde takes them.
    """

    lenient: bool = False
    times: tuple[str, ...] = ()
    moments: bool = False


def keys(reading: Reading, files: list[DataFile], objects: str, trail: bool) -> tuple[set[str], bool]:
    """The keys of the files' records, as they are spelt, and whether any record may be nested too deeply.

    Files never change, so each is looked through once.
    """
    if any((f.path, trail) not in _keys for f in files):
        brackets = "length(json) - length(translate(json, '[{', ''))"
        dense = f"CASE WHEN length(json) > {_DENSE} THEN {brackets} > {_DENSE} ELSE false END"
        sql = f"SELECT DISTINCT file_index, unnest(json_keys(json)), {dense} FROM {objects}"
        found: dict[int, set[tuple[str, bool]]] = {}
        for index, key, deep in reading.connection.rows(sql):
            found.setdefault(int(index), set()).add((str(key), bool(deep)))
        for index, file in enumerate(files):
            _keys[file.path, trail] = frozenset(found.get(index, ()))
    known = set().union(*(_keys[f.path, trail] for f in files))
    while len(_keys) > _KNOWN_FILES:
        _keys.popitem(last=False)
    return {key for key, _ in known}, any(deep for _, deep in known)


def relation(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads.

    A malformed record fails the query, unless the table says `ignore.malformed.json` = `true`: then it is all NULL.
    """
    trail = "cloudtrail" in f"{reading.serde} {reading.inputs}".lower()
    ignore = reading.parameters.get("ignore.malformed.json", "false").lower() == "true"
    looked = _objects(files, "hive_partitioning=false", ignore=True, carried="file_index", trail=trail)
    names, deep = keys(reading, files, looked, trail)
    spelt: dict[str, list[str]] = {}
    for name in sorted(names):
        spelt.setdefault(name.lower(), []).append(name)
    found = {c.name: _names(reading, c.name, spelt) for c in reading.wanted}
    lenient = reading.parameters.get("use.null.for.invalid.data", "false").lower() == "true"
    how = How(lenient, timestamp_patterns(reading.parameters), "openx" in reading.serde.lower())
    read = dict.fromkeys(n for names in found.values() for n in names)
    # Keys that differ only in case cannot be columns of DuckDB's reader: then they are taken from the whole record.
    whole = trail or deep or any(len(names) > 1 for names in spelt.values())
    columns = {n: f"k{i}" if whole else quote(n) for i, n in enumerate(read)}
    # What no column takes apart is read as its text at once.
    texts = {n for n in read if not any(c.type.is_nested for c in reading.wanted if n in found[c.name])}
    taken = {n: (scalar, c) if n in texts else (value, f"CAST({c} AS VARCHAR)") for n, c in columns.items()}
    expressions = {}
    for column in reading.wanted:
        values = [take(read_as, column.type, how) for take, read_as in (taken[n] for n in found[column.name])]
        joined = values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"
        expressions[column.name] = joined if values else f"CAST(NULL AS {column.type.duckdb()})"
    if whole:
        items = [
            f"json_extract{'_string' * (n in texts)}(json, {literal('$.' + quote(n))}) AS {k}"
            for n, k in columns.items()
        ]
        objects = _objects(files, reading.option, ignore, reading.carried, trail)
        return expressions, f"(SELECT {', '.join([*items, reading.carried])} FROM {objects})"
    shape = ", ".join(f"{literal(n)}: '{'VARCHAR' if n in texts else 'JSON'}'" for n in read or ["\x1fnone"])
    source = (
        f"read_json({file_list(files)}, columns={{{shape}}}, format='newline_delimited', "
        f"ignore_errors={str(ignore).lower()}, maximum_object_size={_MAX_OBJECT}, {reading.option})"
    )
    return expressions, source


def _names(reading: Reading, column: str, spelt: dict[str, list[str]]) -> list[str]:
    """Keys of the records that a column stands for."""
    key = reading.parameters.get(f"mapping.{column}", column)
    if reading.parameters.get("case.insensitive", "true").lower() == "false":
        return [n for n in spelt.get(key.lower(), ()) if n == key]
    dotted = key.lower().replace("_", ".")
    if reading.parameters.get("dots.in.keys", "false").lower() == "true":
        return spelt.get(key.lower()) or next((n for k, n in spelt.items() if k.replace("_", ".") == dotted), [])
    return spelt.get(key.lower(), [])


def _objects(files: list[DataFile], option: str, ignore: bool, carried: str, trail: bool) -> str:
    """Whole records in a column `json`; those of CloudTrail lie in the list `Records` of one object a file."""
    form = "unstructured" if trail else "newline_delimited"
    objects = (
        f"read_json_objects({file_list(files)}, format='{form}', ignore_errors={str(ignore and not trail).lower()}, "
        f"maximum_object_size={_MAX_OBJECT}, {option})"
    )
    if not trail:
        return objects
    return f"(SELECT unnest(CAST(json_extract(json, '$.Records') AS JSON[])) AS json, {carried} FROM {objects})"


def value(text: str, kind: Type, how: How) -> str:
    """A JSON value, as it is written, as its declared type."""
    plain = f"json_extract_string({text}, '$')"
    absent = f"({text}) IS NULL OR json_type({text}) = 'NULL'"
    if kind.name == "array":
        inner = value("CAST(e AS VARCHAR)", kind.args[0], how)
        return f"CASE WHEN {absent} THEN NULL ELSE list_transform(json_extract({text}, '$[*]'), lambda e: {inner}) END"
    if kind.name == "map":
        item = value("CAST(json_extract(" + text + ", '$.\"' || k || '\"') AS VARCHAR)", kind.args[1], how)
        pairs = f"list_transform(json_keys({text}), lambda k: {{'key': CAST(k AS {kind.args[0].duckdb()}), 'value': {item}}})"  # noqa: E501
        return f"CASE WHEN {absent} THEN NULL ELSE map_from_entries({pairs}) END"
    if kind.name == "row":
        parts = ", ".join(
            f"{quote(field_name(n, i))}: {value(_member(text, n or ''), t, how)}" for i, (n, t) in enumerate(kind.args)
        )
        return f"CASE WHEN {absent} THEN NULL ELSE {{{parts}}} END"
    return scalar(plain, kind, how)


def scalar(text: str, kind: Type, how: How) -> str:
    """The text of a JSON value, without quotes and escapes, as its declared type, which is not nested."""
    if kind.is_string:
        return f"left({text}, {kind.args[0]})" if kind.args else text
    if kind.is_integer:
        converted = f"TRY_CAST(t_from_int({text}) AS {kind.duckdb()})"
    elif kind.name == "timestamp":
        iso = f"t_timestamp(regexp_replace(replace({text}, 'T', ' '), 'Z$', ''))"
        made = [*([timestamp(text, how.times)] if how.times else []), iso, *([_moment(text)] if how.moments else [])]
        converted = f"coalesce({', '.join(made)})"
    elif kind.name == "varbinary":
        converted = f"from_base64({text})"
    else:
        converted = f"TRY_CAST({text} AS {kind.duckdb()})"
    if how.lenient:
        return converted
    message = f"HIVE_BAD_DATA: Error Parsing a column in the table: target type {kind}: For input string: "
    return f"coalesce({converted}, CASE WHEN {text} <> '' THEN error({literal(message)} || '\"' || {text} || '\"') END)"


def _moment(text: str) -> str:
    """A number since 1970: seconds, or milliseconds if it is whole and has 13 digits or more.

    https://github.com/rcongiu/Hive-JSON-Serde (ParsePrimitiveUtils; read 2026-11).
    """
    unit = f"CASE WHEN regexp_full_match({text}, '\\d{{13,}}') THEN 1000 ELSE 1000000 END"
    return f"make_timestamp(CAST(round(TRY_CAST(t_from_decimal({text}) AS DOUBLE) * {unit}) AS BIGINT))"


def _member(text: str, name: str) -> str:
    """A member of an object, without regard to case."""
    key = f"list_extract(list_filter(json_keys({text}), lambda k: lower(k) = {literal(name.lower())}), 1)"
    return f"CAST(json_extract({text}, '$.\"' || {key} || '\"') AS VARCHAR)"
