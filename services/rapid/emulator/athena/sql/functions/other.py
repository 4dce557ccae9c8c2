"""Conditional functions and those that tell about the session: https://trino.io/docs/current/functions/conditional.html."""

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.registry import Call, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BIGINT, UNKNOWN, VARCHAR


@special("coalesce")
def coalesce(call: Call) -> Typed:
    if len(call.arguments) < 2:
        raise SqlError(
            "INVALID_FUNCTION_ARGUMENT", "The 'coalesce' function must have at least two arguments", position(call.node)
        )
    values, kind = call.compiler.unify(call.all(), call.node)
    return Typed(f"coalesce({', '.join(v.sql for v in values)})", kind)


@special("nullif")
def nullif(call: Call) -> Typed:
    call.count(2)
    one, two = call.typed(0), call.typed(1)
    call.compiler.check_comparable(one, two, "=", call.node)
    return Typed(f"nullif({one.sql}, {two.sql})", one.type)


@special("if")
def if_(call: Call) -> Typed:
    call.count(2, 3)
    no = call.arguments[2] if len(call.arguments) == 3 else None
    return call.compiler.compile(exp.If(this=call.arguments[0], true=call.arguments[1], false=no))


@special("try")
def try_(call: Call) -> Typed:
    """NULL instead of a failure of its argument (division by zero, bad cast, wrong argument)."""
    call.count(1)
    value = call.compiler.compile_safely(call.arguments[0])
    return Typed(f"TRY({value.sql})", value.type)


@special("grouping")
def grouping(call: Call) -> Typed:
    return Typed(f"grouping({', '.join(v.sql for v in call.all())})", BIGINT)


@special("fail")
def fail(call: Call) -> Typed:
    return Typed(f"error('GENERIC_USER_ERROR: ' || {call.cast(0, VARCHAR)})", UNKNOWN)


@special("version")
def version(call: Call) -> Typed:
    return Typed("'Athena engine version 3'", VARCHAR)


@special("current_user", "current_role")
def current_user(call: Call) -> Typed:
    return Typed("'root'", VARCHAR)


@special("current_catalog")
def current_catalog(call: Call) -> Typed:
    return Typed("'awsdatacatalog'", VARCHAR)
