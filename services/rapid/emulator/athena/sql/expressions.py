"""Compiles one expression of Athena SQL to DuckDB SQL with its Trino type.

One rule per kind of node, in `literals`, `naming`, `comparing`, `conditions`, `calls` and `aggregating`; a node without
a rule is not supported and says so. Here is what the rules share.
"""

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from rapid.emulator.athena.sql import aggregating, calls, casts, comparing, conditions, dialect, literals, naming
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import Position, SqlError, not_supported
from rapid.emulator.athena.sql.nodes import RULES
from rapid.emulator.athena.sql.scope import Scope, Typed
from rapid.emulator.athena.sql.types import Type, common

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler, Query

_MODULES = (aggregating, calls, comparing, conditions, literals, naming)


class Expressions:
    """Compiles the expressions of one scope. `safe`: inside TRY, where failures become NULL."""

    def __init__(self, compiler: "Compiler", scope: Scope) -> None:
        self.compiler = compiler
        self.scope = scope
        self.safe = False
        self._queries: dict[exp.Expr, Query] = {}

    def compile(self, node: exp.Expr) -> Typed:
        """The node as DuckDB SQL.

        Raises:
            SqlError: it does not resolve, does not type, or is not supported.
        """
        rule = RULES.get(type(node))
        if rule is None:
            raise not_supported(f"{type(node).__name__} in an expression", position(node))
        return rule(self, node)

    def compile_safely(self, node: exp.Expr) -> Typed:
        """As `compile`, with failures of division and casts turned into NULL."""
        before, self.safe = self.safe, True
        try:
            return self.compile(node)
        finally:
            self.safe = before

    def boolean(self, node: exp.Expr, where: str) -> Typed:
        """A condition.

        Raises:
            SqlError: TYPE_MISMATCH if it is not a boolean.
        """
        value = self.compile(node)
        if value.type.name not in ("boolean", "unknown"):
            clause = where in ("WHERE clause", "HAVING clause", "JOIN ON clause")
            actual = f": actual type {value.type}" if clause else f" (actual: {value.type})"
            raise SqlError("TYPE_MISMATCH", f"{where} must evaluate to a boolean{actual}", self.place(node))
        return value

    def query(self, node: exp.Expr) -> Any:
        """A subquery in an expression, which may name the fields of this scope.

        Written twice it is compiled once, so that an output is known as the key of GROUP BY that it is.
        """
        if node not in self._queries:
            inner = node.this if isinstance(node, exp.Subquery) and not node.args.get("with_") else node
            self._queries[node] = self.compiler.query(inner, self.scope)
        return self._queries[node]

    def one_column(self, node: exp.Expr) -> Any:
        """A subquery that gives one column.

        Raises:
            SqlError: NOT_SUPPORTED if it gives more.
        """
        query = self.query(node)
        if len(query.columns) != 1:
            message = f"Multiple columns returned by subquery are not yet supported. Found {len(query.columns)}"
            raise SqlError("NOT_SUPPORTED", message, position(node))
        return query

    def compile_lambda(self, node: exp.Lambda, types: list[Type], names: list[str] | None) -> tuple[list[str], Typed]:
        """A lambda's body, its parameters standing for `names` or for fresh names."""
        from rapid.emulator.athena.sql.grouping import refuse_aggregates  # which compiles expressions

        query = node.this.find(exp.Query)
        if query is not None:
            holder = query.parent if isinstance(query.parent, exp.In) else query
            raise SqlError("NOT_SUPPORTED", "Lambda expression cannot contain subqueries", self.place(holder))
        refuse_aggregates(node.this, "Lambda expression", self)
        given = [p.name.lower() for p in node.expressions]
        if names is None:
            names = [f"v{self.compiler.fresh()}" for _ in given]
        variables = {g: Typed(n, t) for g, n, t in zip(given, names, types, strict=True)}
        with self.scope.lambda_variables(variables):
            return names, self.compile(node.this)

    # Types

    def cast(self, value: Typed, target: Type, safe: bool | None = None) -> Typed:
        return casts.cast(value, target, self.safe if safe is None else safe)

    def coerce(self, value: Typed, target: Type) -> Typed:
        """A conversion that Trino makes by itself, and that DuckDB is not left to guess."""
        if value.type == target:
            return value
        if value.type.duckdb() == target.duckdb() and "char" not in (value.type.name, target.name):
            zoned = value.type.name == "timestamp with time zone"
            if not zoned or value.type.zone == target.zone:
                return Typed(value.sql, target, value.value)
        if value.type.is_integer and target.is_integer:
            return Typed(value.sql, target, value.value)
        return casts.cast(value, target, safe=False)

    def unify(self, values: list[Typed], nodes: list[exp.Expr], what: str = "All operands") -> tuple[list[Typed], Type]:
        """The values converted to their common type.

        Args:
            values: one or more.
            nodes: what each was compiled from.
            what: their name in the error.

        Raises:
            SqlError: TYPE_MISMATCH if there is none.
        """
        kind = values[0].type
        for value, node in zip(values[1:], nodes[1:], strict=True):
            shared = common(kind, value.type)
            if shared is None:
                kinds = ", ".join(dict.fromkeys(str(v.type) for v in values))
                raise SqlError(
                    "TYPE_MISMATCH", f"{what} must be the same type or coercible to a common type. Cannot find common type between {kind} and {value.type}, all types (without duplicates): [{kinds}]", position(node)  # noqa: E501
                )  # fmt: skip
            kind = shared
        return [self.coerce(v, kind) for v in values], kind

    def check_comparable(self, left: Typed, right: Typed, operator: str, node: exp.Expr) -> None:
        """Raises TYPE_MISMATCH unless Trino would compare the two."""
        shared = common(left.type, right.type)
        ordering = operator in ("<", "<=", ">", ">=")
        if shared is None or (ordering and not shared.is_orderable):
            raise self.operator_error(operator, left, right, node)

    def operator_error(self, operator: str, left: Typed, right: Typed, node: exp.Expr) -> SqlError:
        shown = operator.replace(">", "<") if operator in (">", ">=") else operator.replace("<>", "=")
        message = f"Cannot apply operator: {left.type} {shown} {right.type}"
        return SqlError("TYPE_MISMATCH", message, self.operator_position(node))

    def place(self, node: exp.Expr) -> Position | None:
        """Where Trino says that an expression stands: at its operator, if it has one between two sides."""
        while isinstance(node, exp.Paren):
            node = node.this
        between = isinstance(node, exp.Binary | exp.Between | exp.In) and not isinstance(node, exp.Connector | exp.Dot)
        return self.operator_position(node) if between else position(node)

    def operator_position(self, node: exp.Expr) -> Position | None:
        """sqlglot keeps no place for operators: it is the first text after the left side."""
        left = node.this if isinstance(node.this, exp.Expr) else None
        end = dialect.end_offset(left) if left is not None else None
        if end is None:
            return position(node)
        text, at = self.compiler.text, end + 1
        while at < len(text) and (text[at].isspace() or text[at] in ")]"):
            at += 1
        return Position(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
