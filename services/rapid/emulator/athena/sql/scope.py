"""What a name can mean while a query is compiled: fields of relations, outer queries, parameters of lambdas."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import UNAUTHORIZED, Position, SqlError
from rapid.emulator.athena.sql.types import Type

ROWS = "$rows"
"""A column of scans that have been counted: how many rows a row stands for."""


@dataclass(frozen=True)
class Typed:
    """A compiled expression: DuckDB SQL and its Trino type. `value` holds what a literal says, if it is one."""

    sql: str
    type: Type
    value: Any = None
    parts: tuple["Typed", ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a relation or of a result."""

    name: str
    type: Type


@dataclass(frozen=True)
class Table:
    """A table or view of the catalog, as the compiler needs it. Exactly one of `columns` and `view` counts.

    `pruning` names columns that are no partition keys, but over which conditions are given to the scan all the same.
    """

    database: str
    name: str
    columns: tuple[Column, ...] = ()
    partition_keys: tuple[Column, ...] = ()
    view: str | None = None
    source: Any = None
    pruning: tuple[str, ...] = ()


class Catalog(Protocol):
    """Where tables come from."""

    def has_catalog(self, name: str) -> bool:
        """Whether it is a registered data catalog with these databases, under a name of its own."""
        ...

    def has_database(self, database: str) -> bool: ...

    def table(self, database: str, name: str) -> Table | None: ...

    def at(self, table: Table, kind: str, value: Typed, place: Position | None) -> Table:
        """The table FOR TIMESTAMP or VERSION AS OF a constant."""
        ...


@dataclass(frozen=True, eq=False)
class Field:
    """A column that can be named in a scope. `relation` is the path that may qualify it, innermost last.

    `column` is its name in the table, for a field of a scan. A field that an UNNEST passes on says which it was
    (`origin`) and in what it is `carried`.
    """

    name: str | None
    type: Type
    sql: str
    relation: tuple[str, ...] = ()
    scan: "Scan | None" = None
    is_partition: bool = False
    hidden: bool = False
    column: str = ""
    origin: "Field | None" = None
    carried: "Carried | None" = None


@dataclass(eq=False)
class Scan:
    """One reading of a table: `{token}` in the SQL stands for its relation.

    `predicates` are conditions over partition columns alone, in terms of `alias`; rows they reject may be left unread.
    `countable` says that rows with the same values may come as one, if `ROWS` tells how many they are; they have been
    `counted` if they did.
    """

    index: int
    table: Table
    alias: str
    columns: set[str] = field(default_factory=set)
    predicates: list[str] = field(default_factory=list)
    nullable: bool = False
    countable: bool = False
    counted: bool = False

    @property
    def token(self) -> str:
        return f'"{self.table.database}"."{self.table.name}"/*scan {self.index}*/'

    @property
    def count(self) -> str:
        """`count(*)` of its rows, to be replaced by `sum_of_counts` once they have been counted."""
        return f"count(*)/*scan {self.index}*/"

    @property
    def sum_of_counts(self) -> str:
        return f"coalesce(CAST(sum({self.alias}.{quote(ROWS)}) AS BIGINT), 0)"


@dataclass(eq=False)
class Carried:
    """The fields that a relation passes on beside what it makes itself; only those that are used are in the SQL."""

    alias: str
    used: dict[str, Field] = field(default_factory=dict)

    def token(self, inner: bool) -> str:
        return f"/*{'inner' if inner else 'outer'} of {self.alias}*/"

    def fill(self, sql: str) -> str:
        """Puts the used fields where the tokens stand."""
        names = sorted(self.used)
        inner = "".join(f"{self.used[n].sql} AS {n}, " for n in names)
        return sql.replace(self.token(True), inner).replace(self.token(False), "".join(f"{n}, " for n in names))


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Scope:
    """The fields visible at one level of a query, and the levels around it."""

    def __init__(self, fields: Iterable[Field] = (), parent: "Scope | None" = None) -> None:
        self.fields = list(fields)
        self.parent = parent
        self.variables: list[dict[str, Typed]] = []
        self.aliases: dict[str, Typed] = {}
        self.counted: Scan | None = None  # what `count(*)` counts, if its rows need not be read for that
        self.used: list[set[Field]] = []

    @contextmanager
    def lambda_variables(self, variables: dict[str, Typed]) -> Iterator[None]:
        self.variables.append(variables)
        try:
            yield
        finally:
            self.variables.pop()

    @contextmanager
    def watch(self) -> Iterator[set[Field]]:
        """Collects the fields that are used meanwhile, those of outer scopes too."""
        seen: set[Field] = set()
        self.used.append(seen)
        try:
            yield seen
        finally:
            self.used.pop()
            if self.used:
                self.used[-1].update(seen)

    def variable(self, name: str) -> Typed | None:
        for frame in reversed(self.variables):
            if name in frame:
                return frame[name]
        return self.parent.variable(name) if self.parent else None

    def resolve(self, parts: list[str], node: exp.Expr) -> tuple[Field, list[str]]:
        """The field a dotted name stands for, and the row fields that follow it.

        Raises:
            SqlError: COLUMN_NOT_FOUND or AMBIGUOUS_NAME.
        """
        for split in range(len(parts) - 1, -1, -1):
            qualifier, name = tuple(parts[:split]), parts[split]
            found = [f for f in self.fields if f.name and f.name.lower() == name and _qualifies(qualifier, f.relation)]
            visible = [f for f in found if not f.hidden or qualifier] or found
            if len(visible) > 1:
                raise SqlError("AMBIGUOUS_NAME", f"Column '{'.'.join(parts)}' is ambiguous", position(node))
            if visible:
                self.use(visible[0])
                return visible[0], parts[split + 1 :]
        if self.parent:
            found_field, rest = self.parent.resolve(parts, node)
            self.use(found_field)
            return found_field, rest
        raise SqlError(
            "COLUMN_NOT_FOUND", f"Column '{'.'.join(parts)}' cannot be resolved{UNAUTHORIZED}", position(node)
        )

    def use(self, used: Field) -> None:
        for seen in self.used[-1:]:
            seen.add(used)
        if used.scan:
            used.scan.columns.add(used.column)
        if used.carried and used.origin:
            used.carried.used[used.sql.rpartition(".")[2]] = used.origin
            self.use(used.origin)


def _qualifies(qualifier: tuple[str, ...], relation: tuple[str, ...]) -> bool:
    return not qualifier or relation[-len(qualifier) :] == qualifier
