"""Conditional functions and those that tell about the session: https://trino.io/docs/current/functions/conditional.html."""

from sqlglot import exp

from rapid.emulator.athena.sql.comparing import compared
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.registry import Call, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import INTEGER, UNKNOWN, VARCHAR, common


@special("coalesce")
def coalesce(call: Call) -> Typed:
    if len(call.arguments) < 2:
        raise SqlError("SYNTAX_ERROR", "The 'coalesce' function must have at least two arguments", position(call.node))
    values, kind = call.compiler.unify(call.all(), call.arguments, "All COALESCE operands")
    return Typed(f"coalesce({', '.join(v.sql for v in values)})", kind)


def _check_count(call: Call, *allowed: int) -> None:
    """Raises SYNTAX_ERROR for a wrong number of arguments, which Trino's parser counts for these."""
    if len(call.arguments) not in allowed:
        message = f"Invalid number of arguments for '{call.name}' function"
        raise SqlError("SYNTAX_ERROR", message, position(call.node))


@special("nullif")
def nullif(call: Call) -> Typed:
    _check_count(call, 2)
    one, two = call.typed(0), call.typed(1)
    if common(one.type, two.type) is None:
        message = f"Types are not comparable with NULLIF: {one.type} vs {two.type}"
        raise SqlError("TYPE_MISMATCH", message, position(call.node))
    return Typed(f"CASE WHEN {compared(call.compiler, one, two, '=')} THEN NULL ELSE {one.sql} END", one.type)


@special("if")
def if_(call: Call) -> Typed:
    _check_count(call, 2, 3)
    no = call.arguments[2] if len(call.arguments) == 3 else None
    return call.compiler.compile(exp.If(this=call.arguments[0], true=call.arguments[1], false=no))


@special("try")
def try_(call: Call) -> Typed:
    """NULL instead of a failure of its argument (division by zero, bad cast, wrong argument).

    DuckDB's TRY takes no aggregates or window functions: around those, divisions and casts alone are safe.
    """
    if len(call.arguments) != 1:
        raise SqlError("SYNTAX_ERROR", "The 'try' function must have exactly one argument", position(call.node))
    from rapid.emulator.athena.sql.grouping import aggregates  # which knows functions by this package

    argument = call.arguments[0]
    value = call.compiler.compile_safely(argument)
    if argument.find(exp.Window) or aggregates(argument):
        return value
    return Typed(f"TRY({value.sql})", value.type)


@special("grouping")
def grouping(call: Call) -> Typed:
    """Checked by `grouping.Grouping`, which knows what is grouped by."""
    return Typed(f"grouping({', '.join(v.sql for v in call.all())})", INTEGER)


@special("fail")
def fail(call: Call) -> Typed:
    return Typed(f"t_error('GENERIC_USER_ERROR: ' || {call.cast(0, VARCHAR)})", UNKNOWN)


@special("version")
def version(call: Call) -> Typed:
    return Typed("'Athena engine version 3'", VARCHAR)


@special("current_user", "current_role")
def current_user(call: Call) -> Typed:
    return Typed("'root'", VARCHAR)


@special("current_catalog")
def current_catalog(call: Call) -> Typed:
    return Typed("'awsdatacatalog'", VARCHAR)


@special("current_schema")
def current_schema(call: Call) -> Typed:
    return Typed(literal(call.compiler.compiler.database), VARCHAR)


_MISSING = """
hll_serialize scale_qdigest trimmed_mean
learn_classifier learn_libsvm_classifier learn_regressor learn_libsvm_regressor classify regress
features geometry_from_hadoop_shape
line_interpolate_points t_pdf
objectid_timestamp st_geomfromkml geospatial_partitions spatial_partitions spatial_partitioning
"""
UNSUPPORTED = tuple(_MISSING.split())
"""Functions that Athena has and that are not written: https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html."""


@special(*UNSUPPORTED)
def unsupported(call: Call) -> Typed:
    raise not_supported(f"Function '{call.name}'", position(call.node))
