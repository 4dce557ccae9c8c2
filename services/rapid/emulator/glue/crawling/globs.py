"""Exclude patterns: Unix-style globs over the path below an include path.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude (read 2026-11)
"""

import re
from collections.abc import Callable, Iterable

from rapid.emulator.glue.errors import InvalidInputException


def excluder(patterns: Iterable[str], *, ignore_case: bool = False) -> Callable[[str], bool]:
    """Whether a path is excluded by any of the patterns.

    Raises:
        InvalidInputException: a pattern whose brackets or braces do not close.
    """
    flags = re.IGNORECASE if ignore_case else 0
    compiled = [re.compile(translate(pattern.strip()), flags | re.DOTALL) for pattern in patterns if pattern.strip()]
    return lambda path: any(pattern.fullmatch(path) for pattern in compiled)


def translate(pattern: str) -> str:  # noqa: C901 - one case per character of the language
    """The regular expression of a glob.

    Raises:
        InvalidInputException: see `excluder`.
    """
    found, position, braces = [], 0, 0
    pattern = pattern.removeprefix("/")
    while position < len(pattern):
        character = pattern[position]
        position += 1
        match character:
            case "*":
                double = pattern.startswith("*", position)
                position += double
                found.append(".*" if double else "[^/]*")
            case "?":
                found.append("[^/]")
            case "\\":
                found.append(re.escape(pattern[position : position + 1] or "\\"))
                position += 1
            case "[":
                end = pattern.find("]", position + 1)
                if end < 0:
                    raise InvalidInputException(f"Exclude pattern {pattern!r} has a bracket that does not close.")
                found.append(_bracket(pattern[position:end]))
                position = end + 1
            case "{":
                braces += 1
                found.append("(?:")
            case "}" if braces:
                braces -= 1
                found.append(")")
            case "," if braces:
                found.append("|")
            case _:
                found.append(re.escape(character))
    if braces:
        raise InvalidInputException(f"Exclude pattern {pattern!r} has a brace that does not close.")
    return "".join(found)


def _bracket(inside: str) -> str:
    negated = inside.startswith("!")
    body = inside[negated:]
    escaped = re.sub(r"([\\\]\[^&~|])", r"\\\1", body)
    return f"[{'^/' if negated else ''}{escaped}]"
