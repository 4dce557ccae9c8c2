"""Parses Athena SQL with sqlglot, keeping every function call as it was written.

sqlglot's Trino dialect turns calls into its own general functions, which loses Trino's meaning in about one of five
(see the notes of issue 4); so the parser here knows no function, and `functions` gives each its meaning by name.
Messages follow the form of Trino's parser, which Superset and others take apart: `line 1:8: mismatched input 'x'. …`.
"""

from itertools import pairwise
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, not_supported
from rapid.emulator.athena.sql.types import MAX_DECIMAL, TIMESTAMP, TIMESTAMP_TZ, Type, decimal

_WITH_OWN_SYNTAX = {"CAST", "TRY_CAST", "EXTRACT", "LISTAGG", "POSITION", "SUBSTRING", "TRIM"}


def _decimal_literal(_parser: Any, this: exp.Expr, _kind: exp.DataType) -> exp.Expr:
    """`DECIMAL '10.00'` has the precision and scale that it was written with."""
    text = this.name.lstrip("+-")
    whole, _, fraction = text.partition(".")
    params = [
        exp.DataTypeParam(this=exp.Literal.number(n)) for n in (len(whole.lstrip("0") + fraction) or 1, len(fraction))
    ]
    return exp.Cast(this=this, to=exp.DataType(this=exp.DType.DECIMAL, expressions=params))


class AthenaSql(Trino):
    """Trino's grammar, functions left alone, subscripts left as they are."""

    INDEX_OFFSET = 0

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            k: v for k, v in TrinoParser.FUNCTION_PARSERS.items() if k in _WITH_OWN_SYNTAX
        }
        TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
            **TrinoParser.TYPE_LITERAL_PARSERS,
            exp.DType.DECIMAL: _decimal_literal,
        }


_DIALECT = AthenaSql()
_FORBIDDEN = {TokenType.DCOLON, TokenType.L_BRACE, TokenType.AMP, TokenType.PIPE}


def tokenize(text: str) -> list[Token]:
    """The tokens of a statement.

    Raises:
        MalformedQueryError: an unfinished string, comment or identifier.
    """
    try:
        return _DIALECT.tokenize(text)
    except TokenError as error:
        raise MalformedQueryError(
            "mismatched input '<unterminated>'. Expecting: a complete literal", Position(1, 1)
        ) from error


def token_position(token: Token) -> Position:
    return Position(token.line, max(1, token.col - (token.end - token.start)))


def mismatched(text: str, token: Token | None, expecting: str) -> MalformedQueryError:
    if token is None:
        lines = text.split("\n")
        return MalformedQueryError(
            f"mismatched input '<EOF>'. Expecting: {expecting}", Position(len(lines), len(lines[-1]) + 1)
        )
    return MalformedQueryError(
        f"mismatched input '{text[token.start : token.end + 1]}'. Expecting: {expecting}", token_position(token)
    )


def parse_query(text: str) -> exp.Query:
    """The tree of a SELECT, WITH, VALUES or TABLE statement.

    Raises:
        MalformedQueryError: not one whole query.
    """
    found = tokenize(text)
    _refuse(text, found)
    try:
        trees = [tree for tree in _DIALECT.parse(text) if tree is not None]
    except ParseError as error:
        raise _from_parse_error(text, found, error) from error
    if len(trees) != 1:
        raise MalformedQueryError("Only one sql statement is allowed. Got: " + text)
    tree = trees[0]
    while isinstance(tree, exp.Subquery | exp.Paren) and not isinstance(tree, exp.Query):
        tree = tree.this
    if not isinstance(tree, exp.Query | exp.Values):
        raise mismatched(text, found[0] if found else None, "'SELECT', 'VALUES', 'WITH'")
    for select in tree.find_all(exp.Select):
        if not select.expressions:
            raise mismatched(text, _after(found, "SELECT"), "'*', 'ALL', 'DISTINCT', <expression>")
    return tree  # type: ignore[return-value]


def _after(found: list[Token], word: str) -> Token | None:
    for one, two in pairwise(found):
        if one.text.upper() == word:
            return two
    return None


