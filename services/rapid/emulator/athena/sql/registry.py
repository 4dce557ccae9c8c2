"""How functions are declared and chosen: signatures with type variables, as Trino resolves them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import Type, common, converts, field_name

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_LINE = re.compile(r"^(\w+)\((.*?)\) -> (.+?) = (.+)$")
_VARIABLES = {"T", "U", "K", "V", "O"}
"""Any type each; `O` one whose values have an order."""
_CLASSES: dict[str, Callable[[Type], bool]] = {
    "int": lambda t: t.is_integer,
    "dec": lambda t: t.name == "decimal",
    "num": lambda t: t.is_number,
    "char": lambda t: t.name == "char",
    "timestamp": lambda t: t.name == "timestamp",
    "timestamptz": lambda t: t.name == "timestamp with time zone",
    "rowtype": lambda t: t.name == "row",
}


@dataclass(frozen=True)
class Signature:
    """One overload. In `template`, `{0}`... are the arguments, `{*}` all; an aggregate's may end in `:: wrap`."""

    name: str
    parameters: tuple[Any, ...]
    result: Any
    template: str
    variadic: bool = False

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(_show, self.parameters))})"


SCALARS: dict[str, list[Signature]] = {}
AGGREGATES: dict[str, list[Signature]] = {}
WINDOWS: dict[str, list[Signature]] = {}
SPECIALS: dict[str, Callable[["Call"], Typed]] = {}
COLLECTING: dict[str, Callable[["Call", "Aggregation"], Typed]] = {}


@dataclass(frozen=True)
class Aggregation:
    """What stands around an aggregate's arguments: `DISTINCT `, ` ORDER BY …`, and FILTER and OVER after the call."""

    distinct: str
    order: str
    after: str

    def collect(self, sql: str) -> str:
        """All values as a list."""
        return f"array_agg({self.distinct}{sql}{self.order}){self.after}"


def _parse(text: str) -> Any:
    """A pattern: a type, a variable, a class of types, or (constructor, patterns)."""
    text = text.strip()
    match = re.fullmatch(r"(array|map)\((.*)\)", text)
    if match:
        return (match[1], tuple(_parse(p) for p in _split(match[2])))
    if text in _VARIABLES or text in _CLASSES:
        return text
    name, _, arguments = text.partition("(")
    return Type(name, tuple(int(a) for a in arguments.rstrip(")").split(",") if a))


