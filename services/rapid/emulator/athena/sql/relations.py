"""FROM: tables, views, subqueries, joins, UNNEST, VALUES."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import selecting, unnesting
from rapid.emulator.athena.sql.dialect import parse_query, position
from rapid.emulator.athena.sql.errors import Position, SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.json_table import JsonTable
from rapid.emulator.athena.sql.scope import Catalog, Column, Field, Scan, Scope, Table, quote
from rapid.emulator.athena.sql.types import BIGINT, VARCHAR, Type, common, converts

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler

CATALOG = "awsdatacatalog"
MAX_VIEW_DEPTH = 20
HIDDEN = (
    Column("$path", VARCHAR),
    Column("$file_size", BIGINT),
    Column("$file_modified_time", Type("timestamp with time zone", (3, "UTC"))),
)
"""Columns that every table has, and `*` does not show."""
ROW = Column("$row", BIGINT)
"""Where a row stands in its file: hidden, of Iceberg tables, for the statements that change them."""


def compile_from(compiler: "Compiler", select: exp.Select, parent: Scope | None) -> tuple[str, list[Field]]:
    """The FROM clause with its joins, and the fields it offers."""
    from_ = select.args.get("from_")
    if not from_:
        return "", []
    sql, fields = relation(compiler, from_.this, Scope((), parent))
    for join in select.args.get("joins") or []:
        sql, fields = _join(compiler, sql, fields, join, parent)
    return f" FROM {sql}", fields


def relation(compiler: "Compiler", node: exp.Expr, outer: Scope) -> tuple[str, list[Field]]:
    """One relation; `outer` holds what a lateral one may refer to."""
    sql, fields = _relation(compiler, node, outer)
    sample = node.args.get("sample")
    if sample:
        percent = sample.args.get("percent")
        if percent is None or sample.args.get("bucket_numerator"):
            raise not_supported("This TABLESAMPLE", position(node))
        share = Expressions(compiler, outer).compile(percent)
        if not share.type.is_number:
            raise SqlError("TYPE_MISMATCH", "Sample percentage should be a numeric expression", position(percent))
        if not isinstance(share.value, int | float):
            raise not_supported("A sample percentage that is not a number", position(percent))
        for wrong, limit in (
            (share.value < 0, "greater than or equal to 0"),
            (share.value > 100, "less than or equal to 100"),
        ):
            if wrong:
                message = f"Sample percentage must be {limit}"
                raise SqlError("NUMERIC_VALUE_OUT_OF_RANGE", message, position(percent))
        # DuckDB's SYSTEM samples whole vectors, Trino's whole splits: both keep all rows or none of a piece.
        method = "system" if str(sample.args.get("method") or "").upper() == "SYSTEM" else "bernoulli"
        sql = f"(SELECT * FROM {sql} TABLESAMPLE {method}({float(share.value)} PERCENT)) AS {_alias_of(sql)}"
    for join in node.args.get("joins") or []:
        sql, fields = _join(compiler, sql, fields, join, outer.parent)
    return sql, fields


def _alias_of(sql: str) -> str:
    return sql.rpartition(" AS ")[2].partition("(")[0]


def _relation(compiler: "Compiler", node: exp.Expr, outer: Scope) -> tuple[str, list[Field]]:
    if isinstance(node, exp.Table) and isinstance(node.this, JsonTable):
        sql, fields = _derived(compiler, parse_query(node.this.name), node.args.get("alias"), outer)
        return f"LATERAL {sql}" if outer.fields else sql, fields
    if isinstance(node, exp.Table):
        return _table(compiler, node)
    if isinstance(node, exp.Unnest):
        return unnesting.alone(compiler, node, outer)
    if isinstance(node, exp.Lateral):
        sql, fields = _derived(compiler, node.this, node.args.get("alias"), outer)
        return f"LATERAL {sql}", fields
    if isinstance(node, exp.Subquery | exp.Values | exp.Paren):
        inner = node.this if not isinstance(node, exp.Values) else node
        if isinstance(inner, exp.Table | exp.Unnest) or (isinstance(inner, exp.Subquery) and inner.args.get("joins")):
            sql, fields = relation(compiler, inner, outer)
            for join in node.args.get("joins") or []:
                sql, fields = _join(compiler, sql, fields, join, outer.parent)
            node.set("joins", None)
            return sql, fields
        return _derived(compiler, node, node.args.get("alias"), Scope((), outer.parent))
    raise not_supported(f"{type(node).__name__} in FROM", position(node))


def _alias(node: exp.Expr | None) -> tuple[str | None, list[str]]:
    if node is None:
        return None, []
    name = node.this.name.lower() if node.this else None
    return name, [c.name for c in node.args.get("columns") or []]


def _derived(compiler: "Compiler", node: exp.Expr, alias: exp.Expr | None, scope: Scope) -> tuple[str, list[Field]]:
    from rapid.emulator.athena.sql.compiler import rename

    inner = node.this if isinstance(node, exp.Subquery) and not node.args.get("with_") else node
    query = compiler.query(inner, scope)
    name, columns = _alias(alias)
    shown = query.columns if isinstance(node, exp.Values) else rename(query.columns, columns, node, name or "")
    return _named(compiler, f"({query.sql})", shown, (name,) if name else ())


def _named(compiler: "Compiler", sql: str, columns: list[Column], path: tuple[str, ...]) -> tuple[str, list[Field]]:
    alias = f"r{compiler.fresh()}"
    fields = [Field(c.name, c.type, f"{alias}.c{i}", path) for i, c in enumerate(columns)]
    return f"{sql} AS {alias}", fields


def _table(compiler: "Compiler", node: exp.Table) -> tuple[str, list[Field]]:
    from rapid.emulator.athena.sql.compiler import rename

    if not isinstance(node.this, exp.Identifier):
        from rapid.emulator.athena.sql import tablefunctions

        sql, columns = tablefunctions.compile_call(compiler, node)
        alias, renamed = _alias(node.args.get("alias"))
        return _named(compiler, f"({sql})", rename(columns, renamed, node, alias or ""), (alias,) if alias else ())
    parts = [p.name.lower() for p in node.parts]
    alias, renamed = _alias(node.args.get("alias"))
    if len(parts) == 1:
        for frame in reversed(compiler.ctes):
            if parts[0] in frame:
                name, columns = frame[parts[0]]
                return _named(compiler, name, rename(columns, renamed, node, alias or parts[0]), (alias or parts[0],))
    table = find_table(compiler, parts, node)
    if node.args.get("version"):
        table = _at_version(compiler, table, node.args["version"])
    path = (alias,) if alias else (CATALOG, table.database, table.name)
    if table.view is not None:
        return _view(compiler, table, rename(list(table.columns), renamed, node, path[-1]), path, node)
    return _scan(compiler, table, renamed, path, node)


def _at_version(compiler: "Compiler", table: Table, version: exp.Expr) -> Table:
    """`FOR TIMESTAMP AS OF …`, `FOR VERSION AS OF …`."""
    value = Expressions(compiler, Scope()).compile(version.expression)
    kind = str(version.this).upper()
    if kind == "TIMESTAMP" and not (value.type.name in ("date", "timestamp") or value.type.name.endswith("zone")):
        message = f"Type {value.type} invalid. Temporal pointers of type timestamp only support date/time types"
        raise SqlError("TYPE_MISMATCH", message, position(version))
    return compiler.catalog.at(table, kind, value, position(version))


def check_catalog(catalog: Catalog, name: str, place: Position | None) -> None:
    """Raises CATALOG_NOT_FOUND, or NOT_SUPPORTED of a connector, unless a name means the Glue catalog."""
    if name != CATALOG and not catalog.has_catalog(name):
        raise SqlError("CATALOG_NOT_FOUND", f"Catalog '{name}' does not exist", place)


def find_table(compiler: "Compiler", parts: list[str], node: exp.Expr) -> Table:
    """The table that a dotted name means.

    Raises:
        SqlError: CATALOG_NOT_FOUND, SCHEMA_NOT_FOUND or TABLE_NOT_FOUND; NOT_SUPPORTED of a connector.
    """
    *qualifier, name = parts
    database = qualifier[-1] if qualifier else compiler.database
    if len(qualifier) > 1:
        check_catalog(compiler.catalog, qualifier[0], position(node))
    found = compiler.catalog.table(database, name)
    if found is not None:
        return found
    if not compiler.catalog.has_database(database):
        raise SqlError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", position(node))
    raise SqlError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{database}.{name}' does not exist", position(node))


def _scan(
    compiler: "Compiler", table: Table, renamed: list[str], path: tuple[str, ...], node: exp.Expr
) -> tuple[str, list[Field]]:
    from rapid.emulator.athena.sql.compiler import rename

    alias = f"r{compiler.fresh()}"
    scan = Scan(len(compiler.scans), table, alias)
    compiler.scans.append(scan)
    fields = []
    columns = [*table.columns, *table.partition_keys]
    shown = rename(columns, renamed, node, path[-1])
    keys = {*(c.name for c in table.partition_keys), *table.pruning}
    for column, label in zip(columns, shown, strict=True):
        sql = f"{alias}.{quote(column.name)}"
        fields.append(Field(label.name, column.type, sql, path, scan, column.name in keys, column=column.name))
    fields += [
        Field(c.name, c.type, f"{alias}.{quote(c.name)}", path, scan, hidden=True, column=c.name)
        for c in (*HIDDEN, ROW)
    ]
    return f"{scan.token} AS {alias}", fields


def _view(
    compiler: "Compiler", table: Table, shown: list[Column], path: tuple[str, ...], node: exp.Expr
) -> tuple[str, list[Field]]:
    label = f"{table.database}.{table.name}"
    if label in compiler.views or len(compiler.views) > MAX_VIEW_DEPTH:
        raise SqlError("VIEW_IS_RECURSIVE", f"Statement would create a recursive view: '{label}'", position(node))
    assert table.view is not None  # noqa: S101 - the caller looked
    before = compiler.database, compiler.text, compiler.ctes
    source = table.source if isinstance(table.source, str) else table.database
    compiler.database, compiler.text, compiler.ctes = source, table.view, []
    compiler.views.append(label)
    try:
        query = compiler.query(parse_query(table.view), None)
    except SqlError as error:
        message = f"Failed analyzing stored view 'awsdatacatalog.{label}': {error.message}"
        raise SqlError("INVALID_VIEW", message, position(node)) from error
    finally:
        compiler.views.pop()
        compiler.database, compiler.text, compiler.ctes = before
    if shown and len(shown) != len(query.columns):
        message = f"View 'awsdatacatalog.{label}' is stale or in invalid state: stored view column count ({len(shown)}) does not match column count derived from the view query analysis ({len(query.columns)})"  # noqa: E501
        raise SqlError("VIEW_IS_STALE", message, position(node))
    columns = [Column(s.name, c.type) for s, c in zip(shown or query.columns, query.columns, strict=True)]
    for place, (stored, column) in enumerate(zip(table.columns, columns, strict=False)):
        if not _still(column.type, stored.type):
            message = f"View 'awsdatacatalog.{label}' is stale or in invalid state: column [{stored.name}] of type {column.type} projected from query view at position {place} cannot be coerced to column [{stored.name}] of type {stored.type} stored in view definition"  # noqa: E501
            raise SqlError("VIEW_IS_STALE", message, position(node))
    return _named(compiler, f"({query.sql})", columns, path)


def _still(now: Type, stored: Type) -> bool:
    """Whether a view's column is still what the catalog says of it, lengths and digits aside."""
    same = stored.name in ("unknown", now.name) or (now.is_string and stored.is_string)
    return same or converts(now, stored)


