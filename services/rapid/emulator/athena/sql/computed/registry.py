"""How Python functions are declared, and how they refuse their arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from rapid.emulator.athena.sql.registry import SCALARS, declare
from rapid.emulator.athena.sql.types import Type


@dataclass(frozen=True)
class Helper:
    """A function as DuckDB knows it. `parameters` None: any number of any types, NULLs too. `null`: may give NULL."""

    name: str
    parameters: tuple[str, ...] | None
    result: str
    function: Callable[..., Any]
    null: bool = False


HELPERS: dict[str, Helper] = {}


def helper(
    name: str, parameters: str | None, result: str, null: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function for templates under its DuckDB name.

    Args:
        name: unique, begins with `p_`.
        parameters: DuckDB types, separated by semicolons; None for any.
        result: DuckDB type.
        null: the function gives NULL for some arguments that are not.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        kinds = None if parameters is None else tuple(p.strip() for p in parameters.split(";") if p.strip())
        HELPERS[name] = Helper(name, kinds, result, _of_values(function) if null else function, null)
        return function

    return register


def _of_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """DuckDB gives NULLs to a function that may give them."""

    @wraps(function)  # DuckDB counts its parameters
    def call(*arguments: Any) -> Any:
        return None if any(a is None for a in arguments) else function(*arguments)

    return call


def computed(*declarations: str, null: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function of Athena SQL; several declarations are overloads of one function."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for declaration in declarations:
            name = declaration.partition("(")[0]
            known = f"p_{name}_{len(SCALARS.get(name, []))}"
            declare(SCALARS, f"{declaration} = {known}({{*}})")
            signature = SCALARS[name][-1]
            kinds = ";".join(_duckdb(p) for p in signature.parameters)
            helper(known, kinds, _duckdb(signature.result), null)(function)
        return function

    return register


def _duckdb(pattern: Any) -> str:
    """The DuckDB type of a parameter without type variables."""
    if isinstance(pattern, tuple):
        name, inner = pattern
        kinds = [_duckdb(p) for p in inner]
        return f"{kinds[0]}[]" if name == "array" else f"MAP({', '.join(kinds)})"
    if not isinstance(pattern, Type):
        raise TypeError(f"A computed function cannot take the type variable {pattern}.")
    return pattern.duckdb()


def refuse(message: str, code: str = "INVALID_FUNCTION_ARGUMENT") -> ValueError:
    """The failure of a query: `engine.translate` takes code and message from it."""
    return ValueError(f"{code}: {message}")


@helper("t_error", "VARCHAR", '"NULL"')
def error(message: str) -> None:
    """Fails the query. DuckDB's own `error` is volatile, which TRY does not take."""
    raise ValueError(message)
