"""A small parser of the statements that are not queries: Hive's DDL, SHOW, and Athena's own.

Grammar: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
Each statement becomes one small dataclass; queries inside are kept as text for `sql.compiler`.
"""

import re
from dataclasses import dataclass, field

from rapid.emulator.athena.sql.errors import MalformedQueryError, Position

Properties = dict[str, str]
Name = tuple[str | None, str]
"""Database, if it is written, and table; lower case."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")|(?P<quoted>`(?:[^`]|``)*`)
    |(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_$][A-Za-z0-9_$@-]*)|(?P<mark><=|>=|<>|!=|[-+*/%(),.;:=<>\[\]?|])""",
    re.VERBOSE | re.DOTALL,
)


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
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
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
        while self.accept("."):
            parts.append(self.identifier())
        return (parts[-2] if len(parts) > 1 else None), parts[-1]

    def string(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "string":
            raise self.fail("<string>")
        text = self.tokens[self.at].text
        self.at += 1
        body = text[1:-1].replace(text[0] * 2, text[0])
        return re.sub(r"\\(['\"\\])", r"\1", body)

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


@dataclass
class HiveColumn:
    """A column as DDL writes it."""

    name: str
    type: str
    comment: str | None = None


def columns(words: Words) -> list[HiveColumn]:
    """`(name type [COMMENT '…'], …)`."""
    found = []
    words.expect("(")
    while True:
        name = words.identifier()
        words.accept(":")
        kind = column_type(words)
        comment = words.string() if words.accept("COMMENT") else None
        found.append(HiveColumn(name, kind, comment))
        if not words.accept(","):
            break
    words.expect(")")
    return found


def column_type(words: Words) -> str:
    """A Hive type as text, checked.

    Raises:
        MalformedQueryError: not a type.
    """
    from rapid.emulator.athena.sql.types import parse_hive

    start, depth = words.at, 0
    pieces: list[str] = []
    while words.at < len(words.tokens):
        mark = words.peek()
        if depth == 0 and pieces and mark in (",", ")", "COMMENT"):
            break
        if mark in ("<", "("):
            depth += 1
        elif mark in (">", ")"):
            depth -= 1
        pieces.append(words.tokens[words.at].text)
        words.at += 1
        if depth == 0 and words.peek() not in ("<", "("):
            break
    text = "".join(pieces).lower()
    try:
        parse_hive(text)
    except (ValueError, IndexError) as error:
        words.at = start
        raise words.fail("a column type") from error
    return text


@dataclass
class CreateTable:
    """CREATE EXTERNAL TABLE."""

    name: Name
    columns: list[HiveColumn] = field(default_factory=list)
    keys: list[HiveColumn] = field(default_factory=list)
    if_not_exists: bool = False
    comment: str | None = None
    buckets: tuple[list[str], int] | None = None
    serde: str | None = None
    serde_properties: Properties = field(default_factory=dict)
    stored_as: str | None = None
    formats: tuple[str, str] | None = None
    location: str | None = None
    properties: Properties = field(default_factory=dict)


def create_table(words: Words) -> CreateTable:
    """Everything after CREATE [EXTERNAL] TABLE."""
    made = CreateTable(("", ""))
    made.if_not_exists = words.accept("IF", "NOT", "EXISTS")
    made.name = words.name()
    if words.peek() == "(":
        made.columns = columns(words)
    while words.at < len(words.tokens) and words.peek() != ";":
        _table_clause(words, made)
    words.end()
    return made


_DELIMITERS = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


def _table_clause(words: Words, made: CreateTable) -> None:
    if words.accept("COMMENT"):
        made.comment = words.string()
    elif words.accept("PARTITIONED", "BY"):
        made.keys = columns(words)
    elif words.accept("CLUSTERED", "BY"):
        names = [n.strip().strip("`").lower() for n in words.parenthesised().split(",")]
        words.expect("INTO")
        made.buckets = names, int(words.value())
        words.expect("BUCKETS")
    elif words.accept("ROW", "FORMAT", "SERDE"):
        made.serde = words.string()
    elif words.accept("ROW", "FORMAT", "DELIMITED"):
        made.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
        while any(words.peek() == phrase[0] for phrase in _DELIMITERS):
            phrase = next((p for p in _DELIMITERS if words.accept(*p)), None)
            if phrase is None:
                raise words.fail("'TERMINATED'")
            made.serde_properties[_DELIMITERS[phrase]] = words.string()
        if "field.delim" in made.serde_properties:
            made.serde_properties["serialization.format"] = made.serde_properties["field.delim"]
    elif words.accept("WITH", "SERDEPROPERTIES"):
        made.serde_properties.update(words.properties())
    elif words.accept("STORED", "AS", "INPUTFORMAT"):
        first = words.string()
        words.expect("OUTPUTFORMAT")
        made.formats = first, words.string()
    elif words.accept("STORED", "AS"):
        made.stored_as = words.identifier().upper()
    elif words.accept("LOCATION"):
        made.location = words.string()
    elif words.accept("TBLPROPERTIES"):
        made.properties = words.properties()
    else:
        raise words.fail("'LOCATION', 'PARTITIONED', 'ROW', 'STORED', 'TBLPROPERTIES', <EOF>")


@dataclass
class CreateTableAs:
    """CREATE TABLE … AS."""

    name: Name
    query: str
    properties: dict[str, str | list[str]] = field(default_factory=dict)
    if_not_exists: bool = False
    with_data: bool = True


def query_properties(words: Words) -> dict[str, str | list[str]]:
    """`(format = 'PARQUET', partitioned_by = ARRAY['dt'], bucket_count = 2)`."""
    found: dict[str, str | list[str]] = {}
    words.expect("(")
    while True:
        key = words.identifier()
        words.expect("=")
        if words.accept("ARRAY"):
            words.expect("[")
            items = []
            while not words.accept("]"):
                items.append(words.string())
                words.accept(",")
            found[key] = items
        else:
            found[key] = words.value()
        if not words.accept(","):
            break
    words.expect(")")
    return found


def create_table_as(words: Words) -> CreateTableAs:
    """Everything after CREATE TABLE of a CTAS."""
    if_not_exists = words.accept("IF", "NOT", "EXISTS")
    name = words.name()
    properties = query_properties(words) if words.accept("WITH") else {}
    words.expect("AS")
    query, with_data = words.rest(), True
    tail = re.search(r"\s+WITH\s+(NO\s+)?DATA\s*$", query, re.IGNORECASE)
    if tail:
        query, with_data = query[: tail.start()], not tail[1]
    return CreateTableAs(name, query, properties, if_not_exists, with_data)


def partition(words: Words) -> list[tuple[str, str, str]]:
    """`PARTITION (dt = '2020', region < 'x')` as column, operator, value."""
    words.expect("PARTITION", "(")
    found = []
    while True:
        name = words.identifier()
        operator = words.one_of("=", "<=", ">=", "<>", "!=", "<", ">")
        if words.peek() in ("DATE", "TIMESTAMP") and words.tokens[words.at + 1].kind == "string":
            words.at += 1
        found.append((name, operator, words.value()))
        if not words.accept(","):
            break
    words.expect(")")
    return found
