"""Variables in the text of an `Fn::Sub`: `${Name}`, `${ Name.Attribute }`, and the literal `${!Name}`, which is none.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html (read 2026-11)
"""

import re
from collections.abc import Callable
from typing import Any

_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


def variables(text: str) -> list[str]:
    """The names of a text's variables, one for each place."""
    return [name.strip() for literal, name in _VARIABLE.findall(text) if not literal]


def substituted(text: str, value_of: Callable[[str], Any]) -> str:
    """A text with its variables' values, and its literals without their mark."""

    def replacement(found: re.Match[str]) -> str:
        literal, name = found.groups()
        if literal:
            return f"${{{name}}}"
        value = value_of(name.strip())
        return str(value).lower() if isinstance(value, bool) else str(value)

    return _VARIABLE.sub(replacement, text)
