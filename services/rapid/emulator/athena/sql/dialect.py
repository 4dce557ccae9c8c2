"""Parses Athena SQL with sqlglot, keeping every function call as it was written.

sqlglot's Trino dialect turns calls into its own general functions, which loses Trino's meaning in about one of five
(see the notes of issue 4); so the parser here knows no function, and `functions` gives each its meaning by name.
Messages follow the form of Trino's parser, which Superset and others take apart: `line 1:8: mismatched input 'x'. …`.
"""

import re
from functools import lru_cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from rapid.emulator.athena.sql import json_table
from rapid.emulator.athena.sql.deep import deeply
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position
from rapid.emulator.athena.sql.expecting import expecting, forgiven, goes_on, word

_TIMES = (exp.DType.TIME, exp.DType.TIMETZ, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)
_WRITTEN = (
    *_TIMES, exp.DType.DATE, exp.DType.UUID, exp.DType.IPADDRESS, exp.DType.BOOLEAN, exp.DType.TINYINT,
    exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.FLOAT, exp.DType.DOUBLE, exp.DType.CHAR,
    exp.DType.VARCHAR,
)  # fmt: skip
"""Types that may stand before a text."""
_LITERALS = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/)|\b[xX]'([0-9A-Fa-f \t\n]*)'"""
    r"""|(?<![\w.$])(0[xX][0-9A-Fa-f_]+|0[bB][01_]+|0[oO][0-7_]+|\d+(?:_\d+)+(?:\.\d+)?)(?!\w)""",
    re.DOTALL,
)
"""Texts and comments; digits of bytes; numbers that are written otherwise than in tens, or with underscores."""
_FOREIGN = {"DIV", "GLOB", "ILIKE", "REGEXP", "RLIKE", "<=>", "~~~", "~~*", "~*"}
_FRAMES = ("ROWS", "RANGE", "GROUPS")
_WITH_OWN_SYNTAX = {"CAST", "TRY_CAST", "EXTRACT", "LISTAGG", "POSITION", "SUBSTRING", "TRIM"}


def _decimal_literal(_parser: Any, this: exp.Expr, _kind: exp.DataType) -> exp.Expr:
    """`DECIMAL '10.00'` has the precision and scale that it was written with."""
    text = this.name.lstrip("+-")
    whole, _, fraction = text.partition(".")
    params = [
        exp.DataTypeParam(this=exp.Literal.number(n)) for n in (len(whole.lstrip("0") + fraction) or 1, len(fraction))
    ]
    node = exp.Cast(this=this, to=exp.DataType(this=exp.DType.DECIMAL, expressions=params))
    node.meta["literal"] = True
    return node


def _typed_literal(_parser: Any, this: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """`DATE '2020-01-01'` is known from a cast; a time has the digits, a `char` the length that it was written with."""
    if kind.this == exp.DType.CHAR and not kind.expressions:
        kind.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(len(this.name)))])
    if kind.this in _TIMES and not kind.expressions:
        match = re.search(r":\d+\.(\d+)", this.name)
        kind.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(len(match[1]) if match else 0))])
    node = exp.Cast(this=this, to=kind)
    node.meta["literal"] = True
    return node


class JsonCall(exp.Expression, exp.Func):
    """JSON_VALUE and its kin. `words`: the rest of the clauses,
    upper case; `defaults`: DEFAULT expressions by event."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True, "expressions": False, "passing": False, "returning": False, "clauses": False,
    }  # fmt: skip

    @property
    def name(self) -> str:
        return str(self.this)

    @property
    def words(self) -> list[str]:
        return [w.name for w in self.args.get("clauses") or [] if isinstance(w, exp.Var)]

    def clause(self, event: str, otherwise: str) -> str:
        """The word before `ON event`: `NULL ON EMPTY` → NULL."""
        words = self.words
        for at in range(1, len(words) - 1):
            if words[at : at + 2] == ["ON", event]:
                return words[at - 1]
        return otherwise

    def default(self, event: str) -> exp.Expr | None:
        """The expression of `DEFAULT … ON event`."""
        clauses = self.args.get("clauses") or []
        for at, one in enumerate(clauses[:-2]):
            if not isinstance(one, exp.Var) and clauses[at + 2].name == event:
                return one  # type: ignore[no-any-return]
        return None