def _split(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            parts.append(current)
            current = ""
        else:
            current += char
    return [p for p in [*parts, current] if p.strip()]


def _show(pattern: Any) -> str:
    return f"{pattern[0]}({','.join(map(_show, pattern[1]))})" if isinstance(pattern, tuple) else str(pattern)


def declare(into: dict[str, list[Signature]], table: str) -> None:
    """Adds every line of a table of signatures."""
    for line in filter(None, map(str.strip, table.splitlines())):
        match = _LINE.match(line)
        if not match:
            raise ValueError(f"Not a signature: {line!r}.")
        name, parameters, result, template = match.groups()
        variadic = parameters.endswith("...")
        patterns = tuple(_parse(p) for p in _split(parameters.removesuffix("...")))
        into.setdefault(name, []).append(Signature(name, patterns, _parse(result), template, variadic))


def special(*names: str) -> Callable[[Callable[["Call"], Typed]], Callable[["Call"], Typed]]:
    """Registers a function that compiles its own calls."""

    def register(function: Callable[["Call"], Typed]) -> Callable[["Call"], Typed]:
        SPECIALS.update(dict.fromkeys(names, function))
        return function

    return register


def collecting(*names: str) -> Callable[[Callable[["Call", Aggregation], Typed]], Any]:
    """Registers an aggregate that compiles its own calls, over the list of all values."""

    def register(function: Callable[["Call", Aggregation], Typed]) -> Any:
        COLLECTING.update(dict.fromkeys(names, function))
        return function

    return register


@cache
def _trinos() -> dict[str, str]:
    """The overloads of each function in the words of Trino's messages, from release 435."""
    lines = (Path(__file__).parent / "functions" / "signatures.txt").read_text().splitlines()
    return {line.partition("(")[0]: line for line in lines}


def unexpected(name: str, given: list[str], node: exp.Expr, where: Position | None = None) -> SqlError:
    """The failure of a call that no overload takes; `where` is the place of an operator."""
    ours = [*SCALARS.get(name, []), *AGGREGATES.get(name, []), *WINDOWS.get(name, [])]
    expected = _trinos().get(name) or ", ".join(map(str, ours))
    tail = f". Expected: {expected}" if expected else ""
    shown = ", ".join(g.replace(", ", ",") for g in given)
    message = f"Unexpected parameters ({shown}) for function {name}{tail}"
    return SqlError("FUNCTION_NOT_FOUND", message, where or position(node))


@dataclass
class Call:
    """One call as a special function sees it."""

    name: str
    node: exp.Expr
    arguments: list[exp.Expr]
    compiler: "Expressions"

    def typed(self, index: int) -> Typed:
        return self.compiler.compile(self.arguments[index])

    def all(self) -> list[Typed]:
        return [self.compiler.compile(a) for a in self.arguments]

    def count(self, *allowed: int) -> int:
        """The number of arguments, which must be one of `allowed`."""
        if len(self.arguments) not in allowed:
            raise self.wrong_arguments()
        return len(self.arguments)

    def text(self, index: int) -> str:
        """The value of an argument that has to be a string literal here."""
        found = self.typed(index)
        if not isinstance(found.value, str):
            raise SqlError(
                "NOT_SUPPORTED", f"{self.name}: argument {index + 1} must be a string literal", position(self.node)
            )
        return found.value

    def cast(self, index: int, target: Type) -> str:
        """An argument as `target`, converted only as Trino would by itself."""
        found = self.typed(index)
        if not converts(found.type, target):
            raise self.wrong_arguments()
        return self.compiler.coerce(found, target).sql

    def wrong_arguments(self) -> SqlError:
        types = [
            "<function>" if isinstance(a, exp.Lambda) else str(self.compiler.compile(a).type) for a in self.arguments
        ]
        return unexpected(self.name, types, self.node)

    def function(self, index: int, types: list[Type], names: list[str] | None = None) -> tuple[list[str], Typed]:
        """A lambda argument compiled for parameters of these types: DuckDB names of its parameters, and its body."""
        node = self.arguments[index]
        if not isinstance(node, exp.Lambda):
            raise self.wrong_arguments()
        if len(node.expressions) != len(types):
            message = f"Expected a lambda that takes {len(types)} argument(s) but got {len(node.expressions)}"
            raise SqlError("INVALID_PARAMETER_USAGE", message, position(node))
        return self.compiler.compile_lambda(node, types, names)


def _match(pattern: Any, kind: Type, bound: dict[str, Type]) -> int | None:
    """Cost of giving `kind` to a parameter: 0 exact, more for conversions, None impossible. Binds variables."""
    if isinstance(pattern, str) and pattern in _VARIABLES:
        if pattern == "O" and not kind.is_orderable:
            return None
        shared = common(bound[pattern], kind) if pattern in bound else kind
        if shared is None:
            return None
        cost = 0 if bound.get(pattern, shared) == shared == kind else 1
        bound[pattern] = shared
        return cost
    if kind.name == "unknown":
        return 1
    if isinstance(pattern, str):
        if _CLASSES[pattern](kind):
            bound.setdefault(pattern, kind)
            return 0
        if pattern == "timestamp" and kind.name == "date":
            return 2
        return None
    if isinstance(pattern, tuple):
        name, inner = pattern
        if kind.name != name:
            return None
        costs = [_match(p, k, bound) for p, k in zip(inner, kind.args, strict=True)]
        return None if None in costs else sum(c for c in costs if c)
    if kind.name == pattern.name:
        return 0
    if not converts(kind, pattern):
        return None
    return 5 if pattern.name == "double" else 2 if pattern.name == "real" else 1


def _substitute(pattern: Any, bound: dict[str, Type], arguments: list[Typed]) -> Type:
    if isinstance(pattern, str):
        return bound.get(pattern, arguments[0].type if arguments else Type("unknown"))
    if isinstance(pattern, tuple):
        return Type(pattern[0], tuple(_substitute(p, bound, arguments) for p in pattern[1]))
    return pattern  # type: ignore[no-any-return]


def choose(signatures: list[Signature], arguments: list[Typed]) -> tuple[Signature, list[Type], Type] | None:
    """The cheapest overload for these arguments: it, the parameter types, the result type."""
    best: tuple[int, Signature, list[Type], Type] | None = None
    for signature in signatures:
        patterns = list(signature.parameters)
        if signature.variadic:
            patterns += patterns[-1:] * (len(arguments) - len(patterns))
        if len(patterns) != len(arguments):
            continue
        bound: dict[str, Type] = {}
        costs = [_match(p, a.type, bound) for p, a in zip(patterns, arguments, strict=True)]
        if None in costs:
            continue
        cost = sum(c for c in costs if c)
        if best is None or cost < best[0]:
            kinds = [_parameter(p, bound, a) for p, a in zip(patterns, arguments, strict=True)]
            best = (cost, signature, kinds, _substitute(signature.result, bound, arguments))
    return best[1:] if best else None


def _parameter(pattern: Any, bound: dict[str, Type], argument: Typed) -> Type:
    if isinstance(pattern, str) and pattern in _CLASSES:
        if pattern == "timestamp" and argument.type.name == "date":
            return Type("timestamp", (3,))
        if argument.type.name == "timestamp with time zone":
            return Type(argument.type.name, (argument.type.scale, "UTC"))
        return argument.type
    if isinstance(pattern, Type) and pattern.name == argument.type.name:
        return argument.type
    return _substitute(pattern, bound, [argument])


def fill(template: str, arguments: list[str]) -> str:
    """Puts arguments into a template: `{0}`, `{1}`, `{*}`."""
    return re.sub(r"\{(\d+|\*)\}", lambda m: ", ".join(arguments) if m[1] == "*" else arguments[int(m[1])], template)


def row_sql(fields: list[tuple[str | None, str]]) -> str:
    """A DuckDB struct with these named values."""
    return "{" + ", ".join(f'"{field_name(n, i)}": {sql}' for i, (n, sql) in enumerate(fields)) + "}"
