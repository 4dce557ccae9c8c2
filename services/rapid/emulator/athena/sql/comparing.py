"""Comparisons: operators, BETWEEN, LIKE, IN, EXISTS, quantified. https://trino.io/docs/current/functions/comparison.html."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import offsets, zones
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import MalformedQueryError, SqlError
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.registry import row_sql
from rapid.emulator.athena.sql.scope import Column, Typed, literal, quote
from rapid.emulator.athena.sql.types import BOOLEAN, UNKNOWN, Type, common, field_name

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_NOT_AS_STORED = ("array", "map", "row", "double", "real", "timestamp with time zone", offsets.NAME, "char")
"""Types whose equal values DuckDB may take for different, or the other way round."""

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}


@compiles(*_OPERATORS)
def comparison(ex: "Expressions", node: exp.Expr) -> Typed:
    operator = _OPERATORS[type(node)]
    if (quantified := _quantifier(node.expression)) is not None:
        return _quantified(ex, node, operator, *quantified)
    left, right = ex.compile(node.this), ex.compile(node.expression)
    ex.check_comparable(left, right, operator if len(operator) < 3 else "IS DISTINCT FROM", node)
    return Typed(compared(ex, left, right, operator), BOOLEAN)


def compared(ex: "Expressions", left: Typed, right: Typed, operator: str) -> str:
    """Two comparable values compared; rows field by field, so that a NULL in them counts as Trino counts it."""
    if left.type.name == right.type.name == "row" and operator in ("=", "<>"):
        pairs = zip(row_fields(left), row_fields(right), strict=True)
        same = " AND ".join(compared(ex, one, two, "=") for one, two in pairs)
        return f"({same})" if operator == "=" else f"(NOT ({same}))"
    if left.type.name == right.type.name in ("array", "map") and operator in ("=", "<>"):
        same = (_same_array if left.type.name == "array" else _same_map)(ex, left, right)
        return same if operator == "=" else f"(NOT {same})"
    one, two = sides(ex, left, right)
    return _ordered(one, two, operator)


def _ordered(left: Typed, right: Typed, operator: str) -> str:
    """Two values compared; NaN is equal to nothing and in no order, where DuckDB has it as the largest number."""
    plain = f"({left.sql} {operator} {right.sql})"
    may = [side.type.name in ("double", "real") and side.value is None for side in (left, right)]
    doubtful = {"=": all(may), "<>": all(may), ">": may[0], ">=": may[0], "<": may[1], "<=": may[1]}
    if not doubtful.get(operator):
        return plain
    side = right if operator in ("<", "<=") else left
    return f"({plain} OR isnan({side.sql}))" if operator == "<>" else f"({plain} AND NOT isnan({side.sql}))"


def _same_array(ex: "Expressions", left: Typed, right: Typed) -> str:
    """False if two elements differ, else NULL if one is NULL. DuckDB takes NULLs in arrays for equal."""
    i, (one, two) = f"i{ex.compiler.fresh()}", (side.type.args[0] for side in (left, right))
    pair = compared(ex, Typed(f"({left.sql})[{i}]", one), Typed(f"({right.sql})[{i}]", two), "=")
    each = f"t_all_match(list_transform(range(1, len({left.sql}) + 1), lambda {i}: {pair}))"
    alike = f"WHEN len({left.sql}) <> len({right.sql}) THEN FALSE"
    if one == two and one.name not in _NOT_AS_STORED:
        full = " AND ".join(f"len({s}) = list_count({s})" for s in (left.sql, right.sql))
        alike += f" WHEN {full} THEN {left.sql} = {right.sql}"
    return f"(CASE {alike} WHEN {left.sql} IS NOT NULL AND {right.sql} IS NOT NULL THEN {each} END)"


def _same_map(ex: "Expressions", left: Typed, right: Typed) -> str:
    """Whatever the order of keys; NULLs among the values count as in arrays."""
    e, (one, two) = f"e{ex.compiler.fresh()}", (side.type.args[1] for side in (left, right))
    pair = compared(ex, Typed(f"{e}.value", one), Typed(f"t_map_get({right.sql}, {e}.key)", two), "=")
    known = f"CASE WHEN map_contains({right.sql}, {e}.key) THEN {pair} ELSE FALSE END"
    each = f"t_all_match(list_transform(map_entries({left.sql}), lambda {e}: {known}))"
    size = f"WHEN cardinality({left.sql}) <> cardinality({right.sql}) THEN FALSE"
    return f"(CASE {size} WHEN {left.sql} IS NOT NULL AND {right.sql} IS NOT NULL THEN {each} END)"


def row_fields(row: Typed) -> list[Typed]:
    """The fields of a row, as they were written or taken out of its value."""
    if row.parts:
        return list(row.parts)
    names = [quote(field_name(name, i)) for i, (name, _) in enumerate(row.type.args)]
    return [Typed(f"({row.sql}).{n}", kind) for n, (_, kind) in zip(names, row.type.args, strict=True)]


def sides(ex: "Expressions", left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Both values as DuckDB compares them: instants without their zones, text without the spaces that fill `char`."""
    kind = common(left.type, right.type)
    if kind is None:
        return left, right
    if "char" in (left.type.name, right.type.name):
        one, two = (Typed(f"rtrim({s.sql}, ' ')" if s.type.is_string else s.sql, s.type) for s in (left, right))
        return one, two
    if kind.name == "timestamp with time zone":
        one, two = (s if s.type.name == kind.name else ex.coerce(s, kind) for s in (left, right))
        return Typed(zones.moment(one), kind), Typed(zones.moment(two), kind)
    if kind.name == offsets.NAME:
        one, two = (s if s.type.name == kind.name else ex.coerce(s, kind) for s in (left, right))
        return Typed(offsets.utc(one), kind), Typed(offsets.utc(two), kind)
    if left.type.name == right.type.name or (left.type.is_number and right.type.is_number):
        return left, right
    return ex.coerce(left, kind), ex.coerce(right, kind)


