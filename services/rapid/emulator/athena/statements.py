"""What kind of statement a text is: Athena's StatementType and SubstatementType, and where its result goes."""

from dataclasses import dataclass

from sqlglot.tokenizer_core import TokenType

from rapid.emulator.athena.hive import Words, is_query_next
from rapid.emulator.athena.hive.words import is_sql
from rapid.emulator.athena.sql.dialect import mismatched, tokenize
from rapid.emulator.athena.sql.errors import MalformedQueryError


@dataclass(frozen=True)
class Statement:
    """A classified statement.

    Attributes:
        text: without comments around it and without a final semicolon.
        kind: DML, DDL or UTILITY.
        substatement: as in QueryExecution.SubstatementType.
        words: the first words, upper case.
    """

    text: str
    kind: str
    substatement: str
    words: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """What follows the query id in the name of the result object."""
        if self.substatement in ("SELECT", "UPDATE", "DELETE", "MERGE", "EXECUTE", "UNLOAD"):
            return ".csv"
        if self.substatement in ("INSERT", "CREATE_TABLE_AS_SELECT"):
            return ""
        return ".txt"


_EXPECTED = (
    "'ALTER', 'CREATE', 'DEALLOCATE', 'DELETE', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'INSERT', 'MERGE', 'MSCK', "
    "'OPTIMIZE', 'PREPARE', 'SHOW', 'TABLE', 'UNLOAD', 'UPDATE', 'VACUUM', 'VALUES', 'WITH', <query>"
)


def classify(text: str) -> Statement:
    """The kind of a statement, by its first words.

    Raises:
        MalformedQueryError: it is empty, or begins like no statement.
    """
    body, start = _sql_body(text) if is_sql(text) else _hive_body(text)
    words = tuple(body[start:].replace("(", " ( ").upper().split()[:8])
    first = words[0]
    if first in ("SELECT", "WITH", "VALUES", "TABLE", "("):
        return Statement(body, "DML", "SELECT", words)
    if first in ("INSERT", "UPDATE", "DELETE", "MERGE", "UNLOAD"):
        return Statement(body, "DML", first, words)
    if first == "USING":
        return Statement(body, "DML", "USING_EXTERNAL_FUNCTION", words)
    if first in ("EXPLAIN",):
        return Statement(body, "UTILITY", "EXPLAIN", words)
    if first in ("EXECUTE", "PREPARE", "DEALLOCATE"):
        return Statement(body, "DML" if first == "EXECUTE" else "UTILITY", first, words)
    if first in ("SHOW", "DESCRIBE", "DESC"):
        name = "DESCRIBE_TABLE" if first != "SHOW" else "_".join(words[:2] if words[1:2] != ("CREATE",) else words[:3])
        return Statement(body, "UTILITY", name, words)
    if first in ("CREATE", "DROP", "ALTER", "MSCK", "OPTIMIZE", "VACUUM"):
        return Statement(body, "DDL", _ddl(body, words), words)
    raise mismatched(text, tokenize(text)[0], _EXPECTED)


def _sql_body(text: str) -> tuple[str, int]:
    """A statement of Trino's grammar without its final semicolon, and where its first word is."""
    found = tokenize(text)
    while found and found[-1].token_type is TokenType.SEMICOLON:
        found = found[:-1]
    semicolon = next((i for i, t in enumerate(found) if t.token_type is TokenType.SEMICOLON), None)
    if semicolon is not None:
        raise mismatched(text, found[semicolon + 1], "<EOF>")
    return text[: found[-1].end + 1], found[0].start


def _hive_body(text: str) -> tuple[str, int]:
    """The same of Hive's grammar, whose strings have backslashes."""
    words = Words(text)
    while words.tokens and words.tokens[-1].text == ";":
        words.tokens.pop()
    if not words.tokens:
        raise MalformedQueryError("mismatched input '<EOF>'. Expecting: " + _EXPECTED)
    words.at = next((i + 1 for i, t in enumerate(words.tokens) if t.text == ";"), 0)
    if words.at:
        raise words.fail("<EOF>")
    return text[: words.tokens[-1].end], words.tokens[0].start


def _ddl(text: str, words: tuple[str, ...]) -> str:
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first == "CREATE" and second == "OR":
        return "CREATE_VIEW"
    if first == "CREATE" and second == "TABLE":
        found = Words(text)
        found.expect("CREATE", "TABLE")
        return "CREATE_TABLE_AS_SELECT" if is_query_next(found) else "CREATE_TABLE"
    if first == "CREATE" and second == "EXTERNAL":
        return "CREATE_TABLE"
    if second == "SCHEMA":
        second = "DATABASE"
    return {"MSCK": "MSCK_REPAIR_TABLE", "OPTIMIZE": "OPTIMIZE", "VACUUM": "VACUUM"}.get(first, f"{first}_{second}")