def _json_call(name: str) -> Any:
    def parse(parser: Any) -> JsonCall:
        arguments: list[exp.Expr] = []
        while not _at_clause(parser) and parser._curr.token_type != TokenType.R_PAREN:  # noqa: SLF001
            if name == "json_object":
                arguments += _json_member(parser)
            else:
                arguments.append(parser._parse_disjunction())  # noqa: SLF001
            arguments[-1].meta["json"] = bool(parser._match_text_seq("FORMAT", "JSON"))  # noqa: SLF001
            if not parser._match(TokenType.COMMA):  # noqa: SLF001
                break
        returning, passing, clauses = None, [], []
        while parser._curr and parser._curr.token_type != TokenType.R_PAREN:  # noqa: SLF001
            if parser._match_text_seq("RETURNING"):  # noqa: SLF001
                returning = parser._parse_types()  # noqa: SLF001
            elif parser._match_text_seq("PASSING"):  # noqa: SLF001
                passing = _passed(parser)
            elif parser._match_text_seq("DEFAULT"):  # noqa: SLF001
                clauses.append(parser._parse_bitwise())  # noqa: SLF001
            else:
                clauses.append(exp.Var(this=parser._curr.text.upper()))  # noqa: SLF001
                parser._advance()  # noqa: SLF001
        return JsonCall(this=name, expressions=arguments, passing=passing, returning=returning, clauses=clauses)

    return parse


def _passed(parser: Any) -> list[exp.Expr]:
    """`PASSING value [FORMAT JSON] AS "name", …`: names that are not quoted are upper case."""
    found = []
    while True:
        value = parser._parse_disjunction()  # noqa: SLF001
        value.meta["json"] = bool(parser._match_text_seq("FORMAT", "JSON"))  # noqa: SLF001
        parser._match_text_seq("AS")  # noqa: SLF001
        name = parser._parse_id_var()  # noqa: SLF001
        value.meta["name"] = name.name if name.args.get("quoted") else name.name.upper()
        found.append(value)
        if not parser._match(TokenType.COMMA):  # noqa: SLF001
            return found


def _at_clause(parser: Any) -> bool:
    """Whether a clause such as `NULL ON NULL` begins here, and not an argument."""
    here = parser._index  # noqa: SLF001
    texts = [t.text.upper() for t in parser._tokens[here : here + 2]]  # noqa: SLF001
    return texts[0] in ("RETURNING", "WITH", "WITHOUT", "PASSING") or texts[1:] == ["ON"]


def _json_member(parser: Any) -> list[exp.Expr]:
    parser._match_text_seq("KEY")  # noqa: SLF001
    key = parser._parse_bitwise()  # noqa: SLF001
    if not parser._match(TokenType.COLON) and not parser._match_text_seq("VALUE"):  # noqa: SLF001
        parser.raise_error("Expecting VALUE")
    return [key, parser._parse_bitwise()]  # noqa: SLF001


def _in_tens(written: str) -> str:
    base = {"x": 16, "b": 2, "o": 8}.get(written[1].lower())
    digits = written.replace("_", "")
    return str(int(digits, base)) if base else digits


