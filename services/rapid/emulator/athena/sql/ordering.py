"""ORDER BY, OFFSET, LIMIT and FETCH, and the windows of window functions."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.dialect import position, shown, word_before
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, SqlError, not_supported
from rapid.emulator.athena.sql.scope import Column, Typed
from rapid.emulator.athena.sql.types import Type

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
    node = node.unnest()
    whole, first = f": {shown(node)}", Position(1, 1)
    if columns is not None:
        if isinstance(node, exp.Literal) and not node.is_string:
            at = ordinal(node, len(columns), "ORDER BY")
            _check_orderable(columns[at].type, f": :input({at})", first)
            return str(at + 1)
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and node.this.is_int:
            message = f"ORDER BY position -{node.this.name} is not in select list"
            raise SqlError("INVALID_COLUMN_REFERENCE", message, position(node))
        if isinstance(node, exp.Column) and len(node.parts) == 1:
            found = [i for i, c in enumerate(columns) if c.name.lower() == node.name.lower()]
            if len(found) == 1 or (found and node.name.lower() in expressions.scope.aliases):
                _check_orderable(columns[found[0]].type, whole, first)
                zoned = columns[found[0]].type.name == "timestamp with time zone"
                return str(found[0] + 1) if not zoned else f"c{found[0]}"
    value = expressions.compile(node)
    if columns is not None:
        _check_orderable(value.type, whole, first)
    _check_orderable(value.type, "", position(node))
    return zones.moment(value) if value.type.name == "timestamp with time zone" else value.sql


def _check_orderable(kind: Type, what: str, place: Position | None) -> None:
    if not kind.is_orderable:
        message = f"Type {kind} is not orderable, and therefore cannot be used in ORDER BY{what}"
        raise SqlError("TYPE_MISMATCH", message, place)


def window(node: exp.Window, expressions: "Expressions") -> str:
    """The `(PARTITION BY … ORDER BY … frame)` of a window."""
    select = node.find_ancestor(exp.Select)
    node = _whole(node, (select.args.get("windows") if select else None) or [], expressions)
    parts = []
    if node.args.get("order"):
        for item in node.args["order"].expressions:
            kind = expressions.compile(item.this).type
            if not kind.is_orderable:
                message = f"{kind} is not orderable, and therefore cannot be used in window function ORDER BY"
                raise SqlError("TYPE_MISMATCH", message, position(item.this))
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(expressions.compile(n).sql for n in node.args["partition_by"]))
    if node.args.get("order"):
        parts.append(order_by(node.args["order"], expressions))
    if node.args.get("spec"):
        parts.append(_frame(node, expressions))
    return f"({' '.join(parts)})"


def _whole(node: exp.Window, named: list[exp.Window], expressions: "Expressions") -> exp.Window:
    """A window with what the one adds that it names: `(w ORDER BY x)`, `(w ROWS 1 PRECEDING)`.

    https://trino.io/docs/435/sql/select.html#window-clause.
    """
    alias = node.args.get("alias")
    if alias is None:
        return node
    at = next((i for i, w in enumerate(named) if w.name.lower() == alias.name.lower()), None)
    if at is None:
        raise SqlError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {alias.name}", position(alias))
    base = _whole(named[at], named[:at], expressions)  # a window names those before it
    own = {k: v for k in ("partition_by", "order", "spec") if (v := node.args.get(k))}
    if "partition_by" in own:
        message = "WINDOW specification with named WINDOW reference cannot specify PARTITION BY"
        raise SqlError("INVALID_PARTITION_BY", message, position(own["partition_by"][0]))
    if "order" in own and base.args.get("order"):
        message = "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY"
        place = word_before(expressions.compiler.text, own["order"].expressions[0], "ORDER BY")
        raise SqlError("INVALID_ORDER_BY", message, place)
    if own and base.args.get("spec"):
        message = "Cannot reference named WINDOW containing frame specification"
        raise SqlError("INVALID_WINDOW_REFERENCE", message, position(alias))
    return exp.Window(**{k: base.args.get(k) for k in ("partition_by", "order", "spec")} | own)


def _frame(node: exp.Window, expressions: "Expressions") -> str:
    spec = node.args["spec"]
    kind = spec.args["kind"].upper()

    def bound(name: str) -> str:
        value, side = spec.args.get(name), (spec.args.get(f"{name}_side") or "").upper()
        if value is None:
            return "CURRENT ROW"
        if isinstance(value, str):
            return f"{value} {side}".strip().upper()
        return f"{_offset(value, kind, name, node, expressions)} {side}"

    _check_frame(spec)
    start, end = bound("start"), bound("end")
    if spec.args.get("exclude"):
        raise not_supported("EXCLUDE in a window frame", position(spec))
    return f"{kind} BETWEEN {start} AND {end}"


def _check_frame(spec: exp.WindowSpec) -> None:
    """Raises INVALID_WINDOW_FRAME for ends that cannot be in this order."""
    sides = []
    for name in ("start", "end"):
        value, side = spec.args.get(name), (spec.args.get(f"{name}_side") or "").upper()
        sides.append("CURRENT ROW" if value is None or value == "CURRENT ROW" else side)
    first, final = sides
    message = None
    if first == "FOLLOWING" and spec.args["start"] == "UNBOUNDED":
        message = "Window frame start cannot be UNBOUNDED FOLLOWING"
    elif final == "PRECEDING" and spec.args["end"] == "UNBOUNDED":
        message = "Window frame end cannot be UNBOUNDED PRECEDING"
    elif _FRAME.index(first) > _FRAME.index(final):
        message = f"Window frame starting from {first} cannot end with {final}"
    if message:
        raise SqlError("INVALID_WINDOW_FRAME", message, spec.meta.get("place"))


def _offset(value: exp.Expr, kind: str, end: str, node: exp.Window, expressions: "Expressions") -> str:
    """A distance from the current row: rows and groups are counted, a range is measured along the one ORDER BY key."""
    place, order = node.args["spec"].meta.get("place"), node.args.get("order")
    offset = expressions.compile(value)
    if kind != "ROWS" and order is None:
        message = f"Window frame of type {kind} PRECEDING or FOLLOWING requires ORDER BY"
        raise SqlError("MISSING_ORDER_BY", message, place)
    if kind != "RANGE" and not offset.type.is_integer:
        message = f"Window frame {kind} {end} value type must be exact numeric type with scale 0 (actual {offset.type})"
        raise SqlError("TYPE_MISMATCH", message, position(value))
    if kind == "RANGE" and order is not None:
        _check_range(order, offset, value, expressions)
    if isinstance(offset.value, int | float) and offset.value < 0:
        raise SqlError("INVALID_WINDOW_FRAME", "Window frame offset value must not be negative or null")
    return offset.sql


def _check_range(order: exp.Order, offset: Typed, value: exp.Expr, expressions: "Expressions") -> None:
    what = "Window frame of type RANGE PRECEDING or FOLLOWING requires"
    if len(order.expressions) != 1:
        message = f"{what} single sort item in ORDER BY (actual: {len(order.expressions)})"
        raise SqlError(
            "INVALID_ORDER_BY", message, word_before(expressions.compiler.text, order.expressions[0], "ORDER BY")
        )
    key = order.expressions[0].this
    kind = expressions.compile(key).type
    time = kind.name.startswith(("date", "time", "interval"))
    if not (kind.is_number or time):
        message = f"{what} that sort item type be numeric, datetime or interval (actual: {kind})"
        raise SqlError("TYPE_MISMATCH", message, position(key))
    if time != offset.type.name.startswith("interval") or not (time or offset.type.is_number):
        message = f"Window frame RANGE value type ({offset.type}) not compatible with sort item type ({kind})"
        raise SqlError("TYPE_MISMATCH", message, position(value))
