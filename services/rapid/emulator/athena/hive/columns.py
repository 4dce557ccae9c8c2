"""Columns of a table as DDL writes them."""

from dataclasses import dataclass

from rapid.emulator.athena.hive.words import Words


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
