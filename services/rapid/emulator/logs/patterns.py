"""Filter patterns of CloudWatch Logs: which messages a pattern selects.

    ERROR "out of memory" -debug       terms, phrases, exclusions; `?WARN ?ERROR` is either; `%5\\d\\d%` an expression
    { $.level = "ERR*" && $.ms > 10 }  messages that are JSON
    [ip, user, ..., status = 5*]       messages of words, phrases in quotes and brackets

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (read 2026-11)
"""

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

Test = Callable[[Any], bool]
"""Whether something fits: a message, a JSON document, or the words of a message."""

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\S+))')
_TOKEN = re.compile(r'\s*(&&|\|\||[()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^\s()=<>!&|"]+|!)')
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)')
_STEP = re.compile(r"\.([\w\-@]+)|\[\"([^\"]*)\"\]|\['([^']*)'\]|\[(\d+|\*)\]")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class PatternError(ValueError):
    """The pattern is none."""


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """What says whether a message is selected. An empty pattern selects all.

    Raises:
        PatternError: the pattern is none.
    """
    text = pattern.strip()
    if text.startswith("{") and text.endswith("}"):
        return _of_documents(_Expression(text[1:-1], _property).parse())
    if text.startswith("[") and text.endswith("]"):
        return _of_words(text[1:-1])
    return _of_terms(text)


def selected(path: str, message: str) -> Any:
    """The value of a property (`$.ms`) in a message that is JSON; None where there is none."""
    try:
        return _found(path, json.loads(message))
    except ValueError:
        return None


def _of_terms(text: str) -> Callable[[str], bool]:
    wanted: list[Callable[[str], bool]] = []
    optional: list[Callable[[str], bool]] = []
    for sign, phrase, expression, word in _TERM.findall(text):
        test = _contains(expression, re.search) if expression else _contains(phrase.replace('\\"', '"') or word)
        if sign == "?":
            optional.append(test)
        else:
            wanted.append(_negated(test) if sign == "-" else test)
    if wanted:  # beside these, AWS looks at no optional term
        return lambda message: all(test(message) for test in wanted)
    return lambda message: not optional or any(test(message) for test in optional)


def _contains(text: str, search: Callable[[str, str], Any] | None = None) -> Callable[[str], bool]:
    if search:
        return lambda message: search(text, message) is not None
    return lambda message: text in message


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _of_documents(test: Test) -> Callable[[str], bool]:
    def fits(message: str) -> bool:
        try:
            return test(json.loads(message))
        except ValueError:
            return False

    return fits


def _of_words(text: str) -> Callable[[str], bool]:
    columns = [column.strip() for column in re.split(r",(?![^\"]*\"(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text)]
    conditions = [None if column == "..." else _column(column) for column in columns]
    gap = columns.index("...") if "..." in columns else None

    def fits(message: str) -> bool:
        words = ["".join(found) for found in _WORD.findall(message)]
        if gap is None:
            pairs = list(zip(conditions, words, strict=False))
            return len(words) == len(columns) and all(test is None or test(word) for test, word in pairs)
        after = len(columns) - gap - 1
        if len(words) < len(columns) - 1:
            return False
        tail = words[len(words) - after :] if after else []
        kept = [*zip(conditions[:gap], words, strict=False), *zip(conditions[gap + 1 :], tail, strict=False)]
        return all(test is None or test(word) for test, word in kept)

    return fits


def _column(text: str) -> Test | None:
    """The condition on a word; None for a mere name."""
    return _Expression(text, lambda _: lambda word: word).parse() if re.search(r"[=<>]", text) else None


def _property(path: str) -> Callable[[Any], Any]:
    if not path.startswith("$"):
        raise PatternError(f"{path} is no property: it begins with $.")
    return lambda document: _found(path, document)


def _found(path: str, value: Any) -> Any:
    """The value at a path; None where there is none, or where it is null."""
    for name, quoted, single, index in _STEP.findall(path):
        if index:
            value = value[int(index)] if index != "*" and isinstance(value, list) and int(index) < len(value) else value
        else:
            value = value.get(name or quoted or single) if isinstance(value, dict) else None
    return value


class _Expression:
    """A condition: comparisons joined by && and ||, with parentheses."""

    def __init__(self, text: str, reach: Callable[[str], Callable[[Any], Any]]) -> None:
        """Begins.

        Args:
            text: the condition.
            reach: from what is compared, as written, to what finds its value.
        """
        self._tokens = [found[1] for found in _TOKEN.finditer(text)]
        self._reach = reach
        self._at = 0

    def parse(self) -> Test:
        made = self._either()
        if self._at != len(self._tokens):
            raise PatternError(f"{self._tokens[self._at]} is not expected here.")
        return made

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise PatternError("The pattern ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _next_is(self, *words: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].upper() in words

    def _either(self) -> Test:
        return self._joined("||", self._both, any)

    def _both(self) -> Test:
        return self._joined("&&", self._one, all)

    def _joined(self, sign: str, part: Callable[[], Test], combined: Callable[[Iterable[bool]], bool]) -> Test:
        tests = [part()]
        while self._next_is(sign):
            self._take()
            tests.append(part())
        return lambda value: combined(test(value) for test in tests)

    def _one(self) -> Test:
        if self._next_is("("):
            self._take()
            inner = self._either()
            if self._take() != ")":
                raise PatternError("A parenthesis is not closed.")
            return inner
        reach, sign = self._reach(self._take()), self._take().upper()
        if sign == "IS":
            wanted = {"TRUE": True, "FALSE": False, "NULL": None}[self._take().upper()]
            return lambda value: reach(value) is wanted
        if sign in ("NOT", "EXISTS"):
            if sign == "NOT":
                self._take()
                return lambda value: reach(value) is None
            return lambda value: reach(value) is not None
        compare = _comparison(sign, self._take())
        return lambda value: any(compare(one) for one in _each(reach(value)))


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]


def _comparison(sign: str, literal: str) -> Test:
    if sign in _ORDER:
        limit, order = float(literal), _ORDER[sign]
        return lambda value: (number := _number(value)) is not None and order(number, limit)
    if sign not in ("=", "!="):
        raise PatternError(f"{sign} is no comparison.")
    if literal.startswith("%"):
        expression = re.compile(literal[1:-1])
        equal: Test = lambda value: value is not None and expression.search(_text(value)) is not None  # noqa: E731
    elif not literal.startswith('"') and (number := _number(literal)) is not None:
        equal = lambda value: _number(value) == number  # noqa: E731
    else:
        bare = literal[1:-1] if literal.startswith('"') else literal
        shape = re.compile(".*".join(re.escape(part) for part in bare.split("*")), re.DOTALL)
        equal = lambda value: value is not None and shape.fullmatch(_text(value)) is not None  # noqa: E731
    return equal if sign == "=" else _negated(equal)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
