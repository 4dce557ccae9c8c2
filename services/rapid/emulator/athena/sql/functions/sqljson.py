"""JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT and JSON_ARRAY of the SQL standard.

https://trino.io/docs/current/functions/json.html (read 2026-11). Paths are followed by `computed.jsonpath`.
"""

from rapid.emulator.athena.sql import casts
from rapid.emulator.athena.sql.dialect import JsonCall, position, to_type
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.registry import Call
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BOOLEAN, VARCHAR


def compile_call(call: Call, node: JsonCall) -> Typed:
    """Any of the five."""
    made = {"json_object": _object, "json_array": _array}.get(call.name)
    if made:
        return made(call, node)
    document, path = _document(call), call.cast(1, VARCHAR)
    if call.name == "json_exists":
        return _exists(f"p_sqljson_exists({document}, {path})", node)
    if call.name == "json_value":
        return _value(call, node, f"p_sqljson_value({document}, {path})")
    return _query(node, document, path)


def _document(call: Call) -> str:
    value = call.typed(0)
    if value.type.name in ("json", "unknown"):
        return f"CAST({value.sql} AS VARCHAR)"
    if not value.type.is_string:
        raise SqlError("TYPE_MISMATCH", f"Cannot read input of type {value.type} as JSON", position(call.node))
    return value.sql


def _exists(found: str, node: JsonCall) -> Typed:
    failed = {"TRUE": "TRUE", "FALSE": "FALSE", "UNKNOWN": "NULL", "ERROR": _failure("path evaluation failed")}
    on_error = failed[node.clause("ERROR", "FALSE")]
    return Typed(
        f"CASE {found} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE WHEN 'error' THEN {on_error} END", BOOLEAN
    )


def _failure(what: str) -> str:
    return f"t_error({literal('PATH_EVALUATION_ERROR: ' + what)})"


def _value(call: Call, node: JsonCall, found: str) -> Typed:
    given = node.args.get("returning")
    kind = to_type(given) if given is not None else VARCHAR
    value = casts.cast(Typed(f"({found}).value", VARCHAR), kind, node.clause("ERROR", "NULL") != "ERROR")

    def otherwise(event: str) -> str:
        choice = node.clause(event, "NULL")
        if choice == "ERROR":
            return _failure("cannot extract SQL scalar from JSON")
        default = node.default(event)
        return call.compiler.coerce(call.compiler.compile(default), kind).sql if default is not None else "NULL"

    state = f"({found}).state"
    failed = f"WHEN 'empty' THEN {otherwise('EMPTY')} WHEN 'error' THEN {otherwise('ERROR')}"
    sql = f"CASE {state} WHEN 'ok' THEN {value.sql} {failed} END"
    return Typed(sql, kind)


def _query(node: JsonCall, document: str, path: str) -> Typed:
    words = node.words
    wrapper = "without"
    if "WITH" in words:
        wrapper = "conditional" if "CONDITIONAL" in words else "with"
    keep = "FALSE" if "OMIT" in words else "TRUE"
    found = f"p_sqljson_query({document}, {path}, '{wrapper}', {keep})"

    def otherwise(event: str) -> str:
        choices = {"NULL": "NULL", "ARRAY": "'[]'", "OBJECT": "'{}'", "ERROR": _failure("cannot extract JSON")}
        return choices[node.clause(event, "NULL")]

    sql = f"CASE ({found}).state WHEN 'ok' THEN ({found}).value WHEN 'empty' THEN {otherwise('EMPTY')} WHEN 'error' THEN {otherwise('ERROR')} END"  # noqa: E501
    return Typed(sql, VARCHAR)


def _json(call: Call, index: int) -> str:
    value = call.typed(index)
    refusal = SqlError("TYPE_MISMATCH", f"Cannot use {value.type} as JSON", position(call.node))
    return "'null'" if value.type.name == "unknown" else f"CAST({casts.to_json(value, refusal)} AS VARCHAR)"


def _array(call: Call, node: JsonCall) -> Typed:
    """NULLs are left out unless `NULL ON NULL`."""
    items = [f"[{_json(call, i)}]" for i in range(len(call.arguments))]
    keep = node.clause("NULL", "ABSENT") == "NULL"
    null_items = [
        "['null']" if call.typed(i).type.name == "unknown" else f"[coalesce({_json(call, i)}, 'null')]"
        for i in range(len(call.arguments))
    ]
    kept = [f"CASE WHEN {call.typed(i).sql} IS NULL THEN [] ELSE {item} END" for i, item in enumerate(items)]
    parts = ", ".join(null_items if keep else kept)
    return Typed(
        f"('[' || coalesce(array_to_string(flatten([{parts}]), ','), '') || ']')" if parts else "'[]'", VARCHAR
    )


def _object(call: Call, node: JsonCall) -> Typed:
    """NULLs are kept unless `ABSENT ON NULL`."""
    keep = node.clause("NULL", "NULL") == "NULL"
    members = []
    for at in range(0, len(call.arguments), 2):
        key, value = call.typed(at), call.typed(at + 1)
        member = f"(CAST(to_json({key.sql}) AS VARCHAR) || ':' || coalesce({_json(call, at + 1)}, 'null'))"
        members.append(f"[{member}]" if keep else f"CASE WHEN {value.sql} IS NULL THEN [] ELSE [{member}] END")
    if not members:
        return Typed("'{}'", VARCHAR)
    return Typed(f"('{{' || coalesce(array_to_string(flatten([{', '.join(members)}]), ','), '') || '}}')", VARCHAR)
