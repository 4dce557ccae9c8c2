"""Strings of a definition, and those in intrinsic functions, as AWS reads them.

LocalStack leaves most of JSON's escapes as they are written, reads some as Python's, and refuses what is not ASCII.
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import base64
import json
import re
from typing import Any

from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.encoding_decoding import (
    base_64_decode,
    base_64_encode,
)
from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.generic.string_format import (
    StringFormat,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.parse import preprocessor
from localstack.services.stepfunctions.asl.parse.intrinsic import preprocessor as intrinsic

_HIDDEN = 0xE000
"""Of Unicode's private use: what the lexer refuses, and braces that are no place holder, are moved here meanwhile."""


class Literal(str):
    """A string in an intrinsic function, and the same as a pattern: with its escaped braces hidden."""

    pattern: str


def _hide(found: re.Match[str]) -> str:
    return chr(_HIDDEN + ord(found[found.lastindex or 0]))


def _shown(text: str) -> str:
    return re.sub(r"[\ue000-\ue07f]", lambda found: chr(ord(found[0]) - _HIDDEN), text)


def text_of(parser_rule_context: Any) -> str | None:
    r"""What a node of a parsed definition says; of a JSON string its value: `"a\"b"` is `a"b`, `null` is None."""
    text: str = parser_rule_context.getText()
    if text == "null":
        return None
    return json.loads(text) if text.startswith('"') and text.endswith('"') else text


def _visit_function(_: Any, ctx: Any) -> Any:
    """A field that is an intrinsic function; its control characters are hidden from the lexer."""
    text = re.sub(r"[\x00-\x1f]", _hide, text_of(ctx.STRINGINTRINSICFUNC()) or "")
    function, _ = preprocessor.IntrinsicParser.parse(text)
    return preprocessor.StringIntrinsicFunction(intrinsic_function_derivation=_shown(text), function=function)


def _literal(parse_tree: Any) -> Literal:
    r"""A string between single quotes, in which `\'`, `\{`, `\}` and `\\` stand for a character."""
    hidden = re.sub(r"\\(['{}\\])", _hide, parse_tree.getText()[1:-1])
    literal = Literal(_shown(hidden))
    literal.pattern = hidden
    return literal


def _format(self: StringFormat, env: Environment) -> None:
    self.argument_list.eval(env=env)
    template, *values = env.stack.pop()
    first, *others = getattr(template, "pattern", template).split("{}")
    if len(others) != len(values):
        raise ValueError(f"States.Format has {len(others)} places and {len(values)} values.")
    told = [f"{self._to_str_repr(value)}{_shown(text)}" for value, text in zip(values, others, strict=True)]
    env.stack.append("".join([_shown(first), *told]))


def _encode(self: base_64_encode.Base64Encode, env: Environment) -> None:
    env.stack.append(base64.b64encode(_argument(self, env).encode()).decode())


def _decode(self: base_64_decode.Base64Decode, env: Environment) -> None:
    env.stack.append(base64.b64decode(_argument(self, env), validate=True).decode())


def _argument(self: Any, env: Environment) -> str:
    self.argument_list.eval(env=env)
    (text,) = env.stack.pop()
    if len(text) > self.MAX_INPUT_CHAR_LEN:
        raise ValueError(f"The argument has {len(text)} characters, more than {self.MAX_INPUT_CHAR_LEN}.")
    return str(text)


def install() -> None:
    """Puts this in the place of LocalStack's."""
    preprocessor.Preprocessor._inner_string_of = staticmethod(text_of)  # noqa: SLF001 - what is exchanged
    preprocessor.from_string_literal = text_of
    preprocessor.Preprocessor.visitString_intrinsic_function = _visit_function
    intrinsic.Preprocessor._text_of_str = staticmethod(_literal)  # noqa: SLF001
    StringFormat._eval_body = _format  # noqa: SLF001
    base_64_encode.Base64Encode._eval_body = _encode  # noqa: SLF001
    base_64_decode.Base64Decode._eval_body = _decode  # noqa: SLF001
