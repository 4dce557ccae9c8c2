"""UPDATE, DELETE and MERGE INTO of Iceberg tables, as queries that find the rows and compute the new ones.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html (read 2026-11).
"""

from sqlglot import exp

from rapid.emulator.athena.hive import Name
from rapid.emulator.athena.iceberg.changes import PATH, ROW, Rewrite, target
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.dialect import parse_change, position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.scope import Column, Scope, Table, Typed, quote
from rapid.emulator.athena.writing.fitting import assignable


def perform(session: Session, text: str) -> int:
    """Carries out one statement; returns the number of rows that were updated, deleted and inserted."""
    tree = parse_change(text)
    node = tree.this
    if not isinstance(node, exp.Table):
        raise SqlError("NOT_SUPPORTED", "This statement names no table", position(tree))
    session.bind_parameters(tree)
    table = target(session, Name(node.db.lower() or None, node.name.lower(), node.catalog.lower() or None))
    if isinstance(tree, exp.Merge):
        return Merge(session, table, tree).perform()
    if isinstance(tree, exp.Update):
        return _update(session, table, tree)
    return _delete(session, table, tree)


def _hidden(qualifier: str) -> list[exp.Expr]:
    return [exp.column(exp.to_identifier(n, quoted=True), table=exp.to_identifier(qualifier)) for n in (PATH, ROW)]


def _name(node: exp.Table) -> str:
    return str(node.alias or node.name)


def _delete(session: Session, table: Table, tree: exp.Delete) -> int:
    select = exp.Select(expressions=_hidden(_name(tree.this))).from_(tree.this.copy())
    select.set("where", tree.args.get("where"))
    query = session.compile_tree(select)
    gone = session.connection.arrow(f'SELECT c0 AS "{PATH}", c1 AS "{ROW}" FROM ({session.bound(query)})')
    if gone.num_rows:
        Rewrite(session, table).replace(gone, None)
    return int(gone.num_rows)


def _assignments(table: Table, given: list[exp.Expr]) -> dict[str, exp.Expr]:
    """Expressions by column.

    Raises:
        SqlError: a column that is not there, or twice.
    """
    found: dict[str, exp.Expr] = {}
    known = {c.name for c in table.columns}
    for item in given:
        name = item.this.name.lower()
        if name not in known:
            raise SqlError(
                "COLUMN_NOT_FOUND", f"The UPDATE SET target column {name} doesn't exist", position(item.this)
            )
        if name in found:
            raise SqlError("SYNTAX_ERROR", f"Multiple assignments for column '{name}'", position(item.this))
        found[name] = item.expression
    return found


def _update(session: Session, table: Table, tree: exp.Update) -> int:
    given = _assignments(table, tree.expressions)
    name = _name(tree.this)
    items = [given[c.name] if c.name in given else _column(c, name) for c in table.columns]
    select = exp.Select(expressions=[*_hidden(name), *items]).from_(tree.this.copy())
    select.set("where", tree.args.get("where"))
    query = session.compile_tree(select)
    _check(table, query, set(given), "UPDATE table column types don't match SET expressions", tree)
    return _replace(session, table, query)


def _column(column: Column, qualifier: str) -> exp.Expr:
    return exp.column(exp.to_identifier(column.name, quoted=True), table=exp.to_identifier(qualifier))


def _check(table: Table, query: Query, changed: set[str], message: str, node: exp.Expr) -> None:
    pairs = [(c, q.type) for c, q in zip(table.columns, query.columns[2:], strict=True) if c.name in changed]
    if not all(assignable(have, c.type) for c, have in pairs):
        shown = (
            f"Table: [{', '.join(str(c.type) for c, _ in pairs)}], Expressions: [{', '.join(str(h) for _, h in pairs)}]"
        )
        raise SqlError("TYPE_MISMATCH", f"{message}: {shown}", position(node))


def _values(table: Table, query: Query, first: int) -> str:
    """Columns `c<first>`, … of a query as the table's columns."""
    expressions = Expressions(None, Scope())  # type: ignore[arg-type]
    found = []
    for index, column in enumerate(table.columns, first):
        value = Typed(f"c{index}", query.columns[index].type)
        found.append(f"{expressions.cast(value, column.type).sql} AS {quote(column.name)}")
    return ", ".join(found)


def _replace(session: Session, table: Table, query: Query) -> int:
    """Puts the rows that a query of `$path`, `$row` and every column gives in place of those at that path and row."""
    sql = f'SELECT c0 AS "{PATH}", c1 AS "{ROW}", {_values(table, query, 2)} FROM ({session.bound(query)})'
    rows = session.connection.arrow(sql)
    if rows.num_rows:
        name = f"changed_{id(query)}"
        session.connection.register(name, rows)
        Rewrite(session, table).replace(rows.select([PATH, ROW]), f"SELECT * FROM {quote(name)}")
    return int(rows.num_rows)


