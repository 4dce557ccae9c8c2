"""A query's columns converted to those of the table that they are written to."""

from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.scope import Column, Scope, Typed, literal, quote
from rapid.emulator.athena.sql.types import UNKNOWN, Type, common, converts, to_hive


def renamed(sql: str, columns: list[Column]) -> str:
    items = ", ".join(f"c{i} AS {quote(c.name)}" for i, c in enumerate(columns))
    return f"SELECT {items} FROM ({sql})"


def named_columns(query: Query) -> list[Column]:
    """Columns of a new table or view: every one with a name and a type, no name twice, lower case.

    Raises:
        SqlError: MISSING_COLUMN_NAME, DUPLICATE_COLUMN_NAME or COLUMN_TYPE_UNKNOWN, as Trino's StatementAnalyzer.
    """
    columns, seen = [], set()
    for index, column in enumerate(query.columns):
        name = column.name.lower()
        if column.name == f"_col{index}":
            raise SqlError("MISSING_COLUMN_NAME", f"line 1:1: Column name not specified at position {index + 1}")
        if name in seen:
            raise SqlError("DUPLICATE_COLUMN_NAME", f"line 1:1: Column name '{column.name}' specified more than once")
        if column.type == UNKNOWN:
            raise SqlError("COLUMN_TYPE_UNKNOWN", f"line 1:1: Column type is unknown at position {index + 1}")
        seen.add(name)
        columns.append(Column(name, column.type))
    return columns


def hive_columns(query: Query) -> list[Column]:
    """The columns of a new Hive table, in types that it can hold."""
    columns = []
    for column in named_columns(query):
        kind = Type("timestamp", (3,)) if column.type.name == "timestamp" else column.type
        kind = Type("varchar") if kind.name == "varchar" else kind
        try:
            to_hive(kind)
        except ValueError as error:
            raise SqlError("NOT_SUPPORTED", f"{error}") from error
        columns.append(Column(column.name, kind))
    return columns


def fitted(session: Session, query: Query, columns: list[Column], names: list[str]) -> str:
    """The query's columns converted to the table's; those that are not named are NULL."""
    by_name = {c.name: c for c in columns}
    for unknown in (n for n in names if n not in by_name):
        raise SqlError("COLUMN_NOT_FOUND", f"line 1:1: Insert column name does not exist in target table: {unknown}")
    repeated = next((n for n in names if names.count(n) > 1), None)
    if repeated:
        raise SqlError("DUPLICATE_COLUMN_NAME", f"line 1:1: Insert column name is specified more than once: {repeated}")
    wanted = [by_name[n].type for n in names]
    given = [c.type for c in query.columns]
    if len(wanted) != len(given) or not all(assignable(g, w) for g, w in zip(given, wanted, strict=True)):
        shown = f"Table: [{', '.join(map(str, wanted))}], Query: [{', '.join(map(str, given))}]"
        raise SqlError("TYPE_MISMATCH", f"line 1:1: Insert query has mismatched column types: {shown}")
    values = {n: _stored(Typed(f"c{i}", query.columns[i].type), by_name[n].type) for i, n in enumerate(names)}
    items = ", ".join(f"{values.get(c.name, f'CAST(NULL AS {c.type.duckdb()})')} AS {quote(c.name)}" for c in columns)
    return f"SELECT {items} FROM ({session.bound(query)})"


def _stored(value: Typed, wanted: Type) -> str:
    """A value as a column's type. As in Trino's `LogicalPlanner.noTruncationCast`, only blanks are cut off a text."""
    cast = Expressions(None, Scope()).cast(value, wanted).sql  # type: ignore[arg-type]
    if not (wanted.is_string and wanted.args and value.type.is_string):
        return cast
    message = f"INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from {value.type} to {wanted} on INSERT"  # noqa: E501
    longer = f"length(rtrim({value.sql}, ' ')) > {wanted.args[0]}"
    return f"CASE WHEN {longer} THEN t_error({literal(message)}) ELSE {cast} END"


def assignable(given: Type, wanted: Type) -> bool:
    """Whether a value of one type is stored in a column of another without being asked to.

    As the standard has it, wherever the two have a type in common: a value that does not fit fails while it is stored.
    Parts that are text of a length must convert, as in Trino's `StatementAnalyzer.typesMatchForInsert`.
    """
    if _has_bounded_part(wanted):
        return converts(given, wanted)
    return common(given, wanted) is not None


def _has_bounded_part(kind: Type) -> bool:
    parts = [t for _, t in kind.args] if kind.name == "row" else kind.args if kind.name in ("array", "map") else ()
    return any((p.is_string and bool(p.args)) or _has_bounded_part(p) for p in parts)
