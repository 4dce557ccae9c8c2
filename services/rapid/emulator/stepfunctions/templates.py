"""Fields of a state that LocalStack's grammar lacks, filled in as the state's query language says."""

import re
from typing import Any

from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.utils.json_path import extract_json

from rapid.emulator.stepfunctions.expressions import below, value_of, variable

_EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)


def fill(template: Any, env: Environment, jsonata: bool) -> Any:
    """A template's value: of `{% ... %}` in JSONata, of paths under keys that end in `.$` in JSONPath.

    Raises:
        FailureEventException: an expression failed.
        NoSuchJsonPathError: nothing is at a path.
    """
    match template:
        case dict():
            return dict(_entry(key, value, env, jsonata) for key, value in template.items())
        case list():
            return [fill(item, env, jsonata) for item in template]
        case str() if jsonata and (expression := _EXPRESSION.fullmatch(template)):
            return value_of(expression[1].strip(), env)
    return template


def _entry(key: str, value: Any, env: Environment, jsonata: bool) -> tuple[str, Any]:
    if not jsonata and key.endswith(".$"):
        return key.removesuffix(".$"), at(value, env)
    with below(key):
        return key, fill(value, env, jsonata)


def at(path: str, env: Environment) -> Any:
    """What is at a path of the input (`$.a`), of the context (`$$.a`) or in a variable (`$name.a`)."""
    if path.startswith("$$"):
        return extract_json(path[1:], env.states.context_object.context_object_data)
    if path == "$" or path.startswith(("$.", "$[")):
        return extract_json(path, env.states.get_input())
    return variable(path, env)
