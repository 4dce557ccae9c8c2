"""Which route of an HTTP API a request takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html (read 2026-11): a full match
before path variables, those before a greedy variable, that before `$default`; a named method before ANY.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

DEFAULT = "$default"


@lru_cache(1024)
def _pattern(path: str) -> tuple[re.Pattern[str], tuple[int, int]]:
    """A route's path as a pattern, and how specific it is: greedy variables last, then fewest variables first."""
    pieces = re.split(r"\{([^{}]+)\}", path.rstrip("/") or "/")
    text = "".join(
        re.escape(piece) if index % 2 == 0 else f"(?P<v{index // 2}>{'.+' if piece.endswith('+') else '[^/]+'})"
        for index, piece in enumerate(pieces)
    )
    return re.compile(f"{text}/?"), (sum(name.endswith("+") for name in pieces[1::2]), len(pieces) // 2)


def variables(path: str) -> list[str]:
    """The names of a path's variables, in order."""
    return [name.removesuffix("+") for name in re.findall(r"\{([^{}]+)\}", path)]


def find(routes: Iterable[Any], method: str, path: str) -> tuple[Any, dict[str, str]] | None:
    """The route of a request, and the values of its path variables.

    Args:
        routes: Moto's routes, with a `route_key` such as `GET /pets/{id}`.
    """
    candidates: list[tuple[tuple[int, int, int], Any, dict[str, str]]] = []
    default: Any = None
    for route in routes:
        if route.route_key == DEFAULT:
            default = route
            continue
        wanted, _, route_path = route.route_key.partition(" ")
        if wanted not in ("ANY", method):
            continue
        pattern, specificity = _pattern(route_path)
        if found := pattern.fullmatch(path):
            values = dict(zip(variables(route_path), found.groups(), strict=True))
            candidates.append(((*specificity, int(wanted == "ANY")), route, values))
    if candidates:
        _, route, values = min(candidates, key=lambda candidate: candidate[0])
        return route, values
    return (default, {}) if default else None
