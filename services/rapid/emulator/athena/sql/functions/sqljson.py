"""JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT and JSON_ARRAY of the SQL standard.

https://trino.io/docs/current/functions/json.html (read 2026-11). Paths are followed by `computed.jsonpath`.
"""

import json

from sqlglot import exp

from rapid.emulator.athena.sql import casts
from rapid.emulator.athena.sql.computed import jsonpath
from rapid.emulator.athena.sql.dialect import JsonCall, position
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.named_types import to_type
from rapid.emulator.athena.sql.registry import Call
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BOOLEAN, VARCHAR, converts


def compile_call(call: Call, node: JsonCall) -> Typed:
    """Any of the five."""
    made = {"json_object": _object, "json_array": _array}.get(call.name)
    if made:
        return _returned(call, node, made(call, node))
    document, path, passed = _document(call), _path(call, node), _passed(call, node)
    if call.name == "json_exists":
        return _exists(f"p_sqljson_exists({document}, {path}, {passed})", node)
    if call.name == "json_value":
        return _value(call, node, f"p_sqljson_value({document}, {path}, {passed})")
    return _query(node, f"{document}, {path}, {passed}")


def _returned(call: Call, node: JsonCall, text: Typed) -> Typed:
    """JSON as the type that RETURNING names."""
    given = node.args.get("returning")
    kind = to_type(given) if given is not None else VARCHAR
    if not (kind.is_string or kind.name == "varbinary"):
        message = f"Cannot output JSON value as {kind} using formatting JSON"
        raise SqlError("TYPE_MISMATCH", message, position(call.node))
    return casts.cast(text, kind, safe=False)


def _document(call: Call) -> str:
    value = call.typed(0)
    if value.type.name in ("json", "unknown"):
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type.name == "varbinary":
        return f"decode({value.sql})"
    if not value.type.is_string:
        message = f"Cannot read input of type {value.type} as JSON using formatting JSON"
        raise SqlError("TYPE_MISMATCH", message, position(call.arguments[0]))
    return value.sql


def _path(call: Call, node: JsonCall) -> str:
    """The path, which is looked at before the query runs."""
    written, place = call.text(1), position(call.arguments[1])
    try:
        jsonpath.check(written, {v.meta["name"] for v in node.args.get("passing") or []})
    except jsonpath.PathError as error:
        if place and error.code == "SYNTAX_ERROR":
            place = Position(place.line, place.column + 1)
        raise SqlError(error.code, str(error), place) from error
    return literal(written)


def _passed(call: Call, node: JsonCall) -> str:
    """The values of PASSING as a JSON object."""
    members = [
        f"{literal(json.dumps(v.meta['name']) + ':')} || {_json(call, v)}" for v in node.args.get("passing") or []
    ]
    joined = " || ',' || ".join(members)
    return f"('{{' || {joined} || '}}')" if members else "'{}'"


def _exists(found: str, node: JsonCall) -> Typed:
    failed = {"TRUE": "TRUE", "FALSE": "FALSE", "UNKNOWN": "NULL", "ERROR": f"t_error({found})"}
    on_error = failed[node.clause("ERROR", "FALSE")]
    answers = "WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE"
    return Typed(f"CASE WHEN {found} IS NOT NULL THEN CASE {found} {answers} ELSE {on_error} END END", BOOLEAN)


def _value(call: Call, node: JsonCall, found: str) -> Typed:
    given = node.args.get("returning")
    kind = to_type(given) if given is not None else VARCHAR
    value = casts.cast(Typed(f"({found}).value", VARCHAR), kind, safe=True).sql

    def otherwise(event: str) -> str:
        choice = node.clause(event, "NULL")
        if choice == "ERROR":
            return f"t_error(({found}).value)"
        default = node.default(event)
        if default is None:
            return "NULL"
        instead = call.compiler.compile(default)
        if not converts(instead.type, kind):
            message = (
                f"Function JSON_VALUE default ON {event} result must evaluate to a {kind} (actual: {instead.type})"
            )
            raise SqlError("TYPE_MISMATCH", message, position(default))
        return call.compiler.coerce(instead, kind).sql

    if kind != VARCHAR:  # a value of another type is an error as well
        unlike = otherwise("ERROR")
        if node.clause("ERROR", "NULL") == "ERROR":
            message = f"Cannot cast value of type varchar to declared return type of function JSON_VALUE: {kind}"
            unlike = f"t_error({literal('JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: ' + message)})"
        value = f"CASE WHEN {value} IS NULL AND ({found}).value IS NOT NULL THEN {unlike} ELSE {value} END"
    state = f"({found}).state"
    failed = f"WHEN 'empty' THEN {otherwise('EMPTY')} WHEN 'error' THEN {otherwise('ERROR')}"
    sql = f"CASE {state} WHEN 'ok' THEN {value} {failed} END"
    return Typed(sql, kind)