def _quantifier(side: exp.Expr) -> tuple[str, exp.Expr] | None:
    """ANY, SOME or ALL with its query, which sqlglot sometimes takes for a function's."""
    if isinstance(side, exp.Any | exp.All):
        return "ANY" if isinstance(side, exp.Any) else "ALL", side.this
    name = str(side.this).upper() if isinstance(side, exp.Anonymous) else ""
    if name in ("ALL", "ANY", "SOME") and len(side.expressions) == 1:
        return "ALL" if name == "ALL" else "ANY", side.expressions[0]
    return None


def _quantified(ex: "Expressions", node: exp.Expr, operator: str, quantifier: str, inner: exp.Expr) -> Typed:
    left = ex.compile(node.this)
    query = ex.one_column(inner)
    if common(left.type, query.columns[0].type) is None:
        raise _other_type(ex, node, Type("row", ((None, left.type),)), query.columns)
    return Typed(f"({left.sql} {operator} {quantifier} ({query.sql}))", BOOLEAN)


@compiles(exp.And, exp.Or)
def logical(ex: "Expressions", node: exp.Connector) -> Typed:
    terms = [ex.boolean(n, "Logical expression term").sql for n in node.flatten()]
    word = " AND " if isinstance(node, exp.And) else " OR "
    return Typed(f"({word.join(terms)})", BOOLEAN)


@compiles(exp.Not)
def not_(ex: "Expressions", node: exp.Not) -> Typed:
    return Typed(f"(NOT {ex.boolean(node.this, 'Value of logical NOT expression').sql})", BOOLEAN)


@compiles(exp.Is)
def is_(ex: "Expressions", node: exp.Is) -> Typed:
    if not isinstance(node.expression, exp.Null):
        raise MalformedQueryError("mismatched input. Expecting: 'DISTINCT', 'NULL'", ex.operator_position(node))
    return Typed(f"({ex.compile(node.this).sql} IS NULL)", BOOLEAN)


@compiles(exp.Between)
def between(ex: "Expressions", node: exp.Between) -> Typed:
    value, low, high = (ex.compile(n) for n in (node.this, node.args["low"], node.args["high"]))
    if common(value.type, low.type) is None or common(value.type, high.type) is None:
        message = f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}"
        raise SqlError("TYPE_MISMATCH", message, ex.operator_position(node))
    return Typed(f"({compared(ex, value, low, '>=')} AND {compared(ex, value, high, '<=')})", BOOLEAN)


@compiles(exp.Like)
def like(ex: "Expressions", node: exp.Like) -> Typed:
    return _like(ex, node, None)