def _join(
    compiler: "Compiler", left: str, fields: list[Field], join: exp.Join, parent: Scope | None
) -> tuple[str, list[Field]]:
    side, kind = (join.args.get("side") or "").upper(), (join.args.get("kind") or "").upper()
    if join.args.get("method"):
        select = join.find_ancestor(exp.Select)
        first = select.args["from_"].this if select else join.this
        raise SqlError("NOT_SUPPORTED", "Natural join not supported", position(first))
    if kind in ("SEMI", "ANTI"):
        raise not_supported(f"{kind} JOIN", position(join.this))
    on, using = join.args.get("on"), join.args.get("using")
    anyway = on is None or (isinstance(on, exp.Boolean) and on.this)
    if isinstance(join.this, exp.Unnest) and fields and anyway and not using and side in ("", "LEFT"):
        return unnesting.beside(compiler, left, fields, join.this, Scope(fields, parent), keep=side == "LEFT")
    if isinstance(join.this, exp.Unnest) and on is not None and not anyway:
        message = f"{side or kind or 'INNER'} JOIN involving UNNEST is only supported with condition ON TRUE"
        raise SqlError("NOT_SUPPORTED", message, Expressions(compiler, Scope()).place(on))
    right, more = relation(compiler, join.this, Scope(fields, parent))
    _mark_nullable(side, fields, more)
    if using:
        return _using(left, fields, right, more, side, [u.name.lower() for u in using], join)
    everything = [*fields, *more]
    if on is None:
        if side or kind == "INNER":
            raise SqlError("SYNTAX_ERROR", "JOIN needs a condition", position(join.this))
        return f"{left} CROSS JOIN {right}", everything
    expressions = Expressions(compiler, Scope(everything, parent))
    allowed = {
        f.scan for f in (everything if not side else more if side == "LEFT" else fields if side == "RIGHT" else [])
    }
    usable = {
        s for s in allowed if s is not None and (not s.nullable or (side == "LEFT" and s in {f.scan for f in more}))
    }
    condition = selecting.condition(on, expressions, "JOIN ON clause", usable)
    word = {"LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN"}.get(side, "JOIN")
    return f"{left} {word} {right} ON {condition}", everything