class Merge:
    """MERGE INTO: one query for the rows that match, one for those that do not."""

    def __init__(self, session: Session, table: Table, tree: exp.Merge) -> None:
        self.session, self.table, self.tree = session, table, tree
        self.target: str = _name(tree.this)
        whens = tree.args["whens"].expressions
        self.matched = [w for w in whens if w.args.get("matched")]
        self.missing = [w for w in whens if not w.args.get("matched")]

    def perform(self) -> int:
        connection = self.session.connection
        parts, counts, gone = [], [0, 0], None
        if self.matched:
            query = self._matched()
            sql = f'SELECT c0 AS "{PATH}", c1 AS "{ROW}", {_values(self.table, query, 3)}, c2 AS "$clause" FROM ({self.session.bound(query)})'  # noqa: E501
            rows = connection.arrow(sql)
            name = f"matched_{id(self)}"
            connection.register(name, rows)
            self._check_once(name)
            counts[0] = rows.num_rows
            gone = rows.select([PATH, ROW])
            kept = ", ".join(str(i) for i, w in enumerate(self.matched) if isinstance(w.args["then"], exp.Update))
            if kept:
                parts.append(f'SELECT {self._names()} FROM {quote(name)} WHERE "$clause" IN ({kept})')
        if self.missing:
            query = self._missing()
            rows = connection.arrow(f"SELECT {_values(self.table, query, 0)} FROM ({self.session.bound(query)})")
            name = f"missing_{id(self)}"
            connection.register(name, rows)
            counts[1] = rows.num_rows
            parts.append(f"SELECT {self._names()} FROM {quote(name)}")
        if sum(counts):
            if gone is None:
                gone = connection.arrow(f'SELECT \'\' AS "{PATH}", 0::BIGINT AS "{ROW}" WHERE false')
            Rewrite(self.session, self.table).replace(gone, " UNION ALL ".join(parts) or None)
        return sum(counts)

    def _names(self) -> str:
        return ", ".join(quote(c.name) for c in self.table.columns)

    def _check_once(self, name: str) -> None:
        sql = f'SELECT 1 FROM {quote(name)} GROUP BY "{PATH}", "{ROW}" HAVING count(*) > 1 LIMIT 1'
        if self.session.connection.rows(sql):
            message = "One MERGE target table row matched more than one source row"
            raise SqlError("MERGE_TARGET_ROW_MULTIPLE_MATCHES", message, position(self.tree))

    def _condition(self, when: exp.When) -> exp.Expr:
        found = when.args.get("condition")
        return exp.Paren(this=found.copy()) if found is not None else exp.true()

    def _case(self, whens: list[exp.When], values: list[exp.Expr], other: exp.Expr | None) -> exp.Expr:
        """`CASE WHEN condition THEN value …`: the first clause whose condition holds counts."""
        if len(whens) == 1 and whens[0].args.get("condition") is None:
            return values[0]
        ifs = [exp.If(this=self._condition(w), true=v) for w, v in zip(whens, values, strict=True)]
        return exp.Case(ifs=ifs, default=other)

    def _any(self, whens: list[exp.When]) -> exp.Expr:
        if any(w.args.get("condition") is None for w in whens):
            return exp.true()
        return exp.Paren(this=exp.or_(*(self._condition(w) for w in whens)))

    def _matched(self) -> Query:
        """`$path`, `$row`, the clause's number and the new values of rows that match and that a clause changes."""
        numbers: list[exp.Expr] = [exp.Literal.number(i) for i in range(len(self.matched))]
        items = [*_hidden(self.target), self._case(self.matched, numbers, None)]
        assigned = [
            _assignments(self.table, w.args["then"].expressions) if isinstance(w.args["then"], exp.Update) else {}
            for w in self.matched
        ]
        for column in self.table.columns:
            own = _column(column, self.target)
            if any(column.name in a for a in assigned):
                values = [a[column.name].copy() if column.name in a else own.copy() for a in assigned]
                items.append(self._case(self.matched, values, own.copy()))
            else:
                items.append(own)
        select = exp.Select(expressions=items).from_(self.tree.this.copy())
        select.append(
            "joins", exp.Join(this=self.tree.args["using"].copy(), kind="INNER", on=self.tree.args["on"].copy())
        )
        select.set("where", exp.Where(this=self._any(self.matched)))
        return self.session.compile_tree(select)

    def _missing(self) -> Query:
        """The values of new rows: of source rows that match none and that a clause inserts."""
        columns = [c.name for c in self.table.columns]
        items: list[exp.Expr] = []
        inserts = [w.args["then"] for w in self.missing]
        for one in inserts:
            given = len(one.expression.expressions)
            wanted = len(one.this.expressions) if one.this else len(columns)
            if given != wanted:
                message = f"MERGE insert has {wanted} columns but {given} values"
                raise SqlError("TYPE_MISMATCH", message, position(one.expression))
        for name in columns:
            values: list[exp.Expr] = []
            for one in inserts:
                named = [c.name.lower() for c in one.this.expressions] if one.this else columns
                place = named.index(name) if name in named else None
                values.append(one.expression.expressions[place].copy() if place is not None else exp.null())
            items.append(self._case(self.missing, values, None))
        select = exp.Select(expressions=items).from_(self._source())
        select.append("joins", exp.Join(this=self.tree.this.copy(), side="LEFT", on=self.tree.args["on"].copy()))
        path = _hidden(self.target)[0]
        select.set("where", exp.Where(this=exp.and_(path.is_(exp.null()), self._any(self.missing))))
        return self.session.compile_tree(select)

    def _source(self) -> exp.Expr:
        found: exp.Expr = self.tree.args["using"].copy()
        return found
