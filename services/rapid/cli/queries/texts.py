"""SQL text as a person types it: where a statement ends."""

import re

_PARTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|;|[^;'\"`/-]+|.", re.DOTALL)
_QUOTES = {"'", '"', "`"}
"""Parts that are a quote whose partner is missing."""


def split(text: str) -> list[str]:
    """The statements of a text, without their semicolons; one in quotes or in a comment ends none.

    A comment that stands alone is no statement.
    """
    statements, current = [], ""
    for part in _PARTS.findall(text):
        if part == ";":
            statements.append(current)
            current = ""
        else:
            current += part
    return [s.strip() for s in [*statements, current] if _says_something(s)]


def complete(text: str) -> bool:
    """Whether Enter sends a text: it is empty, a command, or ends with a semicolon outside quotes and comments."""
    if not text.strip() or text.lstrip().startswith("\\") or leaves(text):
        return True
    parts = [p for p in _PARTS.findall(text) if p.strip() and not p.startswith(("--", "/*"))]
    return bool(parts) and parts[-1] == ";" and not _QUOTES.intersection(parts)


def leaves(text: str) -> bool:
    """Whether somebody wants to go: `\\q`, or the words that other programs know."""
    return text.strip().rstrip("; ").lower() in ("\\q", "\\quit", "quit", "exit")


def _says_something(statement: str) -> bool:
    return any(p.strip() and not p.startswith(("--", "/*")) for p in _PARTS.findall(statement))
