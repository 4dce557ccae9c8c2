"""The Expression of GetPartitions: an SQL condition over partition keys, compiled to a predicate over partition values.

Operators and types: https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html (read 2026-11). AWS parses it
with JSQLParser; here sqlglot does. Values are compared in the type of their key. A value that does not parse in that
type (`__HIVE_DEFAULT_PARTITION__`) is NULL, and a comparison with NULL selects nothing.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from rapid.emulator.glue.errors import InvalidInputException

Values = tuple[str, ...]
Predicate = Callable[[Values], bool | None]
Operand = Callable[[Values], Any]

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
INTEGERS = {"int", "integer", "bigint", "long", "tinyint", "smallint"}


def _timestamp(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


def _date(text: str) -> date:
    return _timestamp(text).date()


_PARSERS: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "double": float,
    "float": float,
    "date": _date,
    "timestamp": _timestamp,
}


NAMES: dict[Callable[[str], Any], str] = {
    int: "an integer", Decimal: "a decimal", float: "a number", _date: "a date", _timestamp: "a timestamp",
}  # fmt: skip


def _parser(type_name: str) -> Callable[[str], Any]:
    base = type_name.lower().split("(")[0].strip()
    if base in INTEGERS:
        return int
    return _PARSERS.get(base, str)


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return None if text == HIVE_NULL else parse(text)
    except (ValueError, ArithmeticError):
        return None


@lru_cache(maxsize=1024)
def compiled(expression: str, keys: tuple[tuple[str, str], ...]) -> Callable[[Values], bool]:
    """A predicate over the values of a partition.

    Args:
        expression: the condition.
        keys: name and type of each partition key, in order.

    Raises:
        InvalidInputException: it does not parse, names something that is no partition key, or compares with a value
            that the type of the key does not have.
    """
    try:
        tree = parse_one(expression, read="hive" if "`" in expression else "trino")
    except SqlglotError as error:
        raise InvalidInputException(f"Unsupported expression '{expression}': it does not parse.") from error
    predicate = _Compiler(expression, keys).condition(tree)
    return lambda values: predicate(values) is True


def _negated(predicate: Predicate) -> Predicate:
    return lambda values: None if (found := predicate(values)) is None else not found


class _Compiler:
    """Compiles one expression. NULL is None, so AND, OR and NOT are three-valued."""

    def __init__(self, expression: str, keys: tuple[tuple[str, str], ...]) -> None:
        self.expression = expression
        self.types = {name.lower(): (position, _parser(kind)) for position, (name, kind) in enumerate(keys)}

    def refuse(self, why: str) -> InvalidInputException:
        return InvalidInputException(f"Unsupported expression '{self.expression}': {why}")

    def condition(self, node: exp.Expr) -> Predicate:
        found = self._condition(node)
        return _negated(found) if node.args.get("negate") else found

    def _condition(self, node: exp.Expr) -> Predicate:  # noqa: PLR0911 - one return per kind of node
        match node:
            case exp.Paren():
                return self.condition(node.this)
            case exp.And() | exp.Or():
                return self._junction(node)
            case exp.Not():
                return _negated(self.condition(node.this))
            case exp.Is(expression=exp.Null()):
                operand, _ = self._column(node.this)
                return lambda v: operand(v) is None
            case exp.Boolean():
                return lambda _v: bool(node.this)
            case exp.In():
                return self._in(node)
            case exp.Between():
                operand, parse = self._column(node.this)
                low, high = self._literal(node.args["low"], parse), self._literal(node.args["high"], parse)
                return lambda v: None if (x := operand(v)) is None else low <= x <= high
            case exp.Like():
                return self._like(node)
            case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                return self._comparison(node)
        raise self.refuse(f"{node.sql()} is not a condition that GetPartitions takes.")

    def _junction(self, node: exp.Expr) -> Predicate:
        left, right = self.condition(node.args["this"]), self.condition(node.args["expression"])
        decisive = isinstance(node, exp.Or)

        def both(values: Values) -> bool | None:
            first = left(values)
            if first is decisive:
                return decisive
            second = right(values)
            if second is decisive:
                return decisive
            return None if first is None or second is None else not decisive

        return both

    def _in(self, node: exp.In) -> Predicate:
        operand, parse = self._column(node.this)
        wanted = {self._literal(item, parse) for item in node.expressions}
        return lambda v: None if (x := operand(v)) is None else x in wanted

    def _like(self, node: exp.Like) -> Predicate:
        position, parse = self._position(node.this)
        if parse is not str:
            kind = {int: "Integral", Decimal: "Decimal", _date: "Date", _timestamp: "Timestamp"}.get(parse, "Floating")
            raise InvalidInputException(f"{kind} data type doesn't support operation 'LIKE'")
        if not isinstance(node.expression, exp.Literal):
            raise self.refuse("LIKE needs a text.")
        parts = re.split(r"([%_])", node.expression.this)
        pattern = re.compile("".join({"%": ".*", "_": "."}.get(p, re.escape(p)) for p in parts), re.DOTALL)
        return lambda v: None if v[position] == HIVE_NULL else pattern.fullmatch(v[position]) is not None

    def _comparison(self, node: exp.Expr) -> Predicate:
        left, right = node.args["this"], node.args["expression"]
        swapped = not isinstance(left, exp.Column) and isinstance(right, exp.Column)
        operand, parse = self._column(right if swapped else left)
        other = left if swapped else right
        operator = _FLIPPED[type(node)] if swapped else type(node)
        compare = _COMPARE[operator]
        if isinstance(other, exp.Column):
            second, _ = self._column(other)
            return lambda v: None if (x := operand(v)) is None or (y := second(v)) is None else compare(x, y)
        literal = self._literal(other, parse)
        return lambda v: None if (x := operand(v)) is None else compare(x, literal)

    def _position(self, node: exp.Expr) -> tuple[int, Callable[[str], Any]]:
        while isinstance(node, exp.Paren | exp.Cast):
            node = node.this
        if not isinstance(node, exp.Column):
            raise self.refuse(f"{node.sql()} is not a partition key. Keys: {', '.join(self.types)}.")
        if node.name.lower() not in self.types:
            raise InvalidInputException(f"Unknown column '{node.name}'")
        return self.types[node.name.lower()]

    def _column(self, node: exp.Expr) -> tuple[Operand, Callable[[str], Any]]:
        position, parse = self._position(node)
        return (lambda v: _parsed(parse, v[position])), parse

    def _literal(self, node: exp.Expr, parse: Callable[[str], Any]) -> Any:
        negative = False
        while isinstance(node, exp.Paren | exp.Cast | exp.Neg | exp.TsOrDsToDate):
            negative ^= isinstance(node, exp.Neg)
            node = node.this
        if isinstance(node, exp.Literal):
            text = ("-" if negative else "") + node.this
            try:
                return parse(text)
            except (ValueError, ArithmeticError) as error:
                raise InvalidInputException(f"{text} is not {NAMES.get(parse, 'of the partition key')}") from error
        raise self.refuse(f"{node.sql()} is not a constant.")


_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    exp.EQ: lambda x, y: x == y,
    exp.NEQ: lambda x, y: x != y,
    exp.GT: lambda x, y: x > y,
    exp.GTE: lambda x, y: x >= y,
    exp.LT: lambda x, y: x < y,
    exp.LTE: lambda x, y: x <= y,
}
_FLIPPED: dict[type, type] = {
    exp.EQ: exp.EQ, exp.NEQ: exp.NEQ, exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE,
}  # fmt: skip
