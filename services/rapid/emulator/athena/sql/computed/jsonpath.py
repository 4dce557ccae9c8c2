"""The SQL/JSON path language, lax and strict: https://trino.io/docs/current/functions/json.html (read 2026-11).

A recursive descent over the text that evaluates as it reads would read filters once per item, so paths are first made
to nested tuples (`_Reader`), then followed (`_follow`).
"""

import math
import re
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<variable>\$(?:[A-Za-z_]\w*|"[^"]*"))|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z_]\w*)'
    r"|(?P<mark>\.\.|==|!=|<>|<=|>=|&&|\|\||[$@.\[\]()*?,!<>+\-/%]))"
)
_COMPARE = {"==", "!=", "<>", "<", "<=", ">", ">="}


class PathError(Exception):
    """A path that is malformed, with the code of that failure, or that does not fit the document in strict mode."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def evaluate(document: Any, path: str, variables: dict[str, Any]) -> list[Any]:
    """The items that a path finds; `variables` stand for its `$name`.

    Raises:
        PathError: the path is malformed, or a structural error in strict mode.
    """
    lax, tree = _read(path)
    tree = _bound(tree, variables)
    return _follow(tree, document, document, lax)


def check(path: str, names: set[str]) -> None:
    """Refuses a path that is malformed or names a variable without a value.

    Raises:
        PathError: it is malformed; `code` says how.
    """
    _, tree = _read(path)
    for name in sorted(_variables(tree) - names):
        quoting = f'. Try quoting "{name}" in the PASSING clause to match case' if name.upper() in names else ""
        raise PathError(f"no value passed for parameter {name}{quoting}", "INVALID_PATH")


def _bound(tree: Any, variables: dict[str, Any]) -> Any:
    """The tree with the values of variables in it."""
    if not isinstance(tree, tuple) or not variables:
        return tree
    if tree and tree[0] == "variable":
        return ("value", variables[tree[1]])
    return tuple(_bound(part, variables) for part in tree)


def _variables(tree: Any) -> set[str]:
    if not isinstance(tree, tuple):
        return set()
    return {tree[1]} if tree and tree[0] == "variable" else {n for part in tree for n in _variables(part)}


@lru_cache(1000)
def _read(path: str) -> tuple[bool, Any]:
    match = re.match(r"\s*(lax|strict)\s+", path)
    if not match:
        first = re.match(r"\s*(\w+|.?)", path)
        raise PathError(f"missing {{'lax', 'strict'}} at '{first[1] if first else ''}'", "SYNTAX_ERROR")
    reader = _Reader(path[match.end() :])
    tree = reader.sum()
    if reader.peek() is not None:
        raise PathError(f"unexpected '{reader.peek()}' in '{path}'", "SYNTAX_ERROR")
    return match[1] == "lax", tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if not match:
                raise PathError(f"unexpected text in '{text}'", "SYNTAX_ERROR")
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def next(self, expected: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens) or (expected and self.peek() != expected):
            raise PathError(f"expected '{expected or 'more'}'", "SYNTAX_ERROR")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, text: str) -> bool:
        if self.peek() == text:
            self.at += 1
            return True
        return False

    def sum(self) -> Any:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = ("math", self.next()[1], left, self.product())
        return left

    def product(self) -> Any:
        left = self.accessors()
        while self.peek() in ("*", "/", "%"):
            left = ("math", self.next()[1], left, self.accessors())
        return left

    def accessors(self) -> Any:
        tree = self.primary()
        while self.peek() in (".", "..", "[", "?"):
            mark = self.next()[1]
            if mark == "[":
                tree = self.subscript(tree)
            elif mark == "?":
                self.next("(")
                tree = ("filter", tree, self.condition())
                self.next(")")
            elif self.accept("*"):
                tree = ("members", tree)
            else:
                kind, name = self.next()
                name = _unquoted(name) if kind == "string" else name
                if kind == "word" and mark == "." and self.accept("("):
                    self.next(")")
                    tree = ("method", tree, name)
                else:
                    tree = ("member" if mark == "." else "descendant", tree, name)
        return tree

    def subscript(self, tree: Any) -> Any:
        if self.accept("*"):
            self.next("]")
            return ("elements", tree)
        ranges = []
        while True:
            low = self.sum()
            ranges.append((low, self.sum() if self.accept("to") else None))
            if not self.accept(","):
                break
        self.next("]")
        return ("subscript", tree, tuple(ranges))

    def primary(self) -> Any:
        kind, text = self.next()
        if kind == "variable":
            return ("variable", _unquoted(text[1:]) if text.startswith('$"') else text[1:])
        if text in ("$", "@"):
            return ("root",) if text == "$" else ("item",)
        if text == "(":
            tree = self.sum()
            self.next(")")
            return tree
        if text == "-":
            return ("math", "-", ("value", 0), self.accessors())
        if kind == "number":
            return ("value", float(text) if re.search(r"[.eE]", text) else int(text))
        if kind == "string":
            return ("value", _unquoted(text))
        if text in ("true", "false", "null"):
            return ("value", {"true": True, "false": False, "null": None}[text])
        if text == "last":
            return ("last",)
        raise PathError(f"unexpected '{text}'", "SYNTAX_ERROR")

    def condition(self) -> Any:
        left = self.conjunction()
        while self.accept("||"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Any:
        left = self.predicate()
        while self.accept("&&"):
            left = ("and", left, self.predicate())
        return left

    def predicate(self) -> Any:
        if self.accept("!"):
            return ("not", self.predicate())
        if self.accept("exists"):
            self.next("(")
            tree = ("exists", self.sum())
            self.next(")")
            return tree
        before = self.at
        if self.accept("("):
            try:
                tree = self.condition()
                self.next(")")
            except PathError:
                self.at = before
            else:
                return tree
        left = self.sum()
        if self.accept("starts"):
            self.next("with")
            return ("starts", left, self.sum())
        if self.accept("like_regex"):
            raise PathError("like_regex predicate in JSON path is not yet supported", "NOT_SUPPORTED")
        mark = self.next()[1]
        if mark not in _COMPARE:
            raise PathError(f"unexpected '{mark}'", "SYNTAX_ERROR")
        return ("compare", mark, left, self.sum())


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _unwrapped(items: list[Any], lax: bool) -> list[Any]:
    return [e for i in items for e in (i if lax and isinstance(i, list) else [i])]


def _follow(tree: Any, root: Any, item: Any, lax: bool, last: int = 0) -> list[Any]:
    kind = tree[0]
    if kind in ("root", "item", "value", "last"):
        return [{"root": root, "item": item, "last": last}.get(kind, tree[-1])]
    if kind == "math":
        return [_computed(tree, root, item, lax, last)]
    items = _follow(tree[1], root, item, lax, last)
    if kind == "elements":
        return [e for i in items for e in (i if isinstance(i, list) else _lenient([i], lax, "array"))]
    if kind == "subscript":
        return [e for i in items for e in _subscripts(i, tree[2], root, item, lax)]
    if kind == "filter":
        return [i for i in _unwrapped(items, lax) if _holds(tree[2], root, i, lax)]
    if kind == "method":
        return [
            r
            for i in (items if tree[2] in ("type", "size") else _unwrapped(items, lax))
            for r in _method(i, tree[2], lax)
        ]
    if kind == "descendant":
        return [f for i in items for f in _descendants(i, tree[2])]
    found = []
    for one in _unwrapped(items, lax):
        if not isinstance(one, dict):
            _lenient([], lax, "object")
        elif kind == "members":
            found += list(one.values())
        elif tree[2] in one:
            found.append(one[tree[2]])
        else:
            _lenient([], lax, f"structural error: missing member '{tree[2]}' in JSON object", "")
    return found


def _lenient(items: list[Any], lax: bool, what: str, missing: str = " expected") -> list[Any]:
    if not lax:
        raise PathError(f"{what}{missing}")
    return items


def _subscripts(value: Any, ranges: Any, root: Any, item: Any, lax: bool) -> list[Any]:
    array = value if isinstance(value, list) else _lenient([value], lax, "array")
    found = []
    for low, high in ranges:
        first = int(_follow(low, root, item, lax, len(array) - 1)[0])
        final = int(_follow(high, root, item, lax, len(array) - 1)[0]) if high else first
        if not lax and not 0 <= first <= final < len(array):
            raise PathError("subscript out of bounds")
        found += array[max(first, 0) : final + 1]
    return found


def _computed(tree: Any, root: Any, item: Any, lax: bool, last: int) -> Any:
    left, right = (_follow(t, root, item, lax, last) for t in tree[2:])
    if len(left) != 1 or len(right) != 1 or not all(_is_number(x) for x in (left[0], right[0])):
        raise PathError("arithmetic needs one number on each side")
    one, two = left[0], right[0]
    if tree[1] in "/%" and not two:
        raise PathError("division by zero")
    if tree[1] == "/":
        return int(one / two) if isinstance(one, int) and isinstance(two, int) else one / two
    return {"+": one + two, "-": one - two, "*": one * two}[tree[1]] if tree[1] != "%" else math.fmod(one, two)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _descendants(value: Any, name: str) -> list[Any]:
    found = []
    if isinstance(value, dict):
        found += [value[name]] if name in value else []
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        found += _descendants(inner, name)
    return found


def _method(value: Any, name: str, lax: bool) -> list[Any]:
    if name == "type":
        names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
        return [names.get(type(value), "null")]
    if name == "size":
        return [len(value)] if isinstance(value, list) else _lenient([1], lax, "array")
    if name == "keyvalue" and isinstance(value, dict):
        return [{"name": k, "value": v, "id": 0} for k, v in value.items()]
    if name == "double" and (_is_number(value) or isinstance(value, str)):
        return [float(value)]
    if name in ("ceiling", "floor", "abs") and _is_number(value):
        return [abs(value) if name == "abs" else math.ceil(value) if name == "ceiling" else math.floor(value)]
    raise PathError(f"{name}() does not apply")


def _holds(tree: Any, root: Any, item: Any, lax: bool) -> bool:
    kind = tree[0]
    if kind in ("and", "or"):
        sides = (_holds(t, root, item, lax) for t in tree[1:])
        return all(sides) if kind == "and" else any(sides)
    if kind == "not":
        return not _holds(tree[1], root, item, lax)
    try:
        left = _unwrapped(_follow(tree[2] if kind == "compare" else tree[1], root, item, lax), lax)
        if kind == "exists":
            return bool(left)
        right = _unwrapped(_follow(tree[-1], root, item, lax), lax)
    except PathError:
        return False
    if kind == "starts":
        return any(isinstance(a, str) and a.startswith(b) for a in left for b in right)
    return any(_compared(tree[1], a, b) for a in left for b in right)


def _compared(mark: str, left: Any, right: Any) -> bool:
    same = (_is_number(left) and _is_number(right)) or type(left) is type(right)
    if mark in ("==", "!=", "<>"):
        if not same and left is not None and right is not None:
            return False
        return bool(left == right) == (mark == "==")
    if not same or isinstance(left, list | dict | None.__class__):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[mark])