def _mark_nullable(side: str, left: list[Field], right: list[Field]) -> None:
    nulled = {"LEFT": right, "RIGHT": left, "FULL": [*left, *right]}.get(side, [])
    for one in nulled:
        if one.scan:
            one.scan.nullable = True


def _using(
    left: str, fields: list[Field], right: str, more: list[Field], side: str, names: list[str], join: exp.Join
) -> tuple[str, list[Field]]:
    conditions, shared = [], []
    one_scope, two_scope = Scope(fields), Scope(more)
    for name, node in zip(names, join.args["using"], strict=True):
        for scope, which in ((one_scope, "left"), (two_scope, "right")):
            if not any(f.name and f.name.lower() == name for f in scope.fields):
                message = f"Column '{name}' is missing from {which} side of join"
                raise SqlError("COLUMN_NOT_FOUND", message, position(node))
        one, two = (s.resolve([name], node)[0] for s in (one_scope, two_scope))
        kind = common(one.type, two.type)
        if kind is None:
            message = f"Column '{name}' has mismatched types in USING: {one.type}, {two.type}"
            raise SqlError("TYPE_MISMATCH", message, position(join.this))
        conditions.append(f"{one.sql} = {two.sql}")
        sql = {"RIGHT": two.sql, "FULL": f"coalesce({one.sql}, {two.sql})"}.get(side, one.sql)
        shared.append(Field(name, kind, sql))
    word = {"LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN"}.get(side, "JOIN")
    rest = [f for f in [*fields, *more] if not (f.name and f.name.lower() in names and not f.hidden)]
    return f"{left} {word} {right} ON {' AND '.join(conditions)}", [*shared, *rest]