def _like(ex: "Expressions", node: exp.Like, escape: Typed | None) -> Typed:
    value, pattern = ex.compile(node.this), ex.compile(node.expression)
    for side, name in ((value, "Left side of LIKE expression"), (pattern, "Pattern for LIKE expression")):
        if not side.type.is_string and side.type != UNKNOWN:
            place = position(node.this if side is value else node.expression)
            raise SqlError("TYPE_MISMATCH", f"{name} must evaluate to a varchar (actual: {side.type})", place)
    negated = "NOT " if node.args.get("negate") else ""
    if escape is None:
        return Typed(f"({value.sql} {negated}LIKE {pattern.sql})", BOOLEAN)
    if isinstance(escape.value, str) and len(escape.value) != 1:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    checked = f"t_like_pattern({pattern.sql}, {escape.sql})"
    if isinstance(pattern.value, str) and isinstance(escape.value, str):
        checked = _literal_pattern(pattern.value, escape.value)
    return Typed(f"({value.sql} {negated}LIKE {checked} ESCAPE {escape.sql})", BOOLEAN)


def _literal_pattern(pattern: str, escape: str) -> str:
    at = 0
    while escape and (at := pattern.find(escape, at)) >= 0:
        if pattern[at + 1 : at + 2] not in ("%", "_", escape):
            message = "Escape character must be followed by '%', '_' or the escape character itself"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", message)
        at += 2
    return literal(pattern)


@compiles(exp.Escape)
def escape_(ex: "Expressions", node: exp.Escape) -> Typed:
    return _like(ex, node.this, ex.compile(node.expression))


@compiles(exp.In)
def in_(ex: "Expressions", node: exp.In) -> Typed:
    value = ex.compile(node.this)
    inner = node.args.get("query")
    if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        inner = node.expressions[0]
    if inner is not None:
        return _in_query(ex, node, value, inner)
    options = [ex.compile(n) for n in node.expressions]
    ex.unify([value, *options], [node.this, *node.expressions], "IN value and list items")
    one = value
    items = []
    for option in options:
        one, two = sides(ex, value, option)
        items.append(two.sql)
    if value.type.is_nested or len({common(value.type, o.type) for o in options}) > 1:
        return Typed("(" + " OR ".join(compared(ex, value, o, "=") for o in options) + ")", BOOLEAN)
    return Typed(f"({one.sql} IN ({', '.join(items)}))", BOOLEAN)


def _in_query(ex: "Expressions", node: exp.In, value: Typed, inner: exp.Expr) -> Typed:
    query = ex.query(inner)
    kinds = [c.type for c in query.columns]
    given = [t for _, t in value.type.args] if value.type.name == "row" and len(kinds) > 1 else [value.type]
    alike = len(given) == len(kinds) and all(common(h, w) is not None for h, w in zip(given, kinds, strict=True))
    if not alike:
        written = value.type if value.type.name == "row" else Type("row", ((None, value.type),))
        raise _other_type(ex, node, written, query.columns)
    if len(kinds) > 1:  # Trino looks rows up: a NULL in one is equal to another NULL, and to nothing else
        shared = [common(have, want) or want for have, want in zip(given, kinds, strict=True)]
        row = ex.coerce(value, Type("row", tuple((None, kind) for kind in shared)))
        pairs = enumerate(zip(kinds, shared, strict=True))
        found = row_sql([(None, ex.coerce(Typed(f"c{i}", kind), want).sql) for i, (kind, want) in pairs])
        return Typed(f"({row.sql} IN (SELECT {found} FROM ({query.sql})))", BOOLEAN)
    one, two = sides(ex, value, Typed("c0", kinds[0]))
    inner_sql = query.sql if two.sql == "c0" else f"SELECT {two.sql} FROM ({query.sql})"
    return Typed(f"({one.sql} IN ({inner_sql}))", BOOLEAN)


def _other_type(ex: "Expressions", node: exp.Expr, value: Type, columns: list[Column]) -> SqlError:
    found = Type("row", tuple((None if c.name == f"_col{i}" else c.name, c.type) for i, c in enumerate(columns)))
    message = f"Value expression and result of subquery must be of the same type: {value} vs {found}"
    return SqlError("TYPE_MISMATCH", message, ex.operator_position(node))


@compiles(exp.Exists)
def exists(ex: "Expressions", node: exp.Exists) -> Typed:
    return Typed(f"EXISTS ({ex.query(node.this).sql})", BOOLEAN)


@compiles(exp.Subquery, exp.Select)
def subquery(ex: "Expressions", node: exp.Expr) -> Typed:
    """A scalar subquery; one of several columns is a row of them."""
    query = ex.query(node)
    if len(query.columns) == 1:
        return Typed(f"({query.sql})", query.columns[0].type)
    fields = [(c.name if c.name != f"_col{i}" else None, c.type) for i, c in enumerate(query.columns)]
    row = row_sql([(name, f"c{i}") for i, (name, _) in enumerate(fields)])
    return Typed(f"(SELECT {row} FROM ({query.sql}))", Type("row", tuple(fields)))
