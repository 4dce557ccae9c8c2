"""JSON_TABLE, read as the query that it stands for: UNNEST of what a path finds, JSON_VALUE or JSON_QUERY per column.

https://trino.io/docs/current/functions/json.html#json-table (read 2026-11). Two NESTED PATHs side by side and PLAN are
not supported.
"""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from rapid.emulator.athena.sql.errors import not_supported

_COLUMN_CLAUSES = ("PATH", "DEFAULT", "NULL", "ERROR", "EMPTY", "WITH", "WITHOUT", "KEEP", "OMIT")


class JsonTable(exp.Expression, exp.Func):
    """`text`: the query that gives its rows, which may name the relations before it."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


def parse(parser: Any) -> JsonTable:
    """What stands between the parentheses of JSON_TABLE."""
    reader = _Reader(parser)
    document = reader.text()
    reader.skip(",")
    path = reader.text("AS", "PASSING", "COLUMNS")
    if reader.at("AS"):
        reader.text("PASSING", "COLUMNS")
    passing = reader.text("COLUMNS", commas=True)
    items, joins = _columns(reader, "jt", 1)
    rest = reader.text().upper().split()
    if rest[:1] == ["PLAN"]:
        raise not_supported("PLAN of JSON_TABLE", None)
    failure = "ERROR" if rest[:1] == ["ERROR"] else "EMPTY ARRAY"
    rows = _rows(f"{document}, {path} {passing}", "jt", failure)
    return JsonTable(this=exp.Literal.string(f"SELECT {', '.join(items)} FROM {rows}{''.join(joins)}"))


class _Reader:
    """Takes pieces of the statement's text, token by token."""

    def __init__(self, parser: Any) -> None:
        self.parser = parser

    def at(self, *words: str) -> bool:
        token = self.parser._curr  # noqa: SLF001
        return token is not None and token.token_type != TokenType.STRING and token.text.upper() in words

    def skip(self, *words: str) -> None:
        """One token, which must be one of these words."""
        if not self.at(*words):
            self.parser.raise_error(f"Expecting {words[0]}")
        self.parser._advance()  # noqa: SLF001

    def text(self, *stops: str, commas: bool = False) -> str:
        """The text before a comma, a closing parenthesis or one of these words, outside of parentheses."""
        first, depth, end = self.parser._curr, 0, None  # noqa: SLF001
        while (token := self.parser._curr) is not None:  # noqa: SLF001
            closes = token.token_type == TokenType.R_PAREN or (token.token_type == TokenType.COMMA and not commas)
            if not depth and (closes or self.at(*stops)):
                break
            depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
            end = token.end
            self.parser._advance()  # noqa: SLF001
        return self.parser.sql[first.start : end + 1] if end is not None else ""


def _columns(reader: _Reader, alias: str, depth: int) -> tuple[list[str], list[str]]:
    """The outputs of a COLUMNS clause, and the joins that its nested paths need."""
    items: list[str] = []
    joins: list[str] = []
    reader.skip("COLUMNS")
    reader.skip("(")
    while True:
        if reader.at("NESTED"):
            reader.skip("NESTED")
            if joins:
                raise not_supported("JSON_TABLE with two nested paths side by side", None)
            path = reader.text("AS", "COLUMNS").partition("'")
            reader.text("COLUMNS")
            inner = f"{alias}{depth}"
            more, deeper = _columns(reader, inner, depth + 1)
            items += more
            rows = _rows(f"{alias}.e, '{path[2]}", inner, "EMPTY ARRAY")
            joins += [f" LEFT JOIN {rows} ON TRUE", *deeper]
        else:
            items.append(_column(reader, alias))
        if not reader.at(","):
            break
        reader.skip(",")
    reader.skip(")")
    return items, joins


def _column(reader: _Reader, alias: str) -> str:
    token = reader.parser._curr  # noqa: SLF001
    written = reader.parser.sql[token.start : token.end + 1]
    name = token.text if written.startswith('"') else token.text.upper()  # as the standard has names
    reader.parser._advance()  # noqa: SLF001
    if reader.at("FOR"):
        reader.text()
        return f"{alias}.o AS {written}"
    kind, function = reader.text("FORMAT", *_COLUMN_CLAUSES), "JSON_VALUE"
    if reader.at("FORMAT"):
        function = "JSON_QUERY"
        reader.text(*_COLUMN_CLAUSES)
    path = "'lax $.\"" + name.replace("'", "''") + "\"'"
    if reader.at("PATH"):
        reader.skip("PATH")
        path = reader.text(*_COLUMN_CLAUSES)
    return f"{function}({alias}.e, {path} RETURNING {kind} {reader.text()}) AS {written}"


def _rows(given: str, alias: str, failure: str) -> str:
    """A row for each value that a path finds: `e`, and its number `o`."""
    found = f"JSON_QUERY({given} WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY {failure} ON ERROR)"
    return f"UNNEST(CAST(json_parse({found}) AS ARRAY(JSON))) WITH ORDINALITY AS {alias}(e, o)"