def _refuse(text: str, found: list[Token]) -> None:
    """Refuses what sqlglot's parser forgives."""
    comma, kinds = TokenType.COMMA, TokenType
    for one, two in zip(found, [*found[1:], None], strict=True):
        if one.token_type in _FORBIDDEN:
            raise mismatched(text, one, "<expression>")
        if one.token_type == comma and (
            two is None or two.token_type in (comma, kinds.FROM, kinds.R_PAREN, kinds.WHERE)
        ):
            raise mismatched(text, two, "<expression>")
    if found and found[0].token_type == kinds.FROM:
        raise mismatched(text, found[0], "'SELECT', 'VALUES', 'WITH'")


def _from_parse_error(text: str, found: list[Token], error: ParseError) -> MalformedQueryError:
    detail = error.errors[0] if error.errors else {}
    description = str(detail.get("description", error)).split(". Line")[0].strip()
    line, col = detail.get("line"), detail.get("col")
    token = next((t for t in found if t.line == line and t.col == col), None)
    expecting = description.removeprefix("Expecting").strip() if description.startswith("Expecting") else "<expression>"
    if token is found[-1] and description.startswith("Expecting"):
        return mismatched(text, None, f"'{expecting}'")
    if token is None:
        return MalformedQueryError(f"mismatched input. {description}", Position(int(line or 1), int(col or 1)))
    return mismatched(text, token, f"'{expecting}'" if expecting != "<expression>" else expecting)


_TYPES = {
    "INT": "integer",
    "FLOAT": "real",
    "TEXT": "varchar",
    "VARBINARY": "varbinary",
    "BINARY": "varbinary",
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "DATE": "date",
    "JSON": "json",
    "UUID": "uuid",
}


def to_type(node: exp.DataType) -> Type:
    """The Trino type a parsed type stands for.

    Raises:
        SqlError: a type that is not supported (time zones of times, IP addresses, sketches).
    """
    kind = node.this.name if isinstance(node.this, exp.DType) else ""
    numbers = [int(p.name) for p in node.expressions if isinstance(p, exp.DataTypeParam)]
    if isinstance(node.this, exp.Interval):
        unit = node.this.args["unit"]
        year = str(unit.this.name if isinstance(unit, exp.IntervalSpan) else unit.name).upper() in ("YEAR", "MONTH")
        return Type("interval year to month" if year else "interval day to second")
    if kind == "DECIMAL":
        precision, scale = [*numbers, *(MAX_DECIMAL, 0)[len(numbers) :]][:2]
        return decimal(precision, scale)
    if kind in ("VARCHAR", "CHAR", "NCHAR", "NVARCHAR"):
        return Type("varchar" if "VAR" in kind else "char", tuple(numbers[:1]) or (() if "VAR" in kind else (1,)))
    if kind == "TIMESTAMP":
        return Type("timestamp", (numbers[0],)) if numbers else TIMESTAMP
    if kind in ("TIMESTAMPTZ", "TIMESTAMPLTZ"):
        return Type("timestamp with time zone", (numbers[0], "UTC")) if numbers else TIMESTAMP_TZ
    if kind == "TIME":
        return Type("time", tuple(numbers[:1]))
    if kind in ("ARRAY", "LIST", "MAP"):
        return Type("map" if kind == "MAP" else "array", tuple(to_type(e) for e in node.expressions))
    if kind == "STRUCT":
        return Type("row", tuple(_row_field(e) for e in node.expressions))
    if kind in _TYPES:
        return Type(_TYPES[kind])
    raise not_supported(f"The type {node.sql('trino').lower()}")


def _row_field(node: exp.Expr) -> tuple[str | None, Type]:
    if isinstance(node, exp.ColumnDef):
        return node.name.lower(), to_type(node.args["kind"])
    return None, to_type(node)  # type: ignore[arg-type]


def position(node: exp.Expr | None) -> Position | None:
    """Where a node begins, or None where sqlglot did not keep it."""
    if node is None:
        return None
    first: dict[str, Any] | None = None
    for part in node.walk():
        meta = part.meta
        if "start" in meta and (first is None or meta["start"] < first["start"]):
            first = meta
    if first is None:
        return None
    return Position(first["line"], max(1, first["col"] - (first["end"] - first["start"])))


def end_offset(node: exp.Expr) -> int | None:
    """Offset of the last character of a node that sqlglot kept."""
    ends = [part.meta["end"] for part in node.walk() if "end" in part.meta]
    return max(ends) if ends else None
