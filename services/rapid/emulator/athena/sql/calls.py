"""Calls of scalar functions, and the syntax that only looks like one."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import JsonCall, position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions import AGGREGATES, COLLECTING, SCALARS, SPECIALS, WINDOWS, sqljson, times
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.registry import Call, choose, fill, unexpected
from rapid.emulator.athena.sql.scope import Typed

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_NO_PAREN: dict[type[exp.Expr], str] = {
    exp.CurrentDate: "current_date",
    exp.CurrentTime: "current_time",
    exp.CurrentTimestamp: "current_timestamp",
    exp.CurrentDatetime: "localtimestamp",
    exp.Localtimestamp: "localtimestamp",
    exp.Localtime: "localtime",
    exp.CurrentUser: "current_user",
    exp.CurrentCatalog: "current_catalog",
    exp.CurrentSchema: "current_schema",
}


@compiles(exp.Anonymous)
def anonymous(ex: "Expressions", node: exp.Anonymous) -> Typed:
    return call(ex, str(node.this).lower(), node.expressions, node)


@compiles(*_NO_PAREN)
def without_parentheses(ex: "Expressions", node: exp.Expr) -> Typed:
    digits = [node.this] if isinstance(node.this, exp.Expr) else []
    return call(ex, _NO_PAREN[type(node)], digits, node)


def call(ex: "Expressions", name: str, arguments: list[exp.Expr], node: exp.Expr) -> Typed:
    """A call by name.

    Raises:
        SqlError: FUNCTION_NOT_FOUND if there is no such function, or none for these arguments.
    """
    if name in AGGREGATES or name in WINDOWS or name in COLLECTING:
        from rapid.emulator.athena.sql.aggregating import aggregate

        return aggregate(ex, name, arguments, node)
    special = SPECIALS.get(name)
    if special:
        return special(Call(name, node, arguments, ex))
    if name not in SCALARS:
        for argument in arguments:  # Trino looks at these first
            if not isinstance(argument, exp.Lambda):
                ex.compile(argument)
        raise SqlError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", position(node))
    if any(isinstance(a, exp.Lambda) for a in arguments):
        raise Call(name, node, arguments, ex).wrong_arguments()
    values = [ex.compile(a) for a in arguments]
    chosen = choose(SCALARS[name], values)
    if chosen is None:
        raise unexpected(name, [str(v.type) for v in values], node)
    signature, kinds, result = chosen
    return Typed(fill(signature.template, [ex.coerce(v, k).sql for v, k in zip(values, kinds, strict=True)]), result)


@compiles(exp.Lambda, exp.JSONExtract)
def lambda_(_ex: "Expressions", node: exp.Expr) -> Typed:
    message = "Lambda expression should always be used inside a function"
    raise SqlError("TYPE_MISMATCH", message, position(node))


@compiles(exp.AtTimeZone)
def at_time_zone(ex: "Expressions", node: exp.AtTimeZone) -> Typed:
    zone = ex.compile(node.args["zone"])
    return times.in_zone(Call("at_timezone", node, [], ex), ex.compile(node.this), zone)


@compiles(exp.Extract)
def extract(ex: "Expressions", node: exp.Extract) -> Typed:
    """`millisecond` is a function and no field."""
    if node.this.name.lower() == "millisecond":
        raise SqlError("SYNTAX_ERROR", f"Invalid EXTRACT field: {node.this.name}", position(node))
    return times.extract(Call("extract", node, [], ex), node.this.name, ex.compile(node.expression))


@compiles(exp.Trim)
def trim(ex: "Expressions", node: exp.Trim) -> Typed:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    return call(ex, name, [n for n in (node.this, node.expression) if n], node)


@compiles(exp.Substring)
def substring(ex: "Expressions", node: exp.Substring) -> Typed:
    arguments = [node.this, node.args.get("start"), node.args.get("length")]
    return call(ex, "substring", [a for a in arguments if a is not None], node)


@compiles(exp.StrPosition)
def position_in(ex: "Expressions", node: exp.StrPosition) -> Typed:
    return call(ex, "strpos", [node.this, node.args["substr"]], node)


@compiles(JsonCall)
def json_call(ex: "Expressions", node: JsonCall) -> Typed:
    return sqljson.compile_call(Call(node.name, node, list(node.expressions), ex), node)
