"""Regular expressions that DuckDB's RE2 has no way for: look-around, back references, possessive repeats, named groups.

Trino uses Java's syntax,
https://trino.io/docs/current/functions/regexp.html (read 2026-11); Python's differs in details
that `_python` rewrites. The library `regex` matches, not Python's own: while a pattern that tries every way to match
does so, other threads run, and it ends after a while.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any

import regex

from rapid.emulator.athena.sql.computed.registry import helper, refuse

_BEYOND_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>)|\\[1-9]|\\k<|[*+?}]\+|&&|\\[hHRXZG]|\(\?<[A-Za-z]\w*>|\(\?[a-z]*x")
_CLASSES = {
    r"\h": r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", r"\R": r"(?:\r\n|[\n\v\f\r\x85\u2028\u2029])",
    r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", r"\p{L}": r"[^\W\d_]", r"\p{N}": r"\d", r"\p{Lu}": "[A-Z]", r"\p{Ll}": "[a-z]",
    r"\p{Alpha}": "[A-Za-z]", r"\p{Digit}": "[0-9]", r"\p{Alnum}": "[A-Za-z0-9]", r"\p{Upper}": "[A-Z]",
    r"\p{Lower}": "[a-z]", r"\p{Space}": r"\s", r"\p{Punct}": r"[!-/:-@\[-`{-~]",
}  # fmt: skip


_SECONDS = 5.0
"""What a pattern may take on one text: nothing else stops it."""
_LIMITS: dict[str, Any] = {"concurrent": True, "timeout": _SECONDS}


class Pattern:
    """A compiled pattern. Its methods raise ValueError if they take too long."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self.groups: int = compiled.groups

    def search(self, text: str) -> Any:
        with _limited():
            return self._compiled.search(text, **_LIMITS)

    def fullmatch(self, text: str) -> Any:
        with _limited():
            return self._compiled.fullmatch(text, **_LIMITS)

    def finditer(self, text: str, start: int = 0) -> Iterator[Any]:
        with _limited():
            yield from self._compiled.finditer(text, start, **_LIMITS)

    def sub(self, made: Callable[[Any], str], text: str) -> str:
        with _limited():
            return str(self._compiled.sub(made, text, **_LIMITS))


@contextmanager
def _limited() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise refuse(f"Regular expression matching took more than {_SECONDS:.0f} s for one value") from error


def beyond_re2(pattern: str, group: int = 0) -> bool:
    """Whether a pattern is to be matched here.

    Args:
        pattern: of Java.
        group: the group that is wanted; one that may take no part in a match is NULL, which DuckDB does not say.
    """
    return bool(_BEYOND_RE2.search(pattern)) or (group > 0 and bool(re.search(r"\)[?*{]|\|", pattern)))


def may_be_empty(pattern: str) -> bool:
    """Whether a pattern can match no text at all; Java then also matches where the last match ended, RE2 does not.

    Raises:
        ValueError: as `compiled`.
    """
    return compiled(re.sub(r"\\[bB]", "", pattern)).search("") is not None


def _python(pattern: str) -> str:
    quoted = re.sub(r"\\Q(.*?)(?:\\E|$)", lambda m: re.escape(m[1]), pattern, flags=re.DOTALL)
    named = re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", quoted)
    named = re.sub(r"\\k<(\w+)>", r"(?P=\1)", named)
    return re.sub(r"\\p\{\w+\}|\\[hRzZ]", lambda m: _CLASSES.get(m[0], m[0]), named)


@lru_cache(1000)
def compiled(pattern: str) -> Pattern:
    """The pattern, ready to match.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT if it is not a regular expression.
    """
    try:
        return Pattern(regex.compile(_python(pattern), regex.ASCII))
    except (regex.error, OverflowError) as error:
        raise refuse(str(error)) from error


