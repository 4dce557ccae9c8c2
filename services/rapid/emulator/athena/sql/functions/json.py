"""JSON functions: https://trino.io/docs/current/functions/json.html. Malformed text gives NULL."""

import re

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BIGINT, JSON, VARCHAR

declare(
    SCALARS,
    """
    json_parse(varchar) -> json = t_json_parse({0})
    json_format(json) -> varchar = CAST({0} AS VARCHAR)
    json_array_length(json) -> bigint = t_json_array_length(CAST({0} AS VARCHAR))
    json_array_length(varchar) -> bigint = t_json_array_length({0})
    is_json_scalar(json) -> boolean = t_is_json_scalar(CAST({0} AS VARCHAR))
    is_json_scalar(varchar) -> boolean = t_is_json_scalar({0})
    json_array_contains(varchar, varchar) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, bigint) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, double) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, boolean) -> boolean = t_json_array_contains({0}, to_json({1}))
    """,
)

_STEP = re.compile(r"""\.([A-Za-z_][\w\-]*)|\[(\d+)\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\s*'([^']*)'\s*\]|\."([^"]*)\"""")


def duckdb_path(text: str, call: Call) -> str:
    """A JSON path that names one place, as DuckDB writes it: `$.a["b c"][0]` → `$."a"."b c"[0]`."""
    path = text.strip()
    path = path.removeprefix("lax ").removeprefix("strict ").strip()
    if not path.startswith("$"):
        path = "$" + (path if path.startswith("[") else "." + path)
    pieces, at = ["$"], 1
    while at < len(path):
        match = _STEP.match(path, at)
        if not match:
            raise SqlError("NOT_SUPPORTED", f"The JSON path '{text}' is not supported", position(call.node))
        name, index, *quoted = match.groups()
        key = name or next((q for q in quoted if q is not None), None)
        pieces.append(f"[{index}]" if index is not None else f'."{key}"')
        at = match.end()
    return "".join(pieces)


def _document(call: Call) -> str:
    value = call.typed(0)
    if value.type.name == "json":
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type.is_string or value.type.name == "unknown":
        return value.sql
    raise call.wrong_arguments()


@special("json_extract")
def json_extract(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_extract({_document(call)}, {literal(duckdb_path(call.text(1), call))})", JSON)


@special("json_extract_scalar", "json_value")
def json_extract_scalar(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_scalar({_document(call)}, {literal(duckdb_path(call.text(1), call))})", VARCHAR)


@special("json_size")
def json_size(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_size({_document(call)}, {literal(duckdb_path(call.text(1), call))})", BIGINT)


@special("json_array_get")
def json_array_get(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_array_get({_document(call)}, {call.cast(1, BIGINT)})", JSON)
