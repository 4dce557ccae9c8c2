"""Compiles one expression of Athena SQL to DuckDB SQL with its Trino type.

One method per kind of node; a node without a method is not supported and says so.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from rapid.emulator.athena.sql import casts, decimals, dialect
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, SqlError, not_supported
from rapid.emulator.athena.sql.functions import AGGREGATES, SCALARS, SPECIALS, WINDOWS, strings, times
from rapid.emulator.athena.sql.functions.registry import Call, choose, fill
from rapid.emulator.athena.sql.operators import arithmetic
from rapid.emulator.athena.sql.scope import Scope, Typed, literal, quote
from rapid.emulator.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    MAX_DECIMAL,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    Type,
    array_of,
    common,
    decimal,
    field_name,
)

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_UNORDERED = ("map", "json", "function")
_NO_PAREN: dict[type[exp.Expr], str] = {
    exp.CurrentDate: "current_date",
    exp.CurrentTimestamp: "current_timestamp",
    exp.CurrentDatetime: "localtimestamp",
    exp.Localtimestamp: "localtimestamp",
    exp.Localtime: "localtime",
    exp.CurrentUser: "current_user",
}


class Expressions:
    """Compiles the expressions of one scope. `safe`: inside TRY, where failures become NULL."""

    def __init__(self, compiler: "Compiler", scope: Scope) -> None:
        self.compiler = compiler
        self.scope = scope
        self.safe = False
        self._names = 0

    def compile(self, node: exp.Expr) -> Typed:
        """The node as DuckDB SQL.

        Raises:
            SqlError: it does not resolve, does not type, or is not supported.
        """
        kind = type(node)
        if kind in _COMPARISONS:
            return self._comparison(node)
        if kind in _ARITHMETIC:
            return self._arithmetic(node)
        if kind in _NO_PAREN:
            return self._call(_NO_PAREN[kind], [], node)
        method: Callable[[Any], Typed] | None = getattr(self, f"_{kind.__name__.lower()}", None)
        if method is None:
            raise not_supported(f"{kind.__name__} in an expression", position(node))
        return method(node)

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
            raise SqlError(
                "TYPE_MISMATCH", f"{where} must evaluate to a boolean: actual type {value.type}", position(node)
            )
        return value

    # Types

    def cast(self, value: Typed, target: Type, safe: bool | None = None) -> Typed:
        return casts.cast(value, target, self.safe if safe is None else safe)

    def coerce(self, value: Typed, target: Type) -> Typed:
        """A conversion that Trino makes by itself, and that DuckDB is not left to guess."""
        if value.type == target or value.type.duckdb() == target.duckdb():
            return Typed(value.sql, target, value.value)
        if value.type.is_integer and target.is_integer:
            return Typed(value.sql, target, value.value)
        return casts.cast(value, target, safe=False)

    def unify(self, values: list[Typed], node: exp.Expr) -> tuple[list[Typed], Type]:
        """The values converted to their common type.

        Raises:
            SqlError: TYPE_MISMATCH if there is none.
        """
        kind = values[0].type
        for value in values[1:]:
            shared = common(kind, value.type)
            if shared is None:
                raise SqlError(
                    "TYPE_MISMATCH", f"All operands must be the same type or coercible to a common type. Cannot find common type between {kind} and {value.type}", position(node)  # noqa: E501
                )  # fmt: skip
            kind = shared
        return [self.coerce(v, kind) for v in values], kind

    def check_comparable(self, left: Typed, right: Typed, operator: str, node: exp.Expr) -> None:
        """Raises TYPE_MISMATCH unless Trino would compare the two."""
        shared = common(left.type, right.type)
        ordering = operator in ("<", "<=", ">", ">=", "BETWEEN")
        if shared is None or (ordering and shared.name in _UNORDERED):
            raise SqlError(
                "TYPE_MISMATCH",
                f"Cannot apply operator: {left.type} {operator} {right.type}",
                self.operator_position(node),
            )

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

    # Operators

    def _comparison(self, node: exp.Expr) -> Typed:
        operator = _COMPARISONS[type(node)]
        if isinstance(node.expression, exp.Any | exp.All):
            return self._quantified(node, operator)
        left, right = self.compile(node.this), self.compile(node.expression)
        shown = operator if len(operator) < 3 else "IS DISTINCT FROM"
        self.check_comparable(left, right, shown, node)
        left, right = self._comparable_sides(left, right)
        return Typed(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def _comparable_sides(self, left: Typed, right: Typed) -> tuple[Typed, Typed]:
        kind = common(left.type, right.type)
        if kind is None or left.type.name == right.type.name or (left.type.is_number and right.type.is_number):
            return left, right
        return self.coerce(left, kind), self.coerce(right, kind)

    def _quantified(self, node: exp.Expr, operator: str) -> Typed:
        left = self.compile(node.this)
        quantifier = "ANY" if isinstance(node.expression, exp.Any) else "ALL"
        inner = node.expression.this
        query = self.compiler.subquery(inner.this if isinstance(inner, exp.Subquery) else inner, self.scope)
        self._one_column(query, node)
        self.check_comparable(left, Typed("", query.columns[0].type), operator, node)
        return Typed(f"({left.sql} {operator} {quantifier} ({query.sql}))", BOOLEAN)

    def _arithmetic(self, node: exp.Expr) -> Typed:
        return arithmetic(self, _ARITHMETIC[type(node)], self.compile(node.this), self.compile(node.expression), node)

    def operator_error(self, operator: str, left: Typed, right: Typed, node: exp.Expr) -> SqlError:
        message = f"Cannot apply operator: {left.type} {operator} {right.type}"
        return SqlError("TYPE_MISMATCH", message, self.operator_position(node))

    def _and(self, node: exp.And) -> Typed:
        sides = [self.boolean(n, "Logical expression term").sql for n in node.flatten()]
        return Typed("(" + " AND ".join(sides) + ")", BOOLEAN)

    def _or(self, node: exp.Or) -> Typed:
        sides = [self.boolean(n, "Logical expression term").sql for n in node.flatten()]
        return Typed("(" + " OR ".join(sides) + ")", BOOLEAN)

    def _not(self, node: exp.Not) -> Typed:
        return Typed(f"(NOT {self.boolean(node.this, 'Value of logical NOT expression').sql})", BOOLEAN)

    def _neg(self, node: exp.Neg) -> Typed:
        value = self.compile(node.this)
        if not (value.type.is_number or value.type.name.startswith("interval") or value.type == UNKNOWN):
            raise SqlError("TYPE_MISMATCH", f"Cannot negate {value.type}", position(node))
        number = -value.value if isinstance(value.value, int) else None
        return Typed(f"(-{value.sql})", value.type, number)

    def _dpipe(self, node: exp.DPipe) -> Typed:
        call = Call("concat", node, [], self)
        return strings.join(call, self.compile(node.this), self.compile(node.expression))

    def _is(self, node: exp.Is) -> Typed:
        if not isinstance(node.expression, exp.Null):
            raise MalformedQueryError("mismatched input. Expecting: 'DISTINCT', 'NULL'", self.operator_position(node))
        return Typed(f"({self.compile(node.this).sql} IS NULL)", BOOLEAN)

    def _between(self, node: exp.Between) -> Typed:
        value, low, high = (self.compile(n) for n in (node.this, node.args["low"], node.args["high"]))
        for side in (low, high):
            self.check_comparable(value, side, "BETWEEN", node)
        low_side, high_side = self._comparable_sides(value, low), self._comparable_sides(value, high)
        return Typed(f"({low_side[0].sql} >= {low_side[1].sql} AND {high_side[0].sql} <= {high_side[1].sql})", BOOLEAN)

    def _like(self, node: exp.Like, escape: Typed | None = None) -> Typed:
        value, pattern = self.compile(node.this), self.compile(node.expression)
        for side in (value, pattern):
            if not side.type.is_string and side.type != UNKNOWN:
                raise SqlError("TYPE_MISMATCH", f"Left side of LIKE expression must evaluate to a varchar (actual: {side.type})", position(node))  # fmt: skip  # noqa: E501
        suffix = f" ESCAPE {escape.sql}" if escape else ""
        negated = "NOT " if node.args.get("negate") else ""
        return Typed(f"({value.sql} {negated}LIKE {pattern.sql}{suffix})", BOOLEAN)

    def _escape(self, node: exp.Escape) -> Typed:
        return self._like(node.this, self.compile(node.expression))

    def _in(self, node: exp.In) -> Typed:
        value = self.compile(node.this)
        inner = node.args.get("query")
        if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
            inner = node.expressions[0]
        if inner is not None:
            query = self.compiler.subquery(inner.this if isinstance(inner, exp.Subquery) else inner, self.scope)
            self._one_column(query, node)
            self.check_comparable(value, Typed("", query.columns[0].type), "IN", node)
            return Typed(f"({value.sql} IN ({query.sql}))", BOOLEAN)
        options = [self.compile(n) for n in node.expressions]
        for option in options:
            if common(value.type, option.type) is None:
                raise SqlError(
                    "TYPE_MISMATCH", f"IN value and list items must be the same type: {value.type}", position(node)
                )
        options = [self._comparable_sides(value, o)[1] for o in options]
        return Typed(f"({value.sql} IN ({', '.join(o.sql for o in options)}))", BOOLEAN)

    def _exists(self, node: exp.Exists) -> Typed:
        inner = node.this
        query = self.compiler.subquery(inner.this if isinstance(inner, exp.Subquery) else inner, self.scope)
        return Typed(f"EXISTS ({query.sql})", BOOLEAN)

    def _subquery(self, node: exp.Subquery) -> Typed:
        query = self.compiler.subquery(node.this, self.scope)
        self._one_column(query, node)
        return Typed(f"({query.sql})", query.columns[0].type)

    def _select(self, node: exp.Select) -> Typed:
        query = self.compiler.subquery(node, self.scope)
        self._one_column(query, node)
        return Typed(f"({query.sql})", query.columns[0].type)

    def _one_column(self, query: Any, node: exp.Expr) -> None:
        if len(query.columns) != 1:
            message = f"Multiple columns returned by subquery are not yet supported. Found {len(query.columns)}"
            raise SqlError("NOT_SUPPORTED", message, position(node))

    # Literals

    def _literal(self, node: exp.Literal) -> Typed:
        text = node.name
        if node.is_string:
            return Typed(literal(text), Type("varchar", (len(text),)), text)
        if "e" in text.lower():
            return Typed(f"CAST({text} AS DOUBLE)", DOUBLE, float(text))
        if "." in text:
            return Typed(f"CAST({text} AS DOUBLE)", DOUBLE, float(text))
        number = int(text)
        if number > 2**63 - 1:
            raise SqlError("INVALID_LITERAL", f"Invalid numeric literal: {text}", position(node))
        if number > 2**31 - 1:
            return Typed(f"CAST({number} AS BIGINT)", BIGINT, number)
        return Typed(str(number), INTEGER, number)

    def _boolean(self, node: exp.Boolean) -> Typed:
        return Typed("TRUE" if node.this else "FALSE", BOOLEAN, bool(node.this))

    def _null(self, _node: exp.Null) -> Typed:
        return Typed("NULL", UNKNOWN)

    def _hexstring(self, node: exp.HexString) -> Typed:
        return Typed(f"unhex({literal(node.name.replace(' ', ''))})", VARBINARY)

    def _unicodestring(self, node: exp.UnicodeString) -> Typed:
        text = node.name.encode("ascii", "backslashreplace").decode().replace("\\+", "\\U00")
        import re

        value = re.sub(r"\\U00([0-9A-Fa-f]{6})|\\([0-9A-Fa-f]{4})", lambda m: chr(int(m[1] or m[2], 16)), text)
        return Typed(literal(value), Type("varchar", (len(value),)), value)

    def _placeholder(self, node: exp.Placeholder) -> Typed:
        raise SqlError(
            "INVALID_PARAMETER_USAGE", "Incorrect number of parameters: expected more parameters", position(node)
        )

    def _interval(self, node: exp.Interval) -> Typed:
        return casts.interval(node)

    def _array(self, node: exp.Array) -> Typed:
        if not node.expressions:
            return Typed("[]", array_of(UNKNOWN))
        values, kind = self.unify([self.compile(n) for n in node.expressions], node)
        return Typed("[" + ", ".join(v.sql for v in values) + "]", array_of(kind))

    def _tuple(self, node: exp.Tuple) -> Typed:
        return self._call("row", node.expressions, node)

    def _paren(self, node: exp.Paren) -> Typed:
        value = self.compile(node.this)
        return Typed(f"({value.sql})", value.type, value.value, value.parts)

    # Names

    def _identifier(self, node: exp.Identifier) -> Typed:
        return self._name([node.name], node)

    def _column(self, node: exp.Column) -> Typed:
        if isinstance(node.this, exp.Star):
            raise not_supported("* here", position(node))
        return self._name([p.name for p in node.parts], node)

    def _name(self, names: list[str], node: exp.Expr) -> Typed:
        parts = [n.lower() for n in names]
        variable = self.scope.variable(parts[0])
        if variable is not None:
            return self._fields(variable, parts[1:], node)
        alias = self.scope.aliases.get(parts[0])
        if alias is not None and len(parts) == 1:
            return alias
        found, rest = self.scope.resolve(parts, node)
        return self._fields(Typed(found.sql, found.type), rest, node)

    def _fields(self, value: Typed, names: list[str], node: exp.Expr) -> Typed:
        for name in names:
            found = value.type.field(name) if value.type.name == "row" else None
            if found is None:
                if value.type.name != "row":
                    raise SqlError(
                        "TYPE_MISMATCH", f"Expression {node.sql('trino')} is not of type ROW", position(node)
                    )
                raise SqlError("COLUMN_NOT_FOUND", f"Column '{node.sql('trino')}' cannot be resolved", position(node))
            index, kind = found
            value = Typed(f"({value.sql}).{quote(field_name(value.type.args[index][0], index))}", kind)
        return value

    def _dot(self, node: exp.Dot) -> Typed:
        return self._fields(self.compile(node.this), [node.expression.name], node)

    def _bracket(self, node: exp.Bracket) -> Typed:
        value, index = self.compile(node.this), self.compile(node.expressions[0])
        if value.type.name == "array" and index.type.is_integer:
            name = "list_extract" if self.safe else "t_subscript"
            return Typed(f"{name}({value.sql}, {index.sql})", value.type.args[0])
        if value.type.name == "map" and common(value.type.args[0], index.type):
            key = self.coerce(index, value.type.args[0]).sql
            name = "t_map_get" if self.safe else "t_map_subscript"
            shown = self.cast(index, VARCHAR).sql
            arguments = f"{value.sql}, {key}" + ("" if self.safe else f", {shown}")
            return Typed(f"{name}({arguments})", value.type.args[1])
        if value.type.name == "row" and isinstance(index.value, int) and 0 < index.value <= len(value.type.args):
            name_, kind = value.type.args[index.value - 1]
            return Typed(f"({value.sql}).{quote(field_name(name_, index.value - 1))}", kind)
        raise SqlError("TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {value.type}", position(node))

    # Conditions

    def _if(self, node: exp.If) -> Typed:
        condition = self.boolean(node.this, "IF condition")
        yes = self.compile(node.args["true"])
        no = self.compile(node.args["false"]) if node.args.get("false") else Typed("NULL", UNKNOWN)
        (yes, no), kind = self.unify([yes, no], node)
        return Typed(f"CASE WHEN {condition.sql} THEN {yes.sql} ELSE {no.sql} END", kind)

    def _case(self, node: exp.Case) -> Typed:
        operand = self.compile(node.this) if node.this else None
        conditions = []
        for branch in node.args["ifs"]:
            if operand is None:
                conditions.append(self.boolean(branch.this, "CASE WHEN clause").sql)
                continue
            value = self.compile(branch.this)
            self.check_comparable(operand, value, "=", branch)
            conditions.append(value.sql)
        results = [self.compile(b.args["true"]) for b in node.args["ifs"]]
        if node.args.get("default"):
            results.append(self.compile(node.args["default"]))
        results, kind = self.unify(results, node)
        whens = " ".join(f"WHEN {c} THEN {r.sql}" for c, r in zip(conditions, results, strict=False))
        tail = f" ELSE {results[-1].sql}" if node.args.get("default") else ""
        return Typed(f"CASE {operand.sql + ' ' if operand else ''}{whens}{tail} END", kind)

    # Casts and syntax that looks like functions

    def _cast(self, node: exp.Cast) -> Typed:
        value = self.compile(node.this)
        target = dialect.to_type(node.to)
        if target.name.startswith("timestamp") and value.value and not isinstance(node.this, exp.Cast):
            target = casts.literal_zone(target, str(value.value))
        return casts.cast(value, target, self.safe, position(node))

    def _trycast(self, node: exp.TryCast) -> Typed:
        return casts.cast(self.compile_safely(node.this), dialect.to_type(node.to), True, position(node))

    def _attimezone(self, node: exp.AtTimeZone) -> Typed:
        zone = self.compile(node.args["zone"])
        if not isinstance(zone.value, str):
            raise not_supported("AT TIME ZONE with anything but a string literal", position(node))
        return times.in_zone(Call("at_timezone", node, [], self), self.compile(node.this), zone.value)

    def _extract(self, node: exp.Extract) -> Typed:
        return times.extract(Call("extract", node, [], self), node.this.name, self.compile(node.expression))

    def _trim(self, node: exp.Trim) -> Typed:
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
        value = self.coerce(self.compile(node.this), VARCHAR)
        if not node.expression:
            return Typed(f"{name}({value.sql})", VARCHAR)
        return Typed(f"{name}({value.sql}, {self.compile(node.expression).sql})", VARCHAR)

    def _substring(self, node: exp.Substring) -> Typed:
        arguments = [node.this, node.args.get("start"), node.args.get("length")]
        return self._call("substring", [a for a in arguments if a is not None], node)

    def _strposition(self, node: exp.StrPosition) -> Typed:
        return self._call("strpos", [node.this, node.args["substr"]], node)

    # Calls

    def _anonymous(self, node: exp.Anonymous) -> Typed:
        return self._call(str(node.this).lower(), node.expressions, node)

    def _call(self, name: str, arguments: list[exp.Expr], node: exp.Expr) -> Typed:
        if name in AGGREGATES or name in WINDOWS:
            return self._aggregate(name, arguments, node)
        special = SPECIALS.get(name)
        if special:
            return special(Call(name, node, arguments, self))
        if name not in SCALARS:
            raise SqlError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", position(node))
        values = [self.compile(a) for a in arguments]
        chosen = choose(SCALARS[name], values)
        if chosen is None:
            raise self._unexpected(name, values, SCALARS[name], node)
        signature, kinds, result = chosen
        sql = fill(signature.template, [self.coerce(v, k).sql for v, k in zip(values, kinds, strict=True)])
        return Typed(sql, result)

    def _unexpected(self, name: str, values: list[Typed], signatures: list[Any], node: exp.Expr) -> SqlError:
        given = ", ".join(str(v.type) for v in values)
        expected = ", ".join(map(str, signatures))
        message = f"Unexpected parameters ({given}) for function {name}. Expected: {expected}"
        return SqlError("FUNCTION_NOT_FOUND", message, position(node))

    def compile_lambda(self, node: exp.Lambda, types: list[Type], names: list[str] | None) -> tuple[list[str], Typed]:
        """A lambda's body, its parameters standing for `names` or for fresh names."""
        given = [p.name.lower() for p in node.expressions]
        if names is None:
            names = [f"v{self.compiler.fresh()}" for _ in given]
        variables = {g: Typed(n, t) for g, n, t in zip(given, names, types, strict=True)}
        with self.scope.lambda_variables(variables):
            return names, self.compile(node.this)

    def _groupconcat(self, node: exp.GroupConcat) -> Typed:
        separator = node.args.get("separator") or exp.Literal.string("")
        return self._aggregate("listagg", [node.this, separator], node)

    def _aggregate(
        self, name: str, arguments: list[exp.Expr], node: exp.Expr, ignore_nulls: str = "", after: str = ""
    ) -> Typed:
        """An aggregate or window call; `after` is its FILTER and OVER."""
        arguments, distinct, order = list(arguments), "", ""
        if arguments and isinstance(arguments[-1], exp.Order):
            order = " " + self.compiler.order_by(arguments[-1], self)
            arguments[-1] = arguments[-1].this
        if arguments and isinstance(arguments[0], exp.Order):
            order = " " + self.compiler.order_by(arguments[0], self)
            arguments[0] = arguments[0].this
        if arguments and isinstance(arguments[0], exp.Distinct):
            distinct = "DISTINCT "
            arguments = [*arguments[0].expressions, *arguments[1:]]
        if name == "count" and (not arguments or isinstance(arguments[0], exp.Star)):
            return Typed(f"count(*){after}", BIGINT)
        values = [self.compile(a) for a in arguments]
        if name == "listagg":
            text = self.coerce(values[0], VARCHAR).sql
            return Typed(f"string_agg({distinct}{text}, {values[1].sql}{order}){after}", VARCHAR)
        signatures = [*AGGREGATES.get(name, []), *WINDOWS.get(name, [])]
        chosen = choose(signatures, values)
        if chosen is None:
            raise self._unexpected(name, values, signatures, node)
        signature, kinds, result = chosen
        if name == "avg" and result.name == "decimal":
            return decimals.average(distinct, self.coerce(values[0], kinds[0]), after)
        if name == "sum" and result.name == "decimal":
            result = decimal(MAX_DECIMAL, result.args[1])
        call, _, wrap = signature.template.partition(" :: ")
        body = fill(call, [self.coerce(v, k).sql for v, k in zip(values, kinds, strict=True)])
        head, _, rest = body.partition("(")
        if rest.startswith("DISTINCT "):
            distinct = ""
        sql = f"{head}({distinct}{rest[:-1]}{order}{ignore_nulls}){after}"
        if wrap:
            sql = wrap.replace("{dec}", result.duckdb()).replace("{}", sql)
        return Typed(sql, result)

    def _filter(self, node: exp.Filter) -> Typed:
        return self._windowed(node, "")

    def _ignorenulls(self, node: exp.IgnoreNulls) -> Typed:
        return self._windowed(node, "")

    _respectnulls = _ignorenulls

    def _window(self, node: exp.Window) -> Typed:
        over = self.compiler.window(node, self)
        return self._windowed(node.this, f" OVER {over}")

    def _windowed(self, node: exp.Expr, after: str) -> Typed:
        ignore = ""
        while isinstance(node, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
            if isinstance(node, exp.Filter):
                condition = self.boolean(node.expression.this, "FILTER expression")
                after = f" FILTER (WHERE {condition.sql}){after}"
            elif isinstance(node, exp.IgnoreNulls):
                ignore = " IGNORE NULLS"
            node = node.this
        if isinstance(node, exp.GroupConcat):
            separator = node.args.get("separator") or exp.Literal.string("")
            return self._aggregate("listagg", [node.this, separator], node, ignore, after)
        if not isinstance(node, exp.Anonymous):
            raise not_supported(f"{type(node).__name__} as a window function", position(node))
        name = str(node.this).lower()
        if name not in AGGREGATES and name not in WINDOWS:
            known = name in SCALARS or name in SPECIALS
            message = (
                f"Function '{name}' is not an aggregate function" if known else f"Function '{name}' not registered"
            )
            raise SqlError("FUNCTION_NOT_AGGREGATE" if known else "FUNCTION_NOT_FOUND", message, position(node))
        return self._aggregate(name, node.expressions, node, ignore, after)