class AthenaSql(Trino):
    """Trino's grammar, functions left alone, subscripts left as they are."""

    INDEX_OFFSET = 0
    SUPPORTS_USER_DEFINED_TYPES = True

    def tokenize(self, sql: str, dialect: Any = None) -> list[Token]:
        """Bytes with spaces and numbers such as `0b101` and `1_000`, which sqlglot does not expect."""
        if not re.search(r"[xX]'|\b0[xXbBoO]|\d_\d", sql):
            return super().tokenize(sql, dialect)
        numbers: dict[int, tuple[str, int]] = {}

        def close(found: re.Match[str]) -> str:
            """What sqlglot reads in its place, as long as it was written."""
            made = found[0]
            if found[3] is not None:
                numbers[found.start()], made = (_in_tens(found[3]), found.end() - 1), "0"
            elif found[2] is not None:
                made = f"{found[0][0]}'{''.join(found[2].split())}'"
            return made.ljust(len(found[0]))

        tokens = super().tokenize(_LITERALS.sub(close, sql), dialect)
        for token in tokens:
            token.text, token.end = numbers.get(token.start, (token.text, token.end))
        return tokens

    class Tokenizer(Trino.Tokenizer):
        # Operators of other databases: to Trino they are names, or signs that mean nothing.
        KEYWORDS: ClassVar[dict[str, Any]] = {k: v for k, v in Trino.Tokenizer.KEYWORDS.items() if k not in _FOREIGN}

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            **{k: v for k, v in TrinoParser.FUNCTION_PARSERS.items() if k in _WITH_OWN_SYNTAX},
            **{
                n.upper(): _json_call(n)
                for n in ("json_value", "json_query", "json_exists", "json_object", "json_array")
            },
            "JSON_TABLE": json_table.parse,
        }
        TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
            **TrinoParser.TYPE_LITERAL_PARSERS,
            exp.DType.DECIMAL: _decimal_literal,
            **dict.fromkeys(_WRITTEN, _typed_literal),
        }

        def _parse_types(self, *args: Any, **kwargs: Any) -> exp.Expr | None:
            """A type, with the text that it was written as: sqlglot knows names of types that Trino does not."""
            first = self._curr
            if kwargs.get("check_func") and first is not None and first.token_type in self.NESTED_TYPE_TOKENS:
                return None  # ARRAY[...], ROW(...): read as a type first, each level would be read twice
            kind = super()._parse_types(*args, **kwargs)
            if isinstance(kind, exp.DataType) and first is not None:
                kind.meta["written"] = self.sql[first.start : self._prev.end + 1].lower()
            return kind

        # sqlglot keeps the place of names and literals only; Trino's messages tell that of every node.

        def _parse_unary(self) -> exp.Expr | None:
            first = self._curr
            return self._placed(super()._parse_unary(), first)

        def _parse_table(self, *args: Any, **kwargs: Any) -> exp.Expr | None:
            first = self._curr
            return self._placed(super()._parse_table(*args, **kwargs), first)

        def _parse_select(self, *args: Any, **kwargs: Any) -> exp.Expr | None:
            first = self._curr
            node = super()._parse_select(*args, **kwargs)
            return self._placed(node, first) if isinstance(node, exp.Select) else node

        def _parse_window(self, *args: Any, **kwargs: Any) -> exp.Expr | None:
            start = self._index
            node = super()._parse_window(*args, **kwargs)
            if isinstance(node, exp.Window) and node.args.get("spec"):
                frame = (t for t in reversed(self._tokens[start : self._index]) if word(t) in _FRAMES)
                node.args["spec"].meta["place"] = token_position(next(frame))
            return node

        def _placed(self, node: exp.Expr | None, first: Token | None) -> exp.Expr | None:
            if node is not None and first is not None and "place" not in node.meta:
                node.meta["place"] = token_position(first)
                node.meta["last"] = self._prev.end
            return node


_DIALECT = AthenaSql()
_REMEMBERED_LENGTH = 4096
_FORBIDDEN = {TokenType.PARAMETER, TokenType.DCOLON, TokenType.L_BRACE, TokenType.AMP, TokenType.PIPE}


def tokenize(text: str) -> list[Token]:
    """The tokens of a statement.

    Raises:
        MalformedQueryError: an unfinished string, comment or identifier.
    """
    try:
        return _DIALECT.tokenize(text)
    except TokenError as error:
        raise _unfinished(text) from error