def _check(pattern: Pattern, group: int) -> None:
    if group < 0:
        raise refuse("Group cannot be negative")
    if group > pattern.groups:
        raise refuse(f"Pattern has {pattern.groups} groups. Cannot access group {group}")


@helper("p_regexp_like", "VARCHAR; VARCHAR", "BOOLEAN")
def like(text: str, pattern: str) -> bool:
    return compiled(pattern).search(text) is not None


@helper("p_regexp_extract", "VARCHAR; VARCHAR; BIGINT", "VARCHAR", null=True)
def extract(text: str, pattern: str, group: int) -> str | None:
    expression = compiled(pattern)
    _check(expression, group)
    match = expression.search(text)
    found: str | None = match[group] if match else None
    return found


@helper("p_regexp_extract_all", "VARCHAR; VARCHAR; BIGINT", "VARCHAR[]")
def extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    expression = compiled(pattern)
    _check(expression, group)
    return [match[group] for match in expression.finditer(text)]


@helper("p_regexp_split", "VARCHAR; VARCHAR", "VARCHAR[]")
def split(text: str, pattern: str) -> list[str]:
    pieces, at = [], 0
    for match in compiled(pattern).finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
    return [*pieces, text[at:]]


@helper("p_regexp_count", "VARCHAR; VARCHAR", "BIGINT")
def count(text: str, pattern: str) -> int:
    return sum(1 for _ in compiled(pattern).finditer(text))


@helper("p_regexp_position", "VARCHAR; VARCHAR; BIGINT; BIGINT", "INTEGER")
def position(text: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1:
        raise refuse("start position cannot be smaller than 1")
    if occurrence < 1:
        raise refuse("occurrence cannot be smaller than 1")
    found = next(islice(compiled(pattern).finditer(text, start - 1), occurrence - 1, None), None)
    return int(found.start()) + 1 if found else -1


@lru_cache(1000)
def _replacement(written: str, groups: int) -> list[str | int]:
    """Literal pieces and groups of a replacement: `$1`, `${name}`, `\\$`."""
    pieces: list[str | int] = []
    found = re.findall(r"\\(.)|\$(\d+)|(\$\{[^}]*\})|([^\\$]+|[\\$].?)", written, re.DOTALL)
    for escaped, number, name, other in found:
        if other.startswith(("$", "\\")):
            raise refuse(f"Illegal replacement sequence: {other}")
        if number:
            taken = next((n for n in range(len(number), 1, -1) if int(number[:n]) <= groups), 1)
            pieces += [int(number[:taken]), number[taken:]]
        else:
            pieces.append(f"\0{name[2:-1]}" if name else escaped or other)
    return pieces


@helper("p_regexp_replace", "VARCHAR; VARCHAR; VARCHAR", "VARCHAR")
def replace(text: str, pattern: str, written: str) -> str:
    expression = compiled(pattern)
    pieces = _replacement(written, expression.groups)

    def piece(match: Any, one: str | int) -> str:
        if isinstance(one, str) and not one.startswith("\0"):
            return one
        try:
            return match[one if isinstance(one, int) else one[1:]] or ""
        except IndexError as error:
            name = one if isinstance(one, int) else f"{{ {one[1:]} }}"
            raise refuse(f"Illegal replacement sequence: unknown group {name}") from error

    def made(match: Any) -> str:
        return "".join(piece(match, one) for one in pieces)

    return expression.sub(made, text)


@helper("p_regexp_parts", "VARCHAR; VARCHAR", "STRUCT(before VARCHAR, groups VARCHAR[])[]")
def parts(text: str, pattern: str) -> list[dict[str, object]]:
    """Text before each match with the groups of the match; the last piece has no groups."""
    pieces: list[dict[str, object]] = []
    at = 0
    for match in compiled(pattern).finditer(text):
        pieces.append({"before": text[at : match.start()], "groups": list(match.groups())})
        at = match.end()
    return [*pieces, {"before": text[at:], "groups": None}]
