"""Variables of requests and stages, as logs, templates and integrations name them."""

from collections.abc import Mapping
from typing import Any

from localstack.http import Request


def value_at(known: Any, path: str) -> Any:
    """The value in nested mappings at a path as `identity.sourceIp`; None where there is none."""
    for name in path.split("."):
        known = known.get(name) if isinstance(known, Mapping) else None
    return known


def with_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """A text with the values of its `${stageVariables.name}`."""
    for name, value in variables.items():
        text = text.replace(f"${{stageVariables.{name}}}", value)
    return text


ASKED_PATH = "rapid.asked_path"
"""In the environment of a request by a custom domain: its path before it was sent on to the API."""


def asked_path(request: Request) -> str | None:
    """The path by which a custom domain was asked; None for other requests."""
    path = request.environ.get(ASKED_PATH)
    return None if path is None else str(path)
