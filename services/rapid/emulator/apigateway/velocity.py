"""Java's methods in mapping templates: what values are in AWS's Velocity, and what LocalStack's engine lacks most of.

There a text is a `java.lang.String`, `$input.path` gives lists and maps, and templates call their methods. Python's own
methods are not seen: `$input.path('$').items` is empty where there are none, and not a Python function.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html (read 2026-11)
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from airspeed.operators import (  # type: ignore[import-untyped]
    LocalNamespace,
    NameOrCall,
    dict_to_string,
)
from localstack.services.apigateway.next_gen.execute_api import template_mapping

Method = Callable[..., Any]


@dataclass(frozen=True)
class Entry:
    """One of `$map.entrySet()`: `$entry.key` and `$entry.getKey()`."""

    key: Any
    value: Any

    def getKey(self) -> Any:  # noqa: N802 - Java's name
        return self.key

    def getValue(self) -> Any:  # noqa: N802 - Java's name
        return self.value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _replaced(text: str, pattern: str, replacement: str, count: int = 0) -> str:
    return re.sub(pattern, re.sub(r"\$(\d)", r"\\\1", replacement), text, count=count)


def _split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """As in Java, empty texts at the end are left out, unless there is a limit."""
    parts = re.split(pattern, text, maxsplit=limit - 1 if limit > 1 else 0) if limit != 1 else [text]
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _set(values: list[Any], at: int, value: Any) -> Any:
    before, values[at] = values[at], value
    return before


def _add(values: list[Any], *at_and_value: Any) -> bool:
    *at, value = at_and_value
    values.insert(at[0] if at else len(values), value)
    return True


def _removed(values: list[Any], what: Any) -> Any:
    if isinstance(what, int) and not isinstance(what, bool):
        return values.pop(what)
    found = what in values
    if found:
        values.remove(what)
    return found


def _put(values: dict[Any, Any], key: Any, value: Any) -> Any:
    before = values.get(key)
    values[key] = value
    return before


_ANY: dict[str, Method] = {"toString": _text, "equals": lambda a, b: type(a) is type(b) and a == b}
_SIZED: dict[str, Method] = {"size": len, "isEmpty": lambda it: not it}
_TEXT: dict[str, Method] = {
    **_ANY,
    "equals": lambda text, other: isinstance(other, str) and text == other,
    "equalsIgnoreCase": lambda text, other: text.lower() == str(other).lower(),
    "length": len,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part, at=0: text.startswith(part, at),
    "endsWith": lambda text, part: text.endswith(part),
    "indexOf": lambda text, part, at=0: text.find(part, at),
    "lastIndexOf": lambda text, part: text.rfind(part),
    "charAt": lambda text, at: text[at],
    "substring": lambda text, begin, end=None: text[begin:end],
    "concat": lambda text, other: text + other,
    "toUpperCase": lambda text: text.upper(),
    "toLowerCase": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
    "strip": lambda text: text.strip(),
    "repeat": lambda text, times: text * times,
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": _replaced,
    "replaceFirst": partial(_replaced, count=1),
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "split": _split,
    "compareTo": lambda text, other: (text > other) - (text < other),
}
_NUMBER: dict[str, Method] = {
    **_ANY,
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
    "compareTo": lambda number, other: (number > other) - (number < other),
}
_LIST: dict[str, Method] = {
    **_ANY,
    **_SIZED,
    "get": lambda values, at: values[at],
    "set": _set,
    "add": _add,
    "addAll": lambda values, more: values.extend(more) or True,
    "remove": _removed,
    "contains": lambda values, value: value in values,
    "indexOf": lambda values, value: values.index(value) if value in values else -1,
    "subList": lambda values, begin, end: values[begin:end],
    "clear": lambda values: values.clear(),
}
_MAP: dict[str, Method] = {
    **_ANY,
    **_SIZED,
    "toString": dict_to_string,
    "get": lambda values, key: values.get(key),
    "getOrDefault": lambda values, key, other: values.get(key, other),
    "put": _put,
    "putAll": lambda values, more: values.update(more),
    "remove": lambda values, key: values.pop(key, None),
    "containsKey": lambda values, key: key in values,
    "containsValue": lambda values, value: value in values.values(),
    "keySet": list,
    "values": lambda values: list(values.values()),
    "entrySet": lambda values: [Entry(key, value) for key, value in values.items()],
    "clear": lambda values: values.clear(),
}
_KINDS: tuple[tuple[type | tuple[type, ...], dict[str, Method]], ...] = (
    (str, _TEXT),
    ((int, float), _NUMBER),
    ((list, tuple), _LIST),
    (dict, _MAP),
)


class _Methods:
    """A value of which only its methods are seen."""

    def __init__(self, value: Any, methods: dict[str, Method]) -> None:
        self.__value, self.__methods = value, methods

    def __getattr__(self, name: str) -> Method:
        if method := self.__methods.get(name):
            return partial(method, self.__value)
        raise AttributeError(name)


class _Fields:
    """A value of which only its fields are seen."""

    def __init__(self, value: Any) -> None:
        self.__value = value

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.__value, dict):
            return self.__value[name]
        raise KeyError(name)


def _seen(value: Any, name: str, called: bool) -> Any:
    """What a template sees of a value when it names one of its fields, or calls one of its methods."""
    if isinstance(value, LocalNamespace):
        return value
    methods = next((methods for kind, methods in _KINDS if isinstance(value, kind)), None)
    if methods is None:
        return value
    if not called:
        return _Fields(value)
    return _Methods(value, methods) if name in methods else value


class Util(template_mapping.VelocityUtilApiGateway):
    """`$util`, where LocalStack's is not AWS's."""

    def base64Decode(self, text: Any) -> str:  # noqa: N802 - AWS's name
        return base64.b64decode(_text(text)).decode("utf-8", "replace")

    def escapeJavaScript(self, value: Any) -> str:  # noqa: N802 - AWS's name
        """Single quotes, too: their escapes are not valid JSON, and AWS tells its users to take them back."""
        escaped: str = super().escapeJavaScript(value)
        return escaped.replace("'", "\\'")


class Input(template_mapping.VelocityInput):
    """`$input`, whose JSON is without blanks and escapes that nobody sent."""

    def json(self, path: str) -> str:
        return json.dumps(json.loads(super().json(path)), ensure_ascii=False, separators=(",", ":"))


def install() -> None:
    """Shows templates Java's methods in place of Python's."""
    template_mapping.VelocityUtilApiGateway = Util
    template_mapping.VelocityInput = Input
    original = NameOrCall.calculate

    def calculate(self: Any, current_object: Any, loader: Any, top_namespace: Any) -> Any:
        seen = _seen(current_object, self.name, self.parameters is not None)
        return original(self, seen, loader, top_namespace)

    NameOrCall.calculate = calculate
