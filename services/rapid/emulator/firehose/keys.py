"""Names of the objects that Firehose writes: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html.

A prefix may hold expressions: `!{timestamp:yyyy-MM-dd}`, `!{firehose:random-string}` and, below the error prefix,
`!{firehose:error-output-type}`. One without a timestamp is followed by `yyyy/MM/dd/HH/` (read 2026-11).
"""

import re
import secrets
import string
import uuid
from datetime import datetime

_EXPRESSION = re.compile(r"!\{(\w+):([^}]*)\}")
_DATE = re.compile(r"'([^']*)'|([A-Za-z])\2*")
_FIELDS = {"y": "%Y", "u": "%Y", "M": "%m", "d": "%d", "H": "%H", "m": "%M", "s": "%S", "D": "%j"}
"""Letters of Java's DateTimeFormatter that are understood; two or four `y`, two of the others but `D`."""
DEFAULT = "yyyy/MM/dd/HH/"


class UnknownExpressionError(ValueError):
    """A prefix has an expression that is not understood here."""


def prefix(text: str, moment: datetime, error_type: str | None = None) -> str:
    """A prefix with its expressions evaluated.

    Raises:
        UnknownExpressionError: one is not understood.
    """
    found = [namespace for namespace, _ in _EXPRESSION.findall(text)]
    if "timestamp" not in found and error_type is None:
        text += f"!{{timestamp:{DEFAULT}}}"

    def value(match: re.Match[str]) -> str:
        namespace, what = match.groups()
        if namespace == "timestamp":
            return _date(what, moment)
        if (namespace, what) == ("firehose", "random-string"):
            return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
        if (namespace, what) == ("firehose", "error-output-type") and error_type is not None:
            return error_type
        raise UnknownExpressionError(f"{match[0]} is not supported by Rapid Analytics.")

    return _EXPRESSION.sub(value, text)


def _date(pattern: str, moment: datetime) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1] or "'"
        letters = match[0]
        if letters == "yy":
            return moment.strftime("%y")
        if letters[0] not in _FIELDS:
            raise UnknownExpressionError(f"The letter {letters[0]} of !{{timestamp:{pattern}}} is not supported.")
        return moment.strftime(_FIELDS[letters[0]]).lstrip("0" if len(letters) == 1 else "") or "0"

    return _DATE.sub(value, pattern)


def name(stream: str, version: str, moment: datetime, extension: str) -> str:
    """The object's name: https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html."""
    return f"{stream}-{version}-{moment:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}{extension}"
