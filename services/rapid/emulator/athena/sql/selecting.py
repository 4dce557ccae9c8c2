"""SELECT … FROM … WHERE … GROUP BY … HAVING."""

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import counting, ordering, relations
from rapid.emulator.athena.sql.comparing import row_fields
from rapid.emulator.athena.sql.dialect import position, shown
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.grouping import Grouping, refuse_aggregates
from rapid.emulator.athena.sql.scope import Column, Field, Scan, Scope, Typed

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler

_UNSUPPORTED = ("match", "qualify", "connect", "laterals", "sort", "cluster", "distribute", "pivots", "into")


def select(compiler: "Compiler", tree: exp.Select, parent: Scope | None) -> tuple[list[Column], str]:
    """One SELECT: its outputs, and SQL that gives them as `c0`, `c1`, ….

    Raises:
        SqlError: it does not mean anything that can be run.
    """
    for unsupported in _UNSUPPORTED:
        if tree.args.get(unsupported):
            name = "MATCH_RECOGNIZE" if unsupported == "match" else unsupported.upper()
            raise not_supported(name, position(tree))
    from_sql, fields = relations.compile_from(compiler, tree, parent)
    scope = Scope(fields, parent)
    if counted := counting.scan_to_count(tree, fields):
        counted.countable, scope.counted = True, counted
    expressions = Expressions(compiler, scope)
    where = tree.args.get("where")
    where_sql = f" WHERE {condition(where.this, expressions, 'WHERE clause')}" if where else ""
    outputs = _outputs(tree, expressions)
    values = [v for _, v in outputs]
    grouping = Grouping(tree, expressions, values)
    having = tree.args.get("having")
    having_sql = f" HAVING {expressions.boolean(having.this, 'HAVING clause').sql}" if having else ""
    items = [_unnamed(n) for n in tree.expressions]
    for item in (i for i in items if _is_star(i) and not _is_dot_star(i)):
        grouping.check_star(_starred(item, scope))
    checked = [i.this if _is_dot_star(i) else i for i in items if _is_dot_star(i) or not _is_star(i)]
    checked += [having.this] if having else []
    grouping.check(checked)
    grouping.check_calls(checked)
    scope.aliases = {n.lower(): v for n, v in outputs if n is not None}
    order = tree.args["order"].expressions if tree.args.get("order") and not tree.args.get("distinct") else []
    keys = [key for o in order if not isinstance(key := o.this.unnest(), exp.Literal)]
    grouping.check(keys)
    grouping.check_calls(keys)
    columns = [Column(name if name is not None else f"_col{i}", v.type) for i, (name, v) in enumerate(outputs)]
    distinct = tree.args.get("distinct")
    if distinct and distinct.args.get("on"):
        raise not_supported("DISTINCT ON", position(tree))
    if distinct and tree.args.get("order"):
        ordering.check_distinct(tree.args["order"], expressions, columns, values)
    after = ordering.tail(tree, expressions, columns, None if distinct else values)
    listed = ", ".join(f"{v.sql} AS c{i}" for i, v in enumerate(values))
    word = "DISTINCT " if distinct else ""
    return columns, f"SELECT {word}{listed}{from_sql}{where_sql}{grouping.sql}{having_sql}{after}"


def condition(node: exp.Expr, expressions: Expressions, where: str, scans: set[Scan] | None = None) -> str:
    """A condition whose conjuncts over partition columns alone are also given to their scan.

    Args:
        node: the condition.
        expressions: compiles it.
        where: its name in errors.
        scans: scans that may skip partitions by it; None: all that no outer join can null.
    """
    refuse_aggregates(node, where.replace(" ON", ""), expressions)
    conjuncts = list(node.flatten()) if isinstance(node, exp.And) else [node]
    parts = []
    for conjunct in conjuncts:
        with expressions.scope.watch() as used:
            compiled = expressions.boolean(conjunct, where)
        parts.append(compiled.sql)
        found = {f.scan for f in used}
        scan = next(iter(found)) if len(found) == 1 else None
        if scan is None or not all(f.is_partition for f in used) or conjunct.find(exp.Subquery, exp.Select):
            continue
        if (scan in scans) if scans is not None else not scan.nullable:
            scan.predicates.append(_in_terms_of_scan(compiled.sql, used))
    return " AND ".join(parts)


