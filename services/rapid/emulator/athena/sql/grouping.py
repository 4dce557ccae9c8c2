"""GROUP BY, and what may stand beside aggregates: https://trino.io/docs/current/sql/select.html#group-by-clause."""

from itertools import combinations, product
from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import ordering
from rapid.emulator.athena.sql.dialect import position, shown
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.functions import AGGREGATES, COLLECTING
from rapid.emulator.athena.sql.scope import Field, Typed

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_GROUPING = ((exp.GroupingSets, "GROUPING SETS"), (exp.Rollup, "ROLLUP"), (exp.Cube, "CUBE"))


class Grouping:
    """The GROUP BY of one SELECT: `sql`, and the keys that it groups by."""

    def __init__(self, tree: exp.Select, expressions: "Expressions", outputs: list[Typed]) -> None:
        self.expressions = expressions
        self.outputs = outputs
        self.items = tree.expressions
        self.keys: set[str] = set()
        group = tree.args.get("group")
        self.sql = self._clause(group) if group else ""
        candidates = [*tree.expressions, tree.args.get("having"), tree.args.get("order")]
        self.applies = bool(group) or any(aggregates(n) for n in candidates if n is not None)

    def _clause(self, group: exp.Group) -> str:
        sets = any(isinstance(n, exp.GroupingSets | exp.Rollup | exp.Cube) for n in group.iter_expressions())
        if group.args.get("all") is False and sets:  # sqlglot's note of DISTINCT
            return self._distinct(group)
        if group.args.get("all") and not (sets or group.expressions):
            raise not_supported("GROUP BY ALL", position(group))
        items = [self._item(n) for n in group.expressions]
        for kind, word in (("grouping_sets", "GROUPING SETS"), ("rollup", "ROLLUP"), ("cube", "CUBE")):
            found = group.args.get(kind) or []
            items += [self._sets(word, node) for node in found]
        return " GROUP BY " + ", ".join(items)

    def _distinct(self, group: exp.Group) -> str:
        """GROUP BY DISTINCT: each grouping set once, in whatever order its keys were written."""
        clauses = [
            *group.expressions,
            *(n for k in ("grouping_sets", "rollup", "cube") for n in group.args.get(k) or []),
        ]
        every = [
            tuple(dict.fromkeys(k for part in parts for k in part)) for parts in product(*map(self._expanded, clauses))
        ]
        once = {frozenset(keys): keys for keys in reversed(every)}
        sets = [f"({', '.join(keys)})" for keys in reversed(once.values())]
        return f" GROUP BY GROUPING SETS ({', '.join(sets)})"

    def _expanded(self, node: exp.Expr) -> list[tuple[str, ...]]:
        """The sets of keys that one part of a GROUP BY stands for."""
        if not isinstance(node, exp.GroupingSets | exp.Rollup | exp.Cube):
            keys = (
                node.expressions
                if isinstance(node, exp.Tuple)
                else [node.this]
                if isinstance(node, exp.Paren)
                else [node]
            )
            return [tuple(self._item(k) for k in keys)]
        parts = [self._expanded(n) for n in node.expressions]
        if isinstance(node, exp.GroupingSets):
            return [keys for part in parts for keys in part]
        counts = range(len(parts), -1, -1)
        whole = [part[0] for part in parts]
        chosen = (
            (whole[:n] for n in counts)
            if isinstance(node, exp.Rollup)
            else (c for n in counts for c in combinations(whole, n))
        )
        return [tuple(k for keys in some for k in keys) for some in chosen]

    def _sets(self, word: str, node: exp.Expr) -> str:
        """GROUPING SETS, ROLLUP or CUBE, which take names of columns only."""
        for each in node.expressions:
            for key in each.expressions if isinstance(each, exp.Tuple) else [each]:
                inner = key.unnest()
                if not isinstance(inner, exp.Column | exp.Identifier | exp.Rollup | exp.Cube | exp.GroupingSets):
                    message = f"GROUP BY expression must be a column reference: {shown(inner)}"
                    raise SqlError("INVALID_COLUMN_REFERENCE", message, self.expressions.place(inner))
        return f"{word} ({', '.join(map(self._item, node.expressions))})"

    def _item(self, node: exp.Expr) -> str:
        if isinstance(node, exp.Literal) and not node.is_string:
            at = ordering.ordinal(node, len(self.outputs), "GROUP BY")
            key = self.outputs[at].sql
            if len(self.items) == len(self.outputs):  # no `*` among them
                refuse_aggregates(self.items[at].unalias(), "GROUP BY clause", self.expressions)
        elif isinstance(node, exp.Tuple):
            return "(" + ", ".join(map(self._item, node.expressions)) + ")"
        elif isinstance(node, exp.Paren):
            return f"({self._item(node.this)})"
        else:
            for kind, word in _GROUPING:
                if isinstance(node, kind):
                    return self._sets(word, node)
            refuse_aggregates(node, "GROUP BY clause", self.expressions)
            key = self.expressions.compile(node).sql
        self.keys.add(key)
        return key

    def check_star(self, fields: list[Field]) -> None:
        """Raises EXPRESSION_NOT_AGGREGATE for the first column of a `*` that is not grouped by."""
        for field in fields if self.applies else ():
            if field.sql not in self.keys:
                name = ".".join([*field.relation[-1:], field.name or ""])
                raise SqlError("EXPRESSION_NOT_AGGREGATE", f"Column '{name}' not in GROUP BY clause")

    def check_calls(self, nodes: list[exp.Expr]) -> None:
        """Refuses a `grouping(…)` of something else than what is grouped by."""
        for node in (n for each in nodes for n in _own(each) if _is_grouping(n)):
            if not self.keys:
                message = "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause"  # noqa: E501
                raise SqlError("MISSING_GROUP_BY", message, position(node.find_ancestor(exp.Select)))
            for argument in node.expressions:
                if argument.name.lower() in self.expressions.scope.aliases:
                    message = "Invalid reference to output of SELECT clause from grouping() expression in ORDER BY"
                    raise SqlError("INVALID_ARGUMENTS", message)
                if self.expressions.compile(argument).sql not in self.keys:
                    message = f"The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level. Mismatch due to {shown(argument)}."  # noqa: E501
                    raise SqlError("INVALID_ARGUMENTS", message, position(node))

    def check(self, nodes: list[exp.Expr]) -> None:
        """Raises EXPRESSION_NOT_AGGREGATE for the first that is neither grouped by nor aggregated."""
        for node in nodes if self.applies else ():
            if not self._settled(node):
                text = f"({shown(node)})" if isinstance(node, exp.Binary) else shown(node)
                message = f"'{text}' must be an aggregate expression or appear in GROUP BY clause"
                raise SqlError("EXPRESSION_NOT_AGGREGATE", message, self.expressions.place(node))

    def _settled(self, node: exp.Expr) -> bool:
        if isinstance(node, exp.Query | exp.Subquery | exp.Lambda | exp.DataType) or is_aggregate(node):
            return True
        if isinstance(node, exp.Identifier | exp.Var | exp.Star | exp.Literal):
            return True
        if isinstance(node, exp.Column):
            return self._named(node)
        if isinstance(node, exp.Window):
            return all(self._settled(part) for part in _parts(node))
        if _is_grouping(node):
            return True
        whole = self.keys and not isinstance(node, exp.Ordered | exp.Order | exp.When | exp.If | exp.Any | exp.All)
        if whole and self.expressions.compile(node).sql in self.keys:
            return True
        return all(self._settled(child) for child in node.iter_expressions())

    def _named(self, node: exp.Column) -> bool:
        """Whether a column is grouped by, whole or as a part of a row, or belongs to an outer query."""
        scope = self.expressions.scope
        parts = [p.name.lower() for p in node.parts]
        if scope.variable(parts[0]) is not None or (len(parts) == 1 and parts[0] in scope.aliases):
            return True  # an output, named in ORDER BY, was looked at before
        if self.expressions.compile(node).sql in self.keys:
            return True
        found, _ = scope.resolve(parts, node)
        return found.sql in self.keys or found not in scope.fields


