"""Reads a statement token by token, with the places that errors name."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from rapid.emulator.athena.sql.errors import MalformedQueryError, Position

Properties = dict[str, str]


class Name(NamedTuple):
    """A table's name in lower case; database and catalog if they are written."""

    database: str | None
    table: str
    catalog: str | None = None


_HIVE_STRING = r"""'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*\""""
_SQL_STRING = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\""""
_REST = r"""|(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<quoted>`(?:[^`]|``)*`)|(?P<number>\d+(?:\.\d+)?)
|(?P<word>[^\W\d][\w$@-]*|\$[\w$@-]+)|(?P<mark><=|>=|<>|!=|[-+*/%(),.;:=<>\[\]?|^&~!@\#{}])"""
_HIVE_TOKEN, _SQL_TOKEN = (
    re.compile(f"(?P<string>{string}){_REST}", re.VERBOSE | re.DOTALL) for string in (_HIVE_STRING, _SQL_STRING)
)
_SQL_STATEMENT = re.compile(
    r"""(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:\(|(?:SELECT|WITH|VALUES|INSERT|UNLOAD|PREPARE|EXECUTE|EXPLAIN|MERGE|UPDATE|DELETE
    |CREATE\s+TABLE|CREATE\s+(?:OR\s+REPLACE\s+)?(?:PROTECTED\s+)?VIEW)\b)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}


def is_sql(text: str) -> bool:
    """Whether a statement belongs to Trino's grammar, whose strings know no backslash, and not to Hive's."""
    return bool(_SQL_STATEMENT.match(text))


def unescape(body: str) -> str:
    r"""A string of Hive's grammar as it is meant: `\t`, `\001`, `\u0001`, `\'`; an unknown one loses its backslash."""

    def character(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if len(code) == 3:
            return chr(int(code, 8))
        return _ESCAPES.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|[0-3][0-7]{2}|.)", character, body, flags=re.DOTALL)


@dataclass(frozen=True)
class Token:
    """A word, string, quoted name, number or mark, and its place in the text."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text


class Words:
    """Reads a statement token by token."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.tokens: list[Token] = []
        self._sql = is_sql(text)
        position, pattern = 0, _SQL_TOKEN if self._sql else _HIVE_TOKEN
        while position < len(text):
            match = pattern.match(text, position)
            if not match:
                raise MalformedQueryError(f"mismatched input '{text[position]}'", self.place(position))
            if match.lastgroup != "space":
                self.tokens.append(Token(str(match.lastgroup), match[0], match.start(), match.end()))
            position = match.end()

    def place(self, offset: int) -> Position:
        return Position(self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset))

    def peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index].upper if index < len(self.tokens) else "<EOF>"

    def fail(self, expecting: str) -> MalformedQueryError:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            return MalformedQueryError(
                f"mismatched input '{token.text}'. Expecting: {expecting}", self.place(token.start)
            )
        return MalformedQueryError(f"mismatched input '<EOF>'. Expecting: {expecting}", self.place(len(self.text)))

    def accept(self, *words: str) -> bool:
        """Reads these words, or nothing."""
        if all(self.peek(i) == w for i, w in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.fail(f"'{word}'")

    def one_of(self, *words: str) -> str:
        for word in words:
            if self.accept(word):
                return word
        raise self.fail(", ".join(f"'{w}'" for w in words))

    def identifier(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind not in ("word", "quoted", "string", "number"):
            raise self.fail("<identifier>")
        token = self.tokens[self.at]
        if token.kind == "string" and token.text.startswith("'"):
            raise self.fail("<identifier>")
        self.at += 1
        if token.kind == "number":  # a name such as 2020_sales reads as a number and a word
            following = self.tokens[self.at] if self.at < len(self.tokens) else None
            if following and following.kind == "word" and following.start == token.end:
                self.at += 1
                return (token.text + following.text).lower()
        if token.kind == "quoted":
            return token.text[1:-1].replace("``", "`").lower()
        return (token.text[1:-1].replace('""', '"') if token.kind == "string" else token.text).lower()

    def name(self) -> Name:
        parts = [self.identifier()]
        while len(parts) < len(Name._fields) and self.accept("."):
            parts.append(self.identifier())
        table, database, catalog = [*reversed(parts), None, None][: len(Name._fields)]
        return Name(database, str(table), catalog)

    def string(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "string":
            raise self.fail("<string>")
        text = self.tokens[self.at].text
        self.at += 1
        body = text[1:-1].replace(text[0] * 2, text[0])
        return body if self._sql else unescape(body)

    def strings(self) -> list[str]:
        """`('a', 'b')`."""
        self.expect("(")
        found = [self.string()]
        while self.accept(","):
            found.append(self.string())
        self.expect(")")
        return found

    def value(self) -> str:
        """A string, number or bare word as text."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is not None and token.kind in ("number", "word"):
            self.at += 1
            return token.text
        sign = "-" if self.accept("-") else ""
        return sign + (self.value() if sign else self.string())

    def properties(self) -> Properties:
        """`('key' = 'value', …)`."""
        found: Properties = {}
        self.expect("(")
        while True:
            key = (
                self.string()
                if self.tokens[self.at : self.at + 1] and self.tokens[self.at].kind == "string"
                else self.identifier()
            )
            if not self.accept("="):
                self.expect(":")
            found[key] = self.value()
            if not self.accept(","):
                break
        self.expect(")")
        return found

    def end(self) -> None:
        self.accept(";")
        if self.at < len(self.tokens):
            raise self.fail("<EOF>")

    def rest(self) -> str:
        """All the text that follows."""
        if self.at >= len(self.tokens):
            raise self.fail("<query>")
        start = self.tokens[self.at].start
        self.at = len(self.tokens)
        return self.text[start:].rstrip().rstrip(";")

    def parenthesised(self) -> str:
        """The text between a parenthesis and its partner."""
        self.expect("(")
        start, depth = self.tokens[self.at - 1].end, 1
        while depth:
            if self.at >= len(self.tokens):
                raise self.fail("')'")
            depth += (self.peek() == "(") - (self.peek() == ")")
            self.at += 1
        return self.text[start : self.tokens[self.at - 1].start]