def _in_terms_of_scan(sql: str, used: set[Field]) -> str:
    """A condition with the names that fields have at their table, not above an UNNEST."""
    origins = {f.sql: f.origin.sql for f in used if f.origin}
    while origins and (moved := re.sub(r"\br\d+\.f\d+\b", lambda m: origins.get(m[0], m[0]), sql)) != sql:
        sql = moved
    return sql


def _unnamed(node: exp.Expr) -> exp.Expr:
    """An output without its name, or the names of `r.* AS (a, b)`."""
    return node.this if isinstance(node, exp.Alias | exp.Aliases) else node


def _is_star(node: exp.Expr) -> bool:
    column = isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    return isinstance(node, exp.Star) or column or _is_dot_star(node)


def _is_dot_star(node: exp.Expr) -> bool:
    """Whether it is `row(1, 2).*`."""
    return isinstance(node, exp.Dot) and isinstance(node.expression, exp.Star)


def _outputs(tree: exp.Select, expressions: Expressions) -> list[tuple[str | None, Typed]]:
    outputs: list[tuple[str | None, Typed]] = []
    for node in tree.expressions:
        inner = _unnamed(node)
        if _is_star(inner):
            starred = _star(inner, expressions)
            outputs += _renamed(starred, node) if isinstance(node, exp.Aliases) else starred
            continue
        while isinstance(inner, exp.Paren):  # parentheses around a column leave it its name
            inner = inner.this
        value = expressions.compile(inner)
        name: str | None = node.alias if isinstance(node, exp.Alias) else None
        if name is None and isinstance(inner, exp.Column | exp.Identifier):
            name = inner.name
        elif name is None and isinstance(inner, exp.Dot) and not inner.find(exp.Cast, exp.Anonymous, exp.Bracket):
            name = inner.expression.name
        outputs.append((name, value))
    return outputs


def _star(node: exp.Expr, expressions: Expressions) -> list[tuple[str | None, Typed]]:
    scope = expressions.scope
    if any(node.args.get(a) for a in ("except_", "replace", "rename")):
        raise not_supported("EXCEPT or REPLACE after *", position(node))
    if isinstance(node, exp.Dot):
        return _parts(expressions.compile(node.this), node)
    path = _star_path(node)
    fields = _starred(node, scope)
    if not fields:
        if not path:
            raise SqlError("COLUMN_NOT_FOUND", "SELECT * not allowed in queries without FROM clause", position(node))
        return _fields_of_row(list(path), node, expressions)
    for used in fields:
        scope.use(used)
    return [(f.name, Typed(f.sql, f.type)) for f in fields]


def _star_path(node: exp.Expr) -> tuple[str, ...]:
    return tuple(p.name.lower() for p in node.parts[:-1]) if isinstance(node, exp.Column) else ()


def _starred(node: exp.Expr, scope: Scope) -> list[Field]:
    """The fields that a `*` stands for."""
    path = _star_path(node)
    return [f for f in scope.fields if not f.hidden and (not path or f.relation[-len(path) :] == path)]


def _fields_of_row(path: list[str], node: exp.Expr, expressions: Expressions) -> list[tuple[str | None, Typed]]:
    """`r.*` of a column `r` that is a row."""
    missing = SqlError("TABLE_NOT_FOUND", f"Unable to resolve reference {'.'.join(path)}", position(node))
    try:
        found, rest = expressions.scope.resolve(path, node)
    except SqlError as error:
        raise missing from error
    if rest or found.type.name != "row":
        raise missing
    return _parts(Typed(found.sql, found.type), node)


def _parts(row: Typed, node: exp.Expr) -> list[tuple[str | None, Typed]]:
    """The fields of a row with their names."""
    if row.type.name != "row":
        raise SqlError("TYPE_MISMATCH", f"Expression {shown(node.this)} is not of type ROW", position(node))
    return list(zip((name for name, _ in row.type.args), row_fields(row), strict=True))


def _renamed(outputs: list[tuple[str | None, Typed]], node: exp.Aliases) -> list[tuple[str | None, Typed]]:
    names = [n.name for n in node.expressions]
    if len(names) != len(outputs):
        message = f"Column alias list has {len(names)} entries but relation has {len(outputs)} columns"
        raise SqlError("MISMATCHED_COLUMN_ALIASES", message, position(node.expressions[0]))
    return [(name, value) for name, (_, value) in zip(names, outputs, strict=True)]