def _is_grouping(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() == "grouping"


def is_aggregate(node: exp.Expr) -> bool:
    """Whether it is a call of an aggregate function; in OVER the call is not one."""
    if isinstance(node, exp.GroupConcat):
        return True
    if isinstance(node, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        return is_aggregate(node.this)
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in {*AGGREGATES, *COLLECTING}


def aggregates(node: exp.Expr) -> bool:
    """Whether an expression has an aggregate of its own query, not one of a subquery."""
    if isinstance(node, exp.Query | exp.Subquery):
        return False
    if isinstance(node, exp.Window):
        return any(aggregates(part) for part in _parts(node))
    return is_aggregate(node) or any(aggregates(child) for child in node.iter_expressions())


def _parts(window: exp.Window) -> list[exp.Expr]:
    """What a window function is made from: its arguments, PARTITION BY and ORDER BY."""
    parts, function = [*(window.args.get("partition_by") or []), window.args.get("order")], window.this
    while isinstance(function, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        function = function.this
    return [p for p in (*function.iter_expressions(), *parts) if p is not None]


def refuse_aggregates(node: exp.Expr, where: str, expressions: "Expressions") -> None:
    """Raises EXPRESSION_NOT_SCALAR for an aggregate or window function where rows are not yet grouped."""
    found = next((n for n in _own(node) if is_aggregate(n) or isinstance(n, exp.Window)), None)
    if found is not None:
        message = f"{where} cannot contain aggregations, window functions or grouping operations: [{shown(found)}]"
        raise SqlError("EXPRESSION_NOT_SCALAR", message, expressions.place(node))


def _own(node: exp.Expr) -> list[exp.Expr]:
    """The nodes of an expression without those of its subqueries."""
    if isinstance(node, exp.Query | exp.Subquery):
        return []
    return [node, *(inner for child in node.iter_expressions() for inner in _own(child))]
