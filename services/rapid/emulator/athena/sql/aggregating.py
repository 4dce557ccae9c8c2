"""Calls of aggregate and window functions: DISTINCT, ORDER BY, FILTER, IGNORE NULLS, OVER."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import decimals, ordering
from rapid.emulator.athena.sql.dialect import position, shown
from rapid.emulator.athena.sql.errors import Position, SqlError, not_supported
from rapid.emulator.athena.sql.functions import AGGREGATES, COLLECTING, SCALARS, SPECIALS, WINDOWS
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.registry import Aggregation, Call, choose, fill, unexpected
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BIGINT, MAX_DECIMAL, VARCHAR, decimal

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_RANKING = ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value")  # fmt: skip  # noqa: E501


def aggregate(
    ex: "Expressions",
    name: str,
    arguments: list[exp.Expr],
    node: exp.Expr,
    ignore_nulls: str = "",
    after: str = "",
) -> Typed:
    """A call of an aggregate or window function.

    Args:
        ex: the scope it stands in.
        name: lower case.
        arguments: as parsed, with DISTINCT and ORDER BY.
        node: the call.
        ignore_nulls: ` IGNORE NULLS` or nothing.
        after: its FILTER and OVER, compiled.
    """
    if name in _RANKING and " OVER " not in after:
        raise SqlError("MISSING_OVER", f"Window function {name} requires an OVER clause", position(node))
    arguments, distinct, order = _taken_apart(ex, arguments, node)
    if name == "count" and (not arguments or isinstance(arguments[0], exp.Star)):
        return Typed(ex.scope.counted.count if ex.scope.counted else f"count(*){after}", BIGINT)
    windows = [n for a in arguments for n in _inner(a, _is_window)]
    if windows and name not in WINDOWS and " OVER " not in after:
        message = f"Cannot nest window functions or row pattern measures inside aggregation '{name}': [{', '.join(map(shown, windows))}]"  # noqa: E501
        raise SqlError("NESTED_WINDOW", message, position(node))
    inner = [n for a in arguments for n in _inner(a, _is_aggregate)]
    if inner and " OVER " not in after:
        message = f"Cannot nest aggregations inside aggregation '{name}': [{', '.join(map(shown, inner))}]"
        raise SqlError("NESTED_AGGREGATION", message, position(node))
    if name in COLLECTING:
        return COLLECTING[name](Call(name, node, arguments, ex), Aggregation(distinct, order, after))
    values = [ex.compile(a) for a in arguments]
    if name == "listagg":
        if not (values[0].type.is_string or values[0].type.name == "unknown"):
            message = f"Expected expression of varchar, but '{shown(arguments[0])}' has {values[0].type} type"
            raise SqlError("TYPE_MISMATCH", message, position(node))
        text = ex.coerce(values[0], VARCHAR).sql
        return Typed(f"string_agg({distinct}{text}, {values[1].sql}{order}){after}", VARCHAR)
    return _chosen(ex, name, values, node, (distinct, order + ignore_nulls, after))


def _taken_apart(ex: "Expressions", given: list[exp.Expr], node: exp.Expr) -> tuple[list[exp.Expr], str, str]:
    """Arguments, DISTINCT, and ORDER BY."""
    arguments, distinct, order = list(given), "", ""
    ordered: exp.Order | None = None
    for at in (-1, 0):
        last = arguments[at] if arguments else None
        if isinstance(last, exp.Order):
            _check_ordered(last, ex, node)
            ordered, order = last, " " + ordering.order_by(last, ex)
            arguments[at] = last.this
    if arguments and isinstance(arguments[0], exp.Distinct):
        distinct = "DISTINCT "
        arguments = [*arguments[0].expressions, *arguments[1:]]
        for key in [o.this for o in ordered.expressions] if ordered else []:
            if key not in arguments:
                message = "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments"
                raise SqlError("EXPRESSION_NOT_IN_DISTINCT", message, position(key))
    return arguments, distinct, order


def _check_ordered(order: exp.Order, ex: "Expressions", node: exp.Expr) -> None:
    for item in order.expressions:
        kind = ex.compile(item.this).type
        if not kind.is_orderable:
            message = f"ORDER BY can only be applied to orderable types (actual: {kind})"
            raise SqlError("TYPE_MISMATCH", message, position(node))


def _is_window(node: exp.Expr) -> bool:
    return isinstance(node, exp.Window)


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in {*AGGREGATES, *COLLECTING}


def _inner(node: exp.Expr, wanted: Callable[[exp.Expr], bool]) -> list[exp.Expr]:
    """The outermost nodes that are wanted, none of subqueries, and none below a window function."""
    if wanted(node):
        return [node]
    if isinstance(node, exp.Window | exp.Query | exp.Subquery):
        return []
    return [inner for child in node.iter_expressions() for inner in _inner(child, wanted)]


def _chosen(ex: "Expressions", name: str, values: list[Typed], node: exp.Expr, parts: tuple[str, str, str]) -> Typed:
    distinct, inside, after = parts
    signatures = [*AGGREGATES.get(name, []), *WINDOWS.get(name, [])]
    chosen = choose(signatures, values)
    if chosen is None:
        raise unexpected(name, [str(v.type) for v in values], node)
    signature, kinds, result = chosen
    if name == "avg" and result.name == "decimal":
        return decimals.average(distinct, ex.coerce(values[0], kinds[0]), after)
    if name == "sum" and result.name == "decimal":
        result = decimal(MAX_DECIMAL, result.args[1])
    call, _, wrap = signature.template.partition(" :: ")
    arguments = [ex.coerce(v, k).sql for v, k in zip(values, kinds, strict=True)]
    body = fill(call, arguments)
    head, _, rest = body.partition("(")
    if rest.startswith("DISTINCT "):
        distinct = ""
    sql = f"{head}({distinct}{rest[:-1]}{inside}){after}"
    if wrap:
        sql = fill(wrap.replace("{dec}", result.duckdb()).replace("{}", "\0"), arguments).replace("\0", sql)
    return Typed(sql, result)


@compiles(exp.GroupConcat)
def listagg(ex: "Expressions", node: exp.GroupConcat) -> Typed:
    return aggregate(ex, "listagg", _listagg_arguments(node), node)


def _listagg_arguments(node: exp.GroupConcat) -> list[exp.Expr]:
    separator = node.args.get("separator") or exp.Literal.string("")
    return [node.this, separator.this if isinstance(separator, exp.OverflowTruncateBehavior) else separator]


@compiles(exp.Filter, exp.IgnoreNulls, exp.RespectNulls)
def filtered(ex: "Expressions", node: exp.Expr) -> Typed:
    return _windowed(ex, node, "")


def _refuse_nested(node: exp.Window) -> None:
    """Raises NESTED_WINDOW for a window function in the arguments or the OVER of another."""
    what = "Cannot nest window functions or row pattern measures inside window"
    specification = [
        *(node.args.get("partition_by") or []),
        *filter(None, (node.args.get("order"), node.args.get("spec"))),
    ]
    for where, parts in (("function arguments", list(node.this.iter_expressions())), ("specification", specification)):
        for nested in (n for part in parts for n in _inner(part, _is_window)):
            raise SqlError("NESTED_WINDOW", f"{what} {where}", position(nested))


@compiles(exp.Window)
def window(ex: "Expressions", node: exp.Window) -> Typed:
    _refuse_nested(node)
    call = node.this
    while isinstance(call, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        call = call.this
    if any(isinstance(a, exp.Distinct) for a in call.expressions):
        message = f"DISTINCT in window function parameters not yet supported: {shown(node)}"
        raise SqlError("NOT_SUPPORTED", message, Position(1, 1))
    return _windowed(ex, node.this, f" OVER {ordering.window(node, ex)}")


def _windowed(ex: "Expressions", node: exp.Expr, after: str) -> Typed:
    ignore = ""
    while isinstance(node, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        if isinstance(node, exp.Filter):
            if after:
                raise SqlError("NOT_SUPPORTED", "FILTER is not yet supported for window functions", Position(1, 1))
            condition = ex.boolean(node.expression.this, "Filter expression")
            after = f" FILTER (WHERE {condition.sql}){after}"
        elif isinstance(node, exp.IgnoreNulls):
            ignore = " IGNORE NULLS"
        node = node.this
    if isinstance(node, exp.GroupConcat):
        return aggregate(ex, "listagg", _listagg_arguments(node), node, ignore, after)
    if not isinstance(node, exp.Anonymous):
        raise not_supported(f"{type(node).__name__} as a window function", position(node))
    name = str(node.this).lower()
    if name not in AGGREGATES and name not in WINDOWS and name not in COLLECTING:
        known = name in SCALARS or name in SPECIALS
        if known and " OVER " in after:
            raise SqlError("FUNCTION_NOT_WINDOW", f"Not a window function: {name}", Position(1, 1))
        message = f"Function '{name}' is not an aggregate function" if known else f"Function '{name}' not registered"
        raise SqlError("FUNCTION_NOT_AGGREGATE" if known else "FUNCTION_NOT_FOUND", message, position(node))
    return aggregate(ex, name, node.expressions, node, ignore, after)
