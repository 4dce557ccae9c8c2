"""JSON functions: https://trino.io/docs/current/functions/json.html. Malformed text gives NULL."""

from rapid.emulator.athena.sql.computed.jsons import simple_path
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BIGINT, JSON, VARCHAR

declare(
    SCALARS,
    """
    json_format(json) -> varchar = CAST({0} AS VARCHAR)
    json_array_length(json) -> bigint = t_json_array_length(CAST({0} AS VARCHAR))
    json_array_length(varchar) -> bigint = t_json_array_length({0})
    is_json_scalar(json) -> boolean = t_is_json_scalar(CAST({0} AS VARCHAR))
    is_json_scalar(varchar) -> boolean = t_is_json_scalar({0})
    json_array_contains(json, varchar) -> boolean = t_json_array_contains(CAST({0} AS VARCHAR), to_json({1}))
    json_array_contains(json, bigint) -> boolean = t_json_array_contains(CAST({0} AS VARCHAR), to_json({1}))
    json_array_contains(json, double) -> boolean = t_json_array_contains(CAST({0} AS VARCHAR), to_json({1}))
    json_array_contains(json, boolean) -> boolean = t_json_array_contains(CAST({0} AS VARCHAR), to_json({1}))
    json_array_contains(varchar, varchar) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, bigint) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, double) -> boolean = t_json_array_contains({0}, to_json({1}))
    json_array_contains(varchar, boolean) -> boolean = t_json_array_contains({0}, to_json({1}))
    """,
)


def duckdb_path(text: str) -> str:
    """A path of `json_extract` as DuckDB writes it: `$.a["b c"][0]` → `$."a"."b c"[0]`.

    Raises:
        SqlError: INVALID_FUNCTION_ARGUMENT for what Trino does not take.
    """
    try:
        steps = simple_path(text)
    except ValueError as error:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", str(error).partition(": ")[2]) from error
    return "$" + "".join(f"[{s}]" if isinstance(s, int) else f'."{s}"' for s in steps)


def _document(call: Call) -> str:
    value = call.typed(0)
    if value.parts:
        return f"CAST({value.parts[0].sql} AS VARCHAR)"
    if value.type.name == "json":
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type.is_string or value.type.name == "unknown":
        return value.sql
    raise call.wrong_arguments()


@special("json_parse")
def json_parse(call: Call) -> Typed:
    """Canonical where it shows; what is taken apart at once, by a cast or a path, need not be."""
    call.count(1)
    text = call.cast(0, VARCHAR)
    return Typed(f"CAST(p_json_parse({text}) AS JSON)", JSON, parts=(Typed(f"t_json_parse({text})", JSON),))


@special("json_extract", "json_extract_scalar")
def json_extract(call: Call) -> Typed:
    call.count(2)
    document, path = _document(call), call.typed(1)
    scalar = call.name == "json_extract_scalar"
    if not path.type.is_string and path.type.name != "unknown":
        raise call.wrong_arguments()
    if isinstance(path.value, str) and '"' not in duckdb_path(path.value).replace('."', "").replace('"', "", 99):
        found = f"{'t_json_scalar' if scalar else 't_json_extract'}({document}, {literal(duckdb_path(path.value))})"
        return Typed(found, VARCHAR if scalar else JSON)
    if scalar:
        return Typed(f"p_json_scalar({document}, {path.sql})", VARCHAR)
    return Typed(f"CAST(p_json_extract({document}, {path.sql}) AS JSON)", JSON)


@special("json_size")
def json_size(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_size({_document(call)}, {literal(duckdb_path(call.text(1)))})", BIGINT)


@special("json_array_get")
def json_array_get(call: Call) -> Typed:
    call.count(2)
    return Typed(f"t_json_array_get({_document(call)}, {call.cast(1, BIGINT)})", JSON)
