"""Strings of a definition as JSON has them: LocalStack leaves most escapes as written, and reads some as Python's."""

import json
from typing import Any

from localstack.services.stepfunctions.asl.parse import preprocessor


def text_of(parser_rule_context: Any) -> str | None:
    r"""What a node of a parsed definition says; of a JSON string its value: `"a\"b"` is `a"b`, `null` is None."""
    text: str = parser_rule_context.getText()
    if text == "null":
        return None
    return json.loads(text) if text.startswith('"') and text.endswith('"') else text


def install() -> None:
    """Puts this in the place of LocalStack's."""
    preprocessor.Preprocessor._inner_string_of = staticmethod(text_of)  # noqa: SLF001 - what is exchanged
    preprocessor.from_string_literal = text_of
