"""ORDER BY, OFFSET, LIMIT and FETCH, and the windows of window functions."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.dialect import position, word_before
from rapid.emulator.athena.sql.errors import MalformedQueryError, SqlError, not_supported
from rapid.emulator.athena.sql.scope import Column, Typed

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions


_FRAME = ("PRECEDING", "CURRENT ROW", "FOLLOWING")


def tail(tree: exp.Expr, expressions: "Expressions", columns: list[Column], values: list[Typed] | None = None) -> str:
    """What follows a query's body.

    Args:
        tree: the query.
        expressions: compile what the ORDER BY names.
        columns: the query's outputs, which a number or a name may stand for.
        values: the outputs as compiled, for `WITH TIES`; None where there is no SELECT list.
    """
    order, limit, offset = (tree.args.get(a) for a in ("order", "limit", "offset"))
    sql = ""
    if limit is not None and _with_ties(limit):
        if order is None or values is None:
            place = word_before(expressions.compiler.text, limit.args.get("count"), "FETCH")
            raise SqlError("MISSING_ORDER_BY", "FETCH FIRST WITH TIES clause requires ORDER BY", place)
        sql += _ties(order, expressions, columns, values, _count(limit.args.get("count")))
        limit = None
    if order:
        sql += f" {order_by(order, expressions, columns)}"
    if limit is not None:
        count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
        number = _count(count)
        if isinstance(limit, exp.Fetch) and number == "0":
            message = "FETCH FIRST row count must be positive (actual value: 0)"
            place = word_before(expressions.compiler.text, count, "FETCH")
            raise SqlError("NUMERIC_VALUE_OUT_OF_RANGE", message, place)
        sql += f" LIMIT {number}" if number else ""
    if offset is not None:
        sql += f" OFFSET {_count(offset.expression)}"
    return sql


def _with_ties(limit: exp.Expr) -> bool:
    options = limit.args.get("limit_options")
    if options and options.args.get("percent"):
        raise not_supported("PERCENT in FETCH", position(limit))
    return bool(options and options.args.get("with_ties"))


def _count(count: exp.Expr | None) -> str:
    """A number of rows; nothing for ALL.

    Raises:
        MalformedQueryError: it is not a whole number.
    """
    if count is None:
        return "1"
    if count.name.upper() == "ALL":
        return ""
    if not count.name.isdigit() or (isinstance(count, exp.Literal) and count.is_string) or isinstance(count, exp.Neg):
        raise MalformedQueryError(
            f"mismatched input '{count.sql('trino')}'. Expecting: 'ALL', <integer>", position(count)
        )
    return count.name


def _ties(order: exp.Order, expressions: "Expressions", columns: list[Column], values: list[Typed], count: str) -> str:
    """`QUALIFY rank() … <= n`: a window knows no positions of outputs, so these become their expressions."""
    keys = []
    for item in order.expressions:
        key = _key(item.this, expressions, columns)
        keys.append(f"{values[int(key) - 1].sql if key.isdigit() else key} {_direction(item)}")
    return f" QUALIFY rank() OVER (ORDER BY {', '.join(keys)}) <= {count}"


def order_by(order: exp.Order, expressions: "Expressions", columns: list[Column] | None = None) -> str:
    """`ORDER BY …`; with `columns`, a number or the name of an output stands for that output."""
    items = [f"{_key(item.this, expressions, columns)} {_direction(item)}" for item in order.expressions]
    return "ORDER BY " + ", ".join(items)


def check_distinct(order: exp.Order, expressions: "Expressions", columns: list[Column], values: list[Typed]) -> None:
    """Raises EXPRESSION_NOT_IN_DISTINCT for a key that is no output of SELECT DISTINCT."""
    outputs = {v.sql for v in values}
    for item in order.expressions:
        key = _key(item.this, expressions, columns)
        if not key.removeprefix("c").isdigit() and key not in outputs:
            message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise SqlError("EXPRESSION_NOT_IN_DISTINCT", message, position(order.parent))


def _direction(item: exp.Expr) -> str:
    """NULLs come last in Trino, ascending and descending."""
    return f"{'DESC' if item.args.get('desc') else 'ASC'} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"


def ordinal(node: exp.Expr, count: int, clause: str) -> int:
    """The place of the output that a number stands for, from 0.

    Raises:
        SqlError: INVALID_COLUMN_REFERENCE if there is none.
    """
    number = int(node.name) if node.name.isdigit() else 0
    if not 1 <= number <= count:
        message = f"{clause} position {node.name} is not in select list"
        raise SqlError("INVALID_COLUMN_REFERENCE", message, position(node))
    return number - 1


def _key(node: exp.Expr, expressions: "Expressions", columns: list[Column] | None) -> str:
    if columns is not None:
        if isinstance(node, exp.Literal) and not node.is_string:
            return str(ordinal(node, len(columns), "ORDER BY") + 1)
        if isinstance(node, exp.Column) and len(node.parts) == 1:
            found = [i for i, c in enumerate(columns) if c.name.lower() == node.name.lower()]
            if len(found) == 1 or (found and node.name.lower() in expressions.scope.aliases):
                zoned = columns[found[0]].type.name == "timestamp with time zone"
                return str(found[0] + 1) if not zoned else f"c{found[0]}"
    value = expressions.compile(node)
    if value.type.name in ("map", "json"):
        message = f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY"
        raise SqlError("TYPE_MISMATCH", message, position(node))
    return zones.moment(value) if value.type.name == "timestamp with time zone" else value.sql


def window(node: exp.Window, expressions: "Expressions") -> str:
    """The `(PARTITION BY … ORDER BY … frame)` of a window."""
    alias = node.args.get("alias")
    if alias is not None:
        return _named_window(alias, node, expressions)
    parts = []
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(expressions.compile(n).sql for n in node.args["partition_by"]))
    if node.args.get("order"):
        parts.append(order_by(node.args["order"], expressions))
    spec = node.args.get("spec")
    if spec:
        parts.append(_frame(spec, expressions))
    return f"({' '.join(parts)})"


def _named_window(alias: exp.Expr, node: exp.Window, expressions: "Expressions") -> str:
    select = node.find_ancestor(exp.Select)
    for named in (select.args.get("windows") if select else None) or []:
        if named.name.lower() == alias.name.lower():
            given = {k: v for k, v in named.args.items() if k not in ("this", "alias")}
            return window(exp.Window(**given), expressions)
    raise SqlError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {alias.name}", position(node))


def _frame(spec: exp.WindowSpec, expressions: "Expressions") -> str:
    def bound(name: str) -> str:
        value, side = spec.args.get(name), spec.args.get(f"{name}_side") or ""
        if value is None:
            return "CURRENT ROW"
        if isinstance(value, str):
            return f"{value} {side}".strip().upper()
        return f"{expressions.compile(value).sql} {side.upper()}"

    start, end = bound("start"), bound("end")
    first, final = (b if b == "CURRENT ROW" else b.rpartition(" ")[2] for b in (start, end))
    if first != final and _FRAME.index(first) > _FRAME.index(final):
        message = f"Window frame starting from {first} cannot end with {final}"
        node = spec.args.get("start")
        kind = spec.args["kind"].upper()
        place = word_before(expressions.compiler.text, node, kind) if isinstance(node, exp.Expr) else None
        raise SqlError("INVALID_WINDOW_FRAME", message, place)
    if spec.args.get("exclude"):
        raise not_supported("EXCLUDE in a window frame", position(spec))
    return f"{spec.args['kind'].upper()} BETWEEN {start} AND {end}"
