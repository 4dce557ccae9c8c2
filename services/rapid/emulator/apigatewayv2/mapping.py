"""Parameter mapping of HTTP APIs: values out of a request, and changes of requests and answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html (read 2026-11). A value is
a text with expressions such as `$request.body.name` or `${request.header.x}` in it; one that is not there is empty.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from jsonpath_ng import parse  # type: ignore[import-untyped]
from localstack.http import Response

from rapid.emulator.apigatewayv2.events import Call

_ROOTS = r"(?:request|response|context|stageVariables)"
_EXPRESSION = re.compile(rf"\$\{{({_ROOTS}\.[^}}]+)\}}|\$({_ROOTS}\.[A-Za-z0-9_.\-\[\]*]+)")
Parameters = Mapping[str, str]


def value(text: str, call: Call, answer: Response | None = None) -> str | None:
    """What a mapping's text stands for; None where it is one expression and that has no value."""
    if whole := _EXPRESSION.fullmatch(text):
        return _text(_looked_up(whole[1] or whole[2], call, answer))
    return _EXPRESSION.sub(lambda found: _text(_looked_up(found[1] or found[2], call, answer)) or "", text)


def _text(found: Any) -> str | None:
    return found if found is None or isinstance(found, str) else json.dumps(found, separators=(",", ":"))


def _looked_up(expression: str, call: Call, answer: Response | None) -> Any:
    root, _, rest = expression.partition(".")
    kind, _, name = rest.partition(".")
    if root == "response":
        return _in_answer(kind, name, answer) if answer else None
    if root == "request":
        return _in_request(kind, name, call)
    return call.variable(rest) if root == "context" else call.stage_variables.get(rest)


def _in_request(kind: str, name: str, call: Call) -> Any:
    request = call.request
    match kind:
        case "header":
            return ",".join(request.headers.getlist(name)) or None
        case "querystring":
            return ",".join(request.args.getlist(name)) or None
        case "path":
            return call.path_parameters.get(name) if name else call.path
        case "body":
            return _in_body(request.get_data(), name)
    return None


def _in_answer(kind: str, name: str, answer: Response) -> Any:
    return answer.headers.get(name) if kind == "header" else _in_body(answer.get_data(), name)


def _in_body(body: bytes, path: str) -> Any:
    if not path:
        return body.decode(errors="replace") or None
    try:
        found = parse(f"$.{path}").find(json.loads(body))
    except ValueError:
        return None
    return found[0].value if found else None


def headers(mapped: Parameters, kept: dict[str, str], call: Call, answer: Response | None = None) -> dict[str, str]:
    """Headers after what the mapping says of them (`append:header.x`, `overwrite:header.x`, `remove:header.x`)."""
    return _changed(mapped, "header", {name.lower(): text for name, text in kept.items()}, call, answer)


def query(mapped: Parameters, call: Call) -> dict[str, str]:
    """The query after what the mapping says of it."""
    return _changed(
        mapped, "querystring", {name: ",".join(values) for name, values in call.request.args.lists()}, call, None
    )


def _changed(
    mapped: Parameters, place: str, kept: dict[str, str], call: Call, answer: Response | None
) -> dict[str, str]:
    for key, text in mapped.items():
        verb, _, target = key.partition(":")
        where, _, name = target.partition(".")
        if where != place:
            continue
        name = name.lower() if place == "header" else name
        if verb == "remove":
            kept.pop(name, None)
        elif (found := value(text, call, answer)) is not None:
            kept[name] = f"{kept[name]},{found}" if verb == "append" and name in kept else found
    return kept


def mapped_answer(parameters: Mapping[str, Parameters], call: Call, answer: Response) -> Response:
    """An integration's answer after the mapping for its status."""
    mapped = parameters.get(str(answer.status_code))
    if not mapped:
        return answer
    changed = headers(mapped, {}, call, answer)
    for key in mapped:
        verb, _, target = key.partition(":")
        if target.startswith("header.") and verb != "append":
            answer.headers.pop(target.partition(".")[2], None)
    for name, text in changed.items():
        answer.headers.add(name, text)
    if (status := mapped.get("overwrite:statuscode")) and (found := value(status, call, answer)):
        answer.status_code = int(found)
    return answer