def _query(node: JsonCall, given: str) -> Typed:
    words = node.words
    wrapper = "without"
    if "WITH" in words:
        wrapper = "conditional" if "CONDITIONAL" in words else "with"
        if "QUOTES" in words:
            what = "CONDITIONAL" if wrapper == "conditional" else "UNCONDITIONAL"
            behavior = f"{words[words.index('QUOTES') - 1]} QUOTES behavior specified with WITH {what} ARRAY WRAPPER"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", f"{behavior} behavior", position(node))
    keep = "FALSE" if "OMIT" in words else "TRUE"
    found = f"p_sqljson_query({given}, '{wrapper}', {keep})"

    def otherwise(event: str) -> str:
        choices = {"NULL": "NULL", "ARRAY": "'[]'", "OBJECT": "'{}'", "ERROR": f"t_error(({found}).value)"}
        return choices[node.clause(event, "NULL")]

    sql = f"CASE ({found}).state WHEN 'ok' THEN ({found}).value WHEN 'empty' THEN {otherwise('EMPTY')} WHEN 'error' THEN {otherwise('ERROR')} END"  # noqa: E501
    given_type = node.args.get("returning")
    kind = to_type(given_type) if given_type is not None else VARCHAR
    return casts.cast(Typed(sql, VARCHAR), kind, safe=False)


def _json(call: Call, node: exp.Expr) -> str:
    """A value as JSON text; what is JSON already, by `FORMAT JSON` or as another of these calls, as it is."""
    value = call.compiler.compile(node)
    if node.meta.get("json") or (isinstance(node, JsonCall) and node.name not in ("json_value", "json_exists")):
        return f"CAST(json({value.sql}) AS VARCHAR)"
    message = f"Unsupported type of value passed to {call.name.upper()} function: {value.type}"
    if value.type.is_nested:
        raise SqlError("NOT_SUPPORTED", message, position(call.node))
    refusal = SqlError("NOT_SUPPORTED", message, position(node))
    return "'null'" if value.type.name == "unknown" else f"CAST({casts.to_json(value, refusal)} AS VARCHAR)"


def _array(call: Call, node: JsonCall) -> Typed:
    """NULLs are left out unless `NULL ON NULL`."""
    items = [f"[{_json(call, call.arguments[i])}]" for i in range(len(call.arguments))]
    keep = node.clause("NULL", "ABSENT") == "NULL"
    null_items = [
        "['null']" if call.typed(i).type.name == "unknown" else f"[coalesce({_json(call, call.arguments[i])}, 'null')]"
        for i in range(len(call.arguments))
    ]
    kept = [f"CASE WHEN {call.typed(i).sql} IS NULL THEN [] ELSE {item} END" for i, item in enumerate(items)]
    parts = ", ".join(null_items if keep else kept)
    return Typed(
        f"('[' || coalesce(array_to_string(flatten([{parts}]), ','), '') || ']')" if parts else "'[]'", VARCHAR
    )


def _member_order(keys: list[Typed]) -> list[int]:
    """Where each key stands among the arguments, in the order of Trino's objects: that of a Java `HashMap`."""
    at = [2 * i for i in range(len(keys))]
    if not all(isinstance(k.value, str) for k in keys):
        return at
    size = 16
    while len(keys) > 0.75 * size:
        size *= 2
    return sorted(at, key=lambda i: _bucket(keys[i // 2].value) & (size - 1))


def _bucket(text: str) -> int:
    """`String.hashCode`, as `HashMap` spreads it."""
    code, units = 0, text.encode("utf-16-be")
    for high, low in zip(units[::2], units[1::2], strict=True):
        code = (31 * code + 256 * high + low) & 0xFFFFFFFF
    return code ^ (code >> 16)


def _object(call: Call, node: JsonCall) -> Typed:
    """NULLs are kept unless `ABSENT ON NULL`."""
    keep = node.clause("NULL", "NULL") == "NULL"
    members = []
    for at in range(0, len(call.arguments), 2):
        kind = call.typed(at).type
        if not kind.is_string:
            message = f"Invalid type of JSON object key: {kind}"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", message, position(call.arguments[at]))
    for at in _member_order([call.typed(at) for at in range(0, len(call.arguments), 2)]):
        key, value = call.typed(at), call.typed(at + 1)
        member = (
            f"(CAST(to_json({key.sql}) AS VARCHAR) || ':' || coalesce({_json(call, call.arguments[at + 1])}, 'null'))"
        )
        members.append(f"[{member}]" if keep else f"CASE WHEN {value.sql} IS NULL THEN [] ELSE [{member}] END")
    if not members:
        return Typed("'{}'", VARCHAR)
    names = f"[{', '.join(call.typed(at).sql for at in range(0, len(call.arguments), 2))}]"
    message = "INVALID_FUNCTION_ARGUMENT: duplicate key passed to JSON_OBJECT function"
    if "UNIQUE" not in node.words or "WITHOUT" in node.words:
        message = "NOT_SUPPORTED: cannot construct a JSON object with duplicate key"
    unique = f"CASE WHEN len({names}) > len(list_distinct({names})) THEN t_error('{message}') END"
    joined = f"coalesce(array_to_string(flatten([{', '.join(members)}]), ','), '')"
    return Typed(f"(coalesce({unique}, '') || '{{' || {joined} || '}}')", VARCHAR)
