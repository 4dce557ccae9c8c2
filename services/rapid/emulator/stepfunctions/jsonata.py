"""JSONata as Step Functions has it: version 2 of the language, six functions more and `$eval` less.

LocalStack evaluates it on a JVM, by an expression into which all values are written as text. Here `jsonata-python`
evaluates it and values stay values. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import hashlib
import json
import random
import sys
import uuid
from collections.abc import Callable
from typing import Any

_recursion_limit = sys.getrecursionlimit()
from jsonata import Jsonata  # noqa: E402 - between the lines that keep it from changing the process's recursion limit
from jsonata.jexception import JException  # noqa: E402
from jsonata.utils import Utils  # noqa: E402

sys.setrecursionlimit(_recursion_limit)

LONGEST_MS = 60_000
"""How long one expression may run: one that never ends would hold its thread for ever."""


class EvaluationError(Exception):
    """An expression has no value; the message ends a sentence that begins with the expression and its field."""


def check(expression: str) -> None:
    """Does nothing but parse.

    Raises:
        EvaluationError: it is no JSONata.
    """
    try:
        Jsonata.jsonata(expression)
    except JException as error:
        raise EvaluationError(f"is not valid. {_told(error)}") from error


def evaluate(expression: str, variables: dict[str, Any]) -> Any:
    """An expression's value as JSON has it.

    Args:
        expression: without `{%` and `%}`.
        variables: by name, without `$`; JSON values.

    Raises:
        EvaluationError: it is no JSONata, it failed, or it gave nothing, or what JSON cannot hold.
    """
    try:
        parsed = Jsonata.jsonata(expression)
        parsed.set_output_convert_nulls(False)
        parsed.set_validate_input(False)
        frame = parsed.create_frame(parsed.environment)
        frame.set_runtime_bounds(LONGEST_MS, None)
        for name, value in {**_functions, **variables}.items():
            frame.bind(name, value)
        found = parsed.evaluate(None, frame)
    except JException as error:
        raise EvaluationError(f"threw an error during evaluation. {_told(error)}") from error
    except RecursionError as error:
        raise EvaluationError("threw an error during evaluation. U1001: Stack overflow error") from error
    if found is None:
        raise EvaluationError("returned nothing (undefined).")
    return _as_json(found)


def _told(error: JException) -> str:
    """Code and text; the library's texts come from a port to Java, where functions are objects."""
    said = str(error).replace(" Object ", " function ", 1).replace(" Object signature", " function signature")
    return f"{error.error}: {said}"


def _as_json(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case dict():
            return {key: _as_json(item) for key, item in value.items()}
        case list():
            return [_as_json(item) for item in value]
        case _ if value is Utils.NULL_VALUE:
            return None
    raise EvaluationError("returned an unsupported result type.")


def _partition(array: list[Any], size: int) -> list[list[Any]]:
    if size < 1:
        raise JException("D3137", 0, "The chunk size of $partition must be at least 1")
    return [array[start : start + size] for start in range(0, len(array), int(size))]


def _range(first: int, last: int, step: int) -> list[int]:
    if step == 0:
        raise JException("D3137", 0, "The step of $range must not be 0")
    return list(range(int(first), int(last) + (1 if step > 0 else -1), int(step)))


def _hash(content: str, algorithm: str) -> str:
    known = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
    if algorithm not in known:
        raise JException("D3137", 0, f"$hash knows {', '.join(known)}, not {algorithm}")
    return hashlib.new(known[algorithm], content.encode(), usedforsecurity=False).hexdigest()


def _random(seed: float | None = None) -> float:
    return (random if seed is None else random.Random(seed)).random()  # noqa: S311 - JSONata's, not for secrets


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise JException("D3137", 0, f"The argument of $parse is no JSON: {error}") from error


def _own(function: Callable[..., Any], signature: str) -> Any:
    return Jsonata.JFunction(Jsonata.JLambda(function), signature)


_functions = {
    "partition": _own(_partition, "<an:a>"),
    "range": _own(_range, "<nnn:a>"),
    "hash": _own(_hash, "<ss:s>"),
    "random": _own(_random, "<n?:n>"),
    "uuid": _own(lambda: str(uuid.uuid4()), "<:s>"),
    "parse": _own(_parse, "<s:x>"),
    "eval": None,
}
"""What Step Functions adds to JSONata, and what it takes away."""