def _unfinished(text: str) -> MalformedQueryError:
    """A string or a quoted name without its end, at the quote."""
    for at in range(len(text) - 1, -1, -1):
        if text[at] in "'\"":
            try:
                before = _DIALECT.tokenize(text[:at])
            except TokenError:
                continue
            place = Position(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
            expected = expecting(before, len(before))
            return MalformedQueryError(f"mismatched input '{text[at]}'. Expecting: {expected}", place)
    return MalformedQueryError("mismatched input '<unterminated>'. Expecting: a complete literal", Position(1, 1))


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


def _trees(text: str, found: list[Token]) -> list[exp.Expr]:
    """The statements of a text, whose tokens are `found`."""
    _refuse(text, found)
    try:
        return [tree for tree in _DIALECT.parse(text) if tree is not None]
    except ParseError as error:
        raise _from_parse_error(text, found, error) from error


def parse_query(text: str) -> exp.Query:
    """The tree of a SELECT, WITH, VALUES or TABLE statement; the caller may change it.

    A text is parsed when its query is started and again when it runs, and a dashboard asks the same every time: short
    ones are remembered, since copying a tree takes a fifth of the time of making it.

    Raises:
        MalformedQueryError: not one whole query.
    """
    if len(text) > _REMEMBERED_LENGTH:
        return deeply(lambda: _parsed_query(text))
    remembered: exp.Query = deeply(lambda: _remembered_query(text).copy())
    return remembered


def _parsed_query(text: str) -> exp.Query:
    found = tokenize(text)
    trees = _trees(text, found)
    if len(trees) != 1:
        raise MalformedQueryError("Only one sql statement is allowed. Got: " + text)
    tree = trees[0]
    while isinstance(tree, exp.Subquery | exp.Paren) and not isinstance(tree, exp.Query):
        tree = tree.this
    if not isinstance(tree, exp.Query | exp.Values):
        raise mismatched(text, found[0] if found else None, "'SELECT', 'VALUES', 'WITH'")
    for select in tree.find_all(exp.Select):
        _check_select(text, found, select)
    return tree  # type: ignore[return-value]


_remembered_query = lru_cache(maxsize=128)(_parsed_query)


def parse_change(text: str) -> exp.Update | exp.Delete | exp.Merge:
    """The tree of an UPDATE, DELETE or MERGE statement.

    Raises:
        MalformedQueryError: not one whole statement.
    """
    found = tokenize(text)
    trees = deeply(lambda: _trees(text, found))
    if len(trees) != 1 or not isinstance(trees[0], exp.Update | exp.Delete | exp.Merge):
        raise mismatched(text, found[0] if found else None, "'DELETE', 'MERGE', 'UPDATE'")
    _check_change(text, found, trees[0])
    return trees[0]


_CLAUSES = {
    exp.Delete: {"this", "where"},
    exp.Update: {"this", "expressions", "where"},
    exp.Merge: {"this", "using", "on", "whens"},
}
"""What Trino's grammar knows of each change; sqlglot reads more, of other databases."""


def _check_change(text: str, found: list[Token], tree: exp.Update | exp.Delete | exp.Merge) -> None:
    foreign = next((k for k, v in tree.args.items() if v and k not in _CLAUSES[type(tree)]), None)
    if foreign is not None:
        word = foreign.strip("_").upper()
        raise mismatched(text, next((t for t in reversed(found) if t.text.upper() == word), None), "<EOF>")


def _check_select(text: str, found: list[Token], select: exp.Select) -> None:
    if not select.expressions:
        at = next((i for i, t in enumerate(found[:-1], 1) if word(t) == "SELECT"), len(found))
        at += word(found[at]) in ("ALL", "DISTINCT") if at < len(found) else 0
        raise mismatched(text, found[at] if at < len(found) else None, expecting(found, at))
    for item in select.expressions:
        if isinstance(item, exp.Aliases) and isinstance(item.this, exp.Star):  # only `t.*` takes names
            place = word_before(text, item.expressions[0], "AS")
            at = next(i for i, t in enumerate(found) if token_position(t) == place)
            raise mismatched(text, found[at], expecting(found, at))
    group = select.args.get("group")
    if group is not None and not any(group.args.values()):
        raise mismatched(text, None, expecting(found, len(found)))


def _refuse(text: str, found: list[Token]) -> None:
    """Refuses what sqlglot's parser forgives."""
    comma, kinds = TokenType.COMMA, TokenType
    for before, star, after in zip(found, found[1:], found[2:], strict=False):
        opens = before.token_type in (kinds.SELECT, comma, kinds.DOT, kinds.DISTINCT)
        if opens and star.token_type == kinds.STAR and after.token_type == kinds.VAR:
            raise mismatched(text, after, expecting(found, found.index(after)))
    for at, (one, two) in enumerate(zip(found, [*found[1:], None], strict=True)):
        if one.token_type in _FORBIDDEN or (one.token_type == kinds.NOT and one.text == "!"):
            raise mismatched(text, one, expecting(found, at))
        if one.text == "`" or text[one.start] == "`":
            message = "backquoted identifiers are not supported; use double quotes to quote identifiers"
            raise MalformedQueryError(message, token_position(one))
        if one.token_type == kinds.NUMBER and two is not None and two.start == one.end + 1 and two.text.isidentifier():
            message = "identifiers must not start with a digit; surround the identifier with double quotes"
            raise MalformedQueryError(message, token_position(one))
        if one.token_type == comma and (
            two is None or two.token_type in (comma, kinds.FROM, kinds.R_PAREN, kinds.WHERE)
        ):
            raise mismatched(text, two, expecting(found, at + 1))
    if found and found[0].token_type == kinds.FROM:
        raise mismatched(text, found[0], "'SELECT', 'VALUES', 'WITH'")
    if mistake := forgiven(found):
        raise mismatched(text, found[mistake[0]] if mistake[0] < len(found) else None, mistake[1])


def _from_parse_error(text: str, found: list[Token], error: ParseError) -> MalformedQueryError:
    detail = error.errors[0] if error.errors else {}
    description = str(detail.get("description", error)).split(". Line")[0].strip()
    line, col = detail.get("line"), detail.get("col")
    at = next((i for i, t in enumerate(found) if t.line == line and t.col == col), None)
    if at is None:
        return MalformedQueryError(f"mismatched input. {description}", Position(int(line or 1), int(col or 1)))
    if at == len(found) - 1 and (not description.startswith("Invalid expression") or goes_on(found[at])):
        at += 1  # sqlglot shows the last token where the text ends too early
    elif word(found[at]) == "NOT" and at and at + 1 < len(found):
        at += 1  # Trino reads `x NOT` as the beginning of `x NOT IN`
    return mismatched(text, found[at] if at < len(found) else None, expecting(found, at))


def position(node: exp.Expr | None) -> Position | None:
    """Where a node begins, or None where sqlglot did not keep it."""
    while isinstance(node, exp.Paren):
        node = node.this
    if node is None:
        return None
    places: list[Position] = []
    for part in node.walk():
        meta = part.meta
        if "place" in meta:
            places.append(meta["place"])
        elif "start" in meta:
            places.append(Position(meta["line"], max(1, meta["col"] - (meta["end"] - meta["start"]))))
        if part is node and places:
            break
    return min(places, key=lambda p: (p.line, p.column), default=None)


def shown(node: exp.Expr) -> str:
    """An expression as messages show it."""
    return node.sql(_DIALECT, normalize_functions=False)


def word_before(text: str, node: exp.Expr | None, *words: str) -> Position | None:
    """Where the last of these words stands before a node, as `UNION` before its second query."""
    place = position(node)
    before = [t for t in tokenize(text) if place is None or _key(token_position(t)) < _key(place)]
    return next((token_position(t) for t in reversed(before) if t.text.upper() in words), place)


def _key(place: Position) -> tuple[int, int]:
    return place.line, place.column


def end_offset(node: exp.Expr) -> int | None:
    """Offset of the last character of a node that sqlglot kept."""
    ends = [part.meta[name] for part in node.walk() for name in ("end", "last") if name in part.meta]
    return max(ends) if ends else None
