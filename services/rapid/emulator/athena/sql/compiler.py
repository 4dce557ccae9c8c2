"""Compiles a query of Athena SQL to DuckDB SQL: WITH, set operations, VALUES; SELECT is in `selecting`.

Every relation becomes `(SELECT …) AS rN` with columns of known names; tables of the catalog become a `Scan` whose token
in the SQL is replaced later by the relation that reads its files. Nothing is copied from the text unread.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from rapid.emulator.athena.sql import ordering, selecting
from rapid.emulator.athena.sql.comparing import row_fields
from rapid.emulator.athena.sql.deep import deeply
from rapid.emulator.athena.sql.dialect import parse_query, position, word_before
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.parameters import bind
from rapid.emulator.athena.sql.scope import Carried, Catalog, Column, Field, Scan, Scope, Typed
from rapid.emulator.athena.sql.types import Type, common

__all__ = ["Compiler", "Query", "bind", "compile_query", "rename"]

_MAX_RECURSION = 10


@dataclass
class Query:
    """A compiled query: SQL that gives columns named `c0`, `c1`, …, and what Athena calls and types them."""

    sql: str
    columns: list[Column]
    scans: list[Scan] = field(default_factory=list)


def compile_query(text: str, catalog: Catalog, database: str, parameters: list[str] | None = None) -> Query:
    """Compiles a SELECT, VALUES, WITH or TABLE statement.

    Args:
        text: the statement, without a trailing semicolon.
        catalog: where tables come from.
        database: the database of unqualified names.
        parameters: SQL expressions for the `?` of the text, in order.

    Raises:
        MalformedQueryError: it does not parse.
        SqlError: it does not mean anything that can be run.
    """

    def compiled() -> Query:
        tree = parse_query(text)
        if parameters is not None:
            bind(tree, parameters)
        compiler = Compiler(catalog, database, text)
        query = compiler.query(tree, None)
        query.scans = compiler.scans
        return query

    return deeply(compiled)


class Compiler:
    """State of one compilation: the catalog, the scans found, names in use."""

    def __init__(self, catalog: Catalog, database: str, text: str) -> None:
        self.catalog = catalog
        self.database = database.lower()
        self.text = text
        self.scans: list[Scan] = []
        self.ctes: list[dict[str, tuple[str, list[Column]]]] = []
        self.views: list[str] = []
        self.carried: list[Carried] = []
        self._counter = self._depth = 0

    def fresh(self) -> int:
        self._counter += 1
        return self._counter

    def query(self, tree: exp.Expr, parent: Scope | None) -> Query:
        """One query expression with its WITH, ORDER BY and LIMIT."""
        while isinstance(tree, exp.Paren) or (isinstance(tree, exp.Subquery) and not _has_tail(tree)):
            tree = tree.this
        self._depth += 1
        with_ = tree.args.get("with_")
        prefix = self._with(with_, parent) if with_ else ""
        try:
            if isinstance(tree, exp.Subquery):
                query = self._set_tail(self.query(tree.this, parent), tree, parent)
            elif isinstance(tree, exp.Select):
                columns, sql = selecting.select(self, tree, parent)
                query = Query(sql, columns)
            elif isinstance(tree, exp.SetOperation):
                query = self._set_operation(tree, parent)
            elif isinstance(tree, exp.Values):
                query = self._values(tree, parent)
            else:
                raise not_supported(f"{type(tree).__name__} as a query", position(tree))
        finally:
            self._depth -= 1
            if with_:
                self.ctes.pop()
        sql = prefix + query.sql
        for each in self.carried if not self._depth else ():
            sql = each.fill(sql)
        return Query(sql, query.columns)

    # WITH

    def _with(self, with_: exp.With, parent: Scope | None) -> str:
        frame: dict[str, tuple[str, list[Column]]] = {}
        self.ctes.append(frame)
        parts: list[str] = []
        for cte in with_.expressions:
            name = f"w{self.fresh()}"
            alias = cte.args["alias"]
            if alias.name.lower() in frame:
                message = f"WITH query name '{alias.name}' specified more than once"
                raise SqlError("DUPLICATE_NAMED_QUERY", message, position(alias))
            renamed = [c.name for c in alias.args.get("columns") or []]
            if with_.args.get("recursive") and not renamed:
                message = "missing column aliases in recursive WITH query"
                raise SqlError("MISSING_COLUMN_ALIASES", message, position(alias))
            if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                query = self._recursive(cte, renamed, frame, parent, parts)
            else:
                query = self.query(cte.this, parent)
            columns = rename(query.columns, renamed, next(iter(alias.args.get("columns") or []), cte))
            frame[alias.name.lower()] = (name, columns)
            head = f"{name}({', '.join(f'c{i}' for i in range(len(columns)))})"
            parts.append(f"{head} AS ({query.sql})")
        return f"WITH {'RECURSIVE ' if with_.args.get('recursive') else ''}{', '.join(parts)} "

    def _recursive(
        self,
        cte: exp.CTE,
        renamed: list[str],
        frame: dict[str, tuple[str, list[Column]]],
        parent: Scope | None,
        parts: list[str],
    ) -> Query:
        """A query that names itself, over a part whose rows tell their depth; AWS stops at a depth of 10.

        UNION takes the same rows together only at the end, so that circles have no end either.
        https://docs.aws.amazon.com/athena/latest/ug/select.html (read 2026-11).
        """
        first = self.query(cte.this.this, parent)
        columns, name = rename(first.columns, renamed, cte), f"w{self.fresh()}"
        frame[cte.alias.lower()] = (name, columns)
        second = self.query(cte.this.expression, parent)
        casts = ", ".join(f"CAST(c{i} AS {c.type.duckdb()}) AS c{i}" for i, c in enumerate(columns))
        depth = f"t_deeper((SELECT any_value(depth) FROM {name}), {_MAX_RECURSION})"
        listed = ", ".join(f"c{i}" for i in range(len(columns)))
        both = f"SELECT {casts}, 0 FROM ({first.sql}) UNION ALL SELECT {casts}, {depth} FROM ({second.sql})"
        parts.append(f"{name}({listed}, depth) AS ({both})")
        word = "DISTINCT " if cte.this.args.get("distinct") else ""
        return Query(f"SELECT {word}{listed} FROM {name}", columns)

    # Set operations and VALUES

    def _set_operation(self, tree: exp.SetOperation, parent: Scope | None) -> Query:
        left, right = self.query(tree.this, parent), self.query(tree.expression, parent)
        word = {"Union": "UNION", "Except": "EXCEPT", "Intersect": "INTERSECT"}[type(tree).__name__]
        if len(left.columns) != len(right.columns):
            message = f"{word} query has different number of fields: {len(left.columns)}, {len(right.columns)}"
            raise SqlError("TYPE_MISMATCH", message, word_before(self.text, tree.expression, word))
        columns = []
        for index, (one, two) in enumerate(zip(left.columns, right.columns, strict=True), 1):
            kind = common(one.type, two.type)
            if kind is None:
                message = f"column {index} in {word} query has incompatible types: {one.type}, {two.type}"
                raise SqlError("TYPE_MISMATCH", message, word_before(self.text, tree.expression, word))
            columns.append(Column(one.name, kind))
        word += "" if tree.args.get("distinct") else " ALL"
        sql = f"{self._aligned(left, columns)} {word} {self._aligned(right, columns)}"
        return self._set_tail(Query(sql, columns), tree, parent)

    def _mismatched_rows(self, rows: list[list[Typed]], tree: exp.Values) -> SqlError:
        kinds = [Type("row", tuple((None, v.type) for v in row)) for row in rows]
        other = next((k for k in kinds if common(kinds[0], k) is None), kinds[-1])
        message = f"Values rows have mismatched types: {kinds[0]} vs {other}"
        return SqlError("TYPE_MISMATCH", message, word_before(self.text, tree.expressions[0], "VALUES"))

    def _aligned(self, query: Query, columns: list[Column]) -> str:
        expressions = Expressions(self, Scope())
        items = []
        for index, (have, want) in enumerate(zip(query.columns, columns, strict=True)):
            items.append(f"{expressions.coerce(Typed(f'c{index}', have.type), want.type).sql} AS c{index}")
        return f"(SELECT {', '.join(items)} FROM ({query.sql}))"

    def _set_tail(self, query: Query, tree: exp.Expr, parent: Scope | None) -> Query:
        """ORDER BY, OFFSET and LIMIT over a whole set operation or VALUES."""
        if not _has_tail(tree):
            return query
        scope = Scope([Field(c.name, c.type, f"c{i}") for i, c in enumerate(query.columns)], parent)
        tail = ordering.tail(tree, Expressions(self, scope), query.columns)
        names = ", ".join(f"c{i}" for i in range(len(query.columns)))
        return Query(f"SELECT {names} FROM ({query.sql}){tail}", query.columns)

    def _values(self, tree: exp.Values, parent: Scope | None) -> Query:
        expressions = Expressions(self, Scope((), parent))
        rows = [_columns([expressions.compile(n) for n in _row_items(r)]) for r in tree.expressions]
        if len({len(r) for r in rows}) != 1:
            sizes = list(dict.fromkeys(len(r) for r in rows))
            message = f"Values rows have mismatched sizes: {sizes[0]} vs {sizes[1]}"
            raise SqlError("TYPE_MISMATCH", message, word_before(self.text, tree.expressions[0], "VALUES"))
        columns, aligned = [], [list(r) for r in rows]
        for index in range(len(rows[0])):
            try:
                values, kind = expressions.unify([r[index] for r in rows], tree.expressions)
            except SqlError as error:
                raise self._mismatched_rows(rows, tree) from error
            columns.append(Column(f"_col{index}", kind))
            for row, value in zip(aligned, values, strict=True):
                row[index] = value
        # The first row carries the types, so that DuckDB never guesses them.
        first = [f"CAST({v.sql} AS {c.type.duckdb()})" for v, c in zip(aligned[0], columns, strict=True)]
        lines = [", ".join(first), *(", ".join(v.sql for v in row) for row in aligned[1:])]
        names = ", ".join(f"c{i}" for i in range(len(columns)))
        sql = f"SELECT {names} FROM (VALUES {', '.join(f'({line})' for line in lines)}) AS v({names})"
        alias = tree.args.get("alias")
        if alias and alias.args.get("columns"):
            columns = rename(columns, [c.name for c in alias.args["columns"]], tree, alias.name)
        return self._set_tail(Query(sql, columns), tree, parent)


def _has_tail(tree: exp.Expr) -> bool:
    return any(tree.args.get(a) for a in ("order", "limit", "offset", "with_"))


def _columns(items: list[Typed]) -> list[Typed]:
    """The columns of a row of VALUES: one that is a row itself stands for its fields, as in `VALUES ROW(1, 'a')`."""
    return row_fields(items[0]) if len(items) == 1 and items[0].type.name == "row" else items


def _row_items(row: exp.Expr) -> list[exp.Expr]:
    if isinstance(row, exp.Tuple):
        return row.expressions
    if isinstance(row, exp.Paren):
        return [row.this]
    return [row]


def rename(columns: list[Column], names: list[str], node: exp.Expr, relation: str = "") -> list[Column]:
    """The columns with the names of an alias's list.

    Raises:
        SqlError: MISMATCHED_COLUMN_ALIASES if there are more or fewer names.
    """
    if not names:
        return columns
    for at, name in enumerate(names):
        if not relation and name.lower() in [n.lower() for n in names[:at]]:
            listed = node.parent.args.get("columns") if node.parent else None
            place = position(listed[at] if listed else node)
            raise SqlError("DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", place)
    if len(names) != len(columns):
        who, available = (f"'{relation}'", " available") if relation else ("relation", "")
        message = f"Column alias list has {len(names)} entries but {who} has {len(columns)} columns{available}"
        raise SqlError("MISMATCHED_COLUMN_ALIASES", message, position(node))
    return [Column(n, c.type) for n, c in zip(names, columns, strict=True)]
