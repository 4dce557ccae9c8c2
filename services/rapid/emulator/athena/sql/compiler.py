"""Compiles a query of Athena SQL to DuckDB SQL: clauses, relations, scopes.

Every relation becomes `(SELECT …) AS rN` with columns of known names; tables of the catalog become a `Scan` whose token
in the SQL is replaced later by the relation that reads its files. Nothing is copied from the text unread.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from rapid.emulator.athena.sql import relations
from rapid.emulator.athena.sql.dialect import parse_query, position
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.functions import AGGREGATES
from rapid.emulator.athena.sql.scope import Catalog, Column, Field, Scan, Scope, Typed
from rapid.emulator.athena.sql.types import common

MAX_VIEW_DEPTH = 50


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
    tree = parse_query(text)
    if parameters is not None:
        bind(tree, parameters)
    compiler = Compiler(catalog, database, text)
    query = compiler.query(tree, None)
    query.scans = compiler.scans
    return query


def bind(tree: exp.Expr, parameters: list[str]) -> None:
    """Puts parameters in place of `?`.

    Raises:
        SqlError: INVALID_PARAMETER_USAGE if their number is wrong.
    """
    marks = sorted(tree.find_all(exp.Placeholder), key=lambda n: n.meta.get("start", 0))
    if len(marks) != len(parameters):
        raise SqlError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
        )
    for mark, parameter in zip(marks, parameters, strict=True):
        mark.replace(parameter_node(parameter))


def parameter_node(text: str) -> exp.Expr:
    """An execution parameter: a literal or constant expression; anything else is taken as a string.

    https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    """
    try:
        select = parse_query(f"SELECT {text}")
    except SqlError:
        return exp.Literal.string(text)
    node = select.expressions[0] if len(select.expressions) == 1 else None
    if node is None or select.args.get("from_") or node.find(exp.Column, exp.Subquery, exp.Alias, exp.Star):
        return exp.Literal.string(text)
    return node.pop()  # type: ignore[no-any-return]


class Compiler:
    """State of one compilation: the catalog, the scans found, names in use."""

    def __init__(self, catalog: Catalog, database: str, text: str) -> None:
        self.catalog = catalog
        self.database = database.lower()
        self.text = text
        self.scans: list[Scan] = []
        self.ctes: list[dict[str, tuple[str, list[Column]]]] = []
        self.views: list[str] = []
        self._counter = 0

    def fresh(self) -> int:
        self._counter += 1
        return self._counter

    def subquery(self, tree: exp.Expr, parent: Scope | None) -> Query:
        return self.query(tree, parent)

    def query(self, tree: exp.Expr, parent: Scope | None) -> Query:
        """One query expression with its WITH, ORDER BY and LIMIT."""
        while isinstance(tree, exp.Paren) or (isinstance(tree, exp.Subquery) and not _has_tail(tree)):
            tree = tree.this
        with_ = tree.args.get("with_")
        prefix = self._with(with_, parent) if with_ else ""
        try:
            if isinstance(tree, exp.Subquery):
                query = self._set_tail(self.query(tree.this, parent), tree, parent)
            elif isinstance(tree, exp.Select):
                query = self._select(tree, parent)
            elif isinstance(tree, exp.SetOperation):
                query = self._set_operation(tree, parent)
            elif isinstance(tree, exp.Values):
                query = self._values(tree, parent)
            else:
                raise not_supported(f"{type(tree).__name__} as a query", position(tree))
        finally:
            if with_:
                self.ctes.pop()
        return Query(prefix + query.sql, query.columns)

    # WITH

    def _with(self, with_: exp.With, parent: Scope | None) -> str:
        frame: dict[str, tuple[str, list[Column]]] = {}
        self.ctes.append(frame)
        parts = []
        for cte in with_.expressions:
            name = f"w{self.fresh()}"
            alias = cte.args["alias"]
            renamed = [c.name for c in alias.args.get("columns") or []]
            if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                query = self._recursive(cte, name, renamed, frame, parent)
            else:
                query = self.query(cte.this, parent)
            columns = rename(query.columns, renamed, cte)
            frame[alias.name.lower()] = (name, columns)
            head = f"{name}({', '.join(f'c{i}' for i in range(len(columns)))})"
            parts.append(f"{head} AS ({query.sql})")
        return f"WITH {'RECURSIVE ' if with_.args.get('recursive') else ''}{', '.join(parts)} "

    def _recursive(
        self,
        cte: exp.CTE,
        name: str,
        renamed: list[str],
        frame: dict[str, tuple[str, list[Column]]],
        parent: Scope | None,
    ) -> Query:
        first = self.query(cte.this.this, parent)
        columns = rename(first.columns, renamed, cte)
        frame[cte.alias.lower()] = (name, columns)
        second = self.query(cte.this.expression, parent)
        casts = ", ".join(f"CAST(c{i} AS {c.type.duckdb()}) AS c{i}" for i, c in enumerate(columns))
        word = "UNION" if cte.this.args.get("distinct") else "UNION ALL"
        return Query(f"SELECT {casts} FROM ({first.sql}) {word} SELECT {casts} FROM ({second.sql})", columns)

    # Set operations and VALUES

    def _set_operation(self, tree: exp.SetOperation, parent: Scope | None) -> Query:
        left, right = self.query(tree.this, parent), self.query(tree.expression, parent)
        word = {"Union": "UNION", "Except": "EXCEPT", "Intersect": "INTERSECT"}[type(tree).__name__]
        if len(left.columns) != len(right.columns):
            message = f"{word} query has different number of fields: {len(left.columns)}, {len(right.columns)}"
            raise SqlError("TYPE_MISMATCH", message, position(tree))
        columns = []
        for index, (one, two) in enumerate(zip(left.columns, right.columns, strict=True), 1):
            kind = common(one.type, two.type)
            if kind is None:
                message = f"column {index} in {word} query has incompatible types: {one.type}, {two.type}"
                raise SqlError("TYPE_MISMATCH", message, position(tree))
            columns.append(Column(one.name, kind))
        word += "" if tree.args.get("distinct") else " ALL"
        sql = f"{self._aligned(left, columns)} {word} {self._aligned(right, columns)}"
        return self._set_tail(Query(sql, columns), tree, parent)

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
        tail = self._tail(tree, Expressions(self, scope), query.columns)
        names = ", ".join(f"c{i}" for i in range(len(query.columns)))
        return Query(f"SELECT {names} FROM ({query.sql}){tail}", query.columns)

    def _values(self, tree: exp.Values, parent: Scope | None) -> Query:
        expressions = Expressions(self, Scope((), parent))
        rows = [[expressions.compile(n) for n in _row_items(r)] for r in tree.expressions]
        if len({len(r) for r in rows}) != 1:
            raise SqlError("TYPE_MISMATCH", "Values rows have mismatched sizes", position(tree))
        columns, aligned = [], [list(r) for r in rows]
        for index in range(len(rows[0])):
            values, kind = expressions.unify([r[index] for r in rows], tree)
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
            columns = rename(columns, [c.name for c in alias.args["columns"]], tree)
        return self._set_tail(Query(sql, columns), tree, parent)

    # SELECT

    def _select(self, tree: exp.Select, parent: Scope | None) -> Query:
        for unsupported in (
            "match",
            "qualify",
            "connect",
            "laterals",
            "sort",
            "cluster",
            "distribute",
            "pivots",
            "into",
        ):
            if tree.args.get(unsupported):
                name = "MATCH_RECOGNIZE" if unsupported == "match" else unsupported.upper()
                raise not_supported(name, position(tree))
        from_sql, fields = relations.compile_from(self, tree, parent)
        scope = Scope(fields, parent)
        expressions = Expressions(self, scope)
        where = self._where(tree, expressions)
        outputs = self._outputs(tree, expressions)
        group = self._group(tree, expressions, outputs)
        having = tree.args.get("having")
        having_sql = f" HAVING {expressions.boolean(having.this, 'HAVING clause').sql}" if having else ""
        self._check_grouped(tree, expressions, group)
        columns = [Column(name if name is not None else f"_col{i}", v.type) for i, (name, v) in enumerate(outputs)]
        items = ", ".join(f"{v.sql} AS c{i}" for i, (_, v) in enumerate(outputs))
        distinct = tree.args.get("distinct")
        if distinct and distinct.args.get("on"):
            raise not_supported("DISTINCT ON", position(tree))
        scope.aliases = {n.lower(): v for n, v in outputs if n is not None}
        tail = self._tail(tree, expressions, columns)
        sql = f"SELECT {'DISTINCT ' if distinct else ''}{items}{from_sql}{where}{group}{having_sql}{tail}"
        return Query(sql, columns)

    def _where(self, tree: exp.Select, expressions: Expressions) -> str:
        where = tree.args.get("where")
        if not where:
            return ""
        return f" WHERE {self.condition(where.this, expressions, 'WHERE clause')}"

    def condition(self, node: exp.Expr, expressions: Expressions, where: str, scans: set[Scan] | None = None) -> str:
        """A condition whose conjuncts over partition columns alone are also given to their scan.

        Args:
            node: the condition.
            expressions: compiles it.
            where: its name in errors.
            scans: scans that may skip partitions by it; None: all that no outer join can null.
        """
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
                scan.predicates.append(compiled.sql)
        return " AND ".join(parts)

    def _outputs(self, tree: exp.Select, expressions: Expressions) -> list[tuple[str | None, Typed]]:
        outputs: list[tuple[str | None, Typed]] = []
        for node in tree.expressions:
            inner = node.this if isinstance(node, exp.Alias) else node
            if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
                outputs += self._star(inner, expressions.scope)
                continue
            value = expressions.compile(inner)
            name: str | None = node.alias if isinstance(node, exp.Alias) else None
            if name is None and isinstance(inner, exp.Column | exp.Identifier):
                name = inner.name
            elif name is None and isinstance(inner, exp.Dot):
                name = inner.expression.name
            outputs.append((name, value))
        return outputs

    def _star(self, node: exp.Expr, scope: Scope) -> list[tuple[str | None, Typed]]:
        if any(node.args.get(a) for a in ("except_", "replace", "rename")):
            raise not_supported("EXCEPT or REPLACE after *", position(node))
        path = tuple(p.name.lower() for p in node.parts[:-1]) if isinstance(node, exp.Column) else ()
        fields = [f for f in scope.fields if not f.hidden and (not path or f.relation[-len(path) :] == path)]
        if not fields:
            if path:
                raise SqlError("TABLE_NOT_FOUND", f"Unable to resolve reference {'.'.join(path)}", position(node))
            raise SqlError("COLUMN_NOT_FOUND", "SELECT * not allowed in queries without FROM clause", position(node))
        for used in fields:
            scope.use(used)
        return [(f.name, Typed(f.sql, f.type)) for f in fields]

    def _group(self, tree: exp.Select, expressions: Expressions, outputs: list[tuple[str | None, Typed]]) -> str:
        group = tree.args.get("group")
        if not group:
            return ""
        if group.args.get("all"):
            raise not_supported("GROUP BY ALL", position(group))
        items = [self._group_item(n, expressions, outputs) for n in group.expressions]
        for kind, word in (("grouping_sets", "GROUPING SETS"), ("rollup", "ROLLUP"), ("cube", "CUBE")):
            for node in group.args.get(kind) or []:
                inner = ", ".join(self._group_item(n, expressions, outputs) for n in node.expressions)
                items.append(f"{word} ({inner})")
        return " GROUP BY " + ", ".join(items)

    def _check_grouped(self, tree: exp.Select, expressions: Expressions, group: str) -> None:
        """A bare column beside aggregates must be grouped; DuckDB finds the others, without their place."""
        if not group and not any(_aggregates(n) for n in tree.expressions):
            return
        for node in tree.expressions:
            inner = node.this if isinstance(node, exp.Alias) else node
            bare = isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star)
            if bare and expressions.compile(inner).sql not in group:
                message = f"'{inner.sql('trino')}' must be an aggregate expression or appear in GROUP BY clause"
                raise SqlError("EXPRESSION_NOT_AGGREGATE", message, position(inner))

    def _group_item(self, node: exp.Expr, expressions: Expressions, outputs: list[tuple[str | None, Typed]]) -> str:
        if isinstance(node, exp.Literal) and not node.is_string:
            return self._ordinal(node, [v for _, v in outputs], "GROUP BY").sql
        if isinstance(node, exp.Tuple):
            return "(" + ", ".join(self._group_item(n, expressions, outputs) for n in node.expressions) + ")"
        if isinstance(node, exp.Rollup | exp.Cube | exp.GroupingSets):
            word = "GROUPING SETS" if isinstance(node, exp.GroupingSets) else type(node).__name__.upper()
            return f"{word} ({', '.join(self._group_item(n, expressions, outputs) for n in node.expressions)})"
        if isinstance(node, exp.Paren):
            return f"({self._group_item(node.this, expressions, outputs)})"
        return expressions.compile(node).sql

    def _ordinal(self, node: exp.Expr, values: list[Typed], clause: str) -> Typed:
        number = int(node.name)
        if not 1 <= number <= len(values):
            raise SqlError(
                "INVALID_COLUMN_REFERENCE", f"{clause} position {number} is not in select list", position(node)
            )
        return values[number - 1]

    # ORDER BY, LIMIT, windows

    def _tail(self, tree: exp.Expr, expressions: Expressions, columns: list[Column]) -> str:
        order, limit, offset = (tree.args.get(a) for a in ("order", "limit", "offset"))
        sql = ""
        if order:
            sql += f" {self.order_by(order, expressions, columns)}"
        if limit is not None:
            sql += self._limit(limit)
        if offset is not None:
            sql += f" OFFSET {int(offset.expression.name)}"
        return sql

    def _limit(self, limit: exp.Expr) -> str:
        options = limit.args.get("limit_options")
        if options and (options.args.get("with_ties") or options.args.get("percent")):
            raise not_supported("WITH TIES", position(limit))
        count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
        if count is None:
            return " LIMIT 1"
        if count.name.upper() == "ALL":
            return ""
        if not count.name.isdigit():
            raise SqlError("TYPE_MISMATCH", "LIMIT must be a whole number", position(count))
        return f" LIMIT {count.name}"

    def order_by(self, order: exp.Order, expressions: Expressions, columns: list[Column] | None = None) -> str:
        """`ORDER BY …`; with `columns`, a number or the name of an output stands for that output."""
        items = []
        for item in order.expressions:
            node = item.this
            direction = "DESC" if item.args.get("desc") else "ASC"
            nulls = "FIRST" if item.args.get("nulls_first") else "LAST"
            items.append(f"{self._order_key(node, expressions, columns)} {direction} NULLS {nulls}")
        return "ORDER BY " + ", ".join(items)

    def _order_key(self, node: exp.Expr, expressions: Expressions, columns: list[Column] | None) -> str:
        if columns is not None:
            if isinstance(node, exp.Literal) and not node.is_string:
                self._ordinal(node, [Typed("", c.type) for c in columns], "ORDER BY")
                return node.name
            if isinstance(node, exp.Column) and len(node.parts) == 1:
                found = [i for i, c in enumerate(columns) if c.name.lower() == node.name.lower()]
                if len(found) == 1 or (found and node.name.lower() in expressions.scope.aliases):
                    return str(found[0] + 1)
        value = expressions.compile(node)
        if value.type.name in ("map", "json"):
            raise SqlError(
                "TYPE_MISMATCH",
                f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
                position(node),
            )
        return value.sql

    def window(self, node: exp.Window, expressions: Expressions) -> str:
        """The `(PARTITION BY … ORDER BY … frame)` of a window."""
        alias = node.args.get("alias")
        if alias is not None:
            return self._named_window(alias, node, expressions)
        parts = []
        if node.args.get("partition_by"):
            parts.append("PARTITION BY " + ", ".join(expressions.compile(n).sql for n in node.args["partition_by"]))
        if node.args.get("order"):
            parts.append(self.order_by(node.args["order"], expressions))
        spec = node.args.get("spec")
        if spec:
            parts.append(self._frame(spec, expressions))
        return f"({' '.join(parts)})"

    def _named_window(self, alias: exp.Expr, node: exp.Window, expressions: Expressions) -> str:
        select = node.find_ancestor(exp.Select)
        for named in (select.args.get("windows") if select else None) or []:
            if named.name.lower() == alias.name.lower():
                return self.window(
                    exp.Window(**{k: v for k, v in named.args.items() if k not in ("this", "alias")}), expressions
                )
        raise SqlError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {alias.name}", position(node))

    def _frame(self, spec: exp.WindowSpec, expressions: Expressions) -> str:
        def bound(name: str) -> str:
            value, side = spec.args.get(name), spec.args.get(f"{name}_side") or ""
            if value is None:
                return "CURRENT ROW"
            if isinstance(value, str):
                return f"{value} {side}".strip().upper()
            return f"{expressions.compile(value).sql} {side.upper()}"

        start, end = bound("start"), bound("end")
        if spec.args.get("exclude"):
            raise not_supported("EXCLUDE in a window frame", position(spec))
        return f"{spec.args['kind'].upper()} BETWEEN {start} AND {end}"


def _aggregates(node: exp.Expr) -> bool:
    """Whether an expression has an aggregate of its own query, not one in OVER or in a subquery."""
    if isinstance(node, exp.Window | exp.Query | exp.Subquery):
        return False
    if isinstance(node, exp.GroupConcat) or (isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATES):
        return True
    return any(_aggregates(child) for child in node.iter_expressions())


def _has_tail(tree: exp.Expr) -> bool:
    return any(tree.args.get(a) for a in ("order", "limit", "offset", "with_"))


def _row_items(row: exp.Expr) -> list[exp.Expr]:
    if isinstance(row, exp.Tuple):
        return row.expressions
    if isinstance(row, exp.Paren):
        return [row.this]
    if isinstance(row, exp.Anonymous) and str(row.this).lower() == "row":
        return row.expressions
    return [row]


def rename(columns: list[Column], names: list[str], node: exp.Expr) -> list[Column]:
    if not names:
        return columns
    if len(names) != len(columns):
        message = f"Column alias list has {len(names)} entries but relation has {len(columns)} columns"
        raise SqlError("MISMATCHED_COLUMN_ALIASES", message, position(node))
    return [Column(n, c.type) for n, c in zip(names, columns, strict=True)]
