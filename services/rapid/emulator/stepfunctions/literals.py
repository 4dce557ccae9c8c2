"""Strings of a definition, and in `States.Base64...`, as AWS reads them.

LocalStack leaves most of JSON's escapes as they are written, reads some as Python's, and refuses what is not ASCII.
"""

import base64
import json
from typing import Any

from localstack.services.stepfunctions.asl.component.intrinsic.function.statesfunction.encoding_decoding import (
    base_64_decode,
    base_64_encode,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.parse import preprocessor


def text_of(parser_rule_context: Any) -> str | None:
    r"""What a node of a parsed definition says; of a JSON string its value: `"a\"b"` is `a"b`, `null` is None."""
    text: str = parser_rule_context.getText()
    if text == "null":
        return None
    return json.loads(text) if text.startswith('"') and text.endswith('"') else text


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
    base_64_encode.Base64Encode._eval_body = _encode  # noqa: SLF001
    base_64_decode.Base64Decode._eval_body = _decode  # noqa: SLF001
