"""Names of partitions (`year=2024/name=a%2Fb`) and the filters that Hive's client sends.

Which characters a folder's name escapes: org.apache.hadoop.hive.common.FileUtils, which Spark's own
ExternalCatalogUtils agrees with.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

NULL = "__HIVE_DEFAULT_PARTITION__"

_ESCAPED = re.compile(r"[\x00-\x1f\"#%'*/:=?\\\x7f{\[\]^]")
_TOKEN = re.compile(
    r'"(?P<double>(?:[^"\\]|\\.)*)"'
    r"|'(?P<single>(?:[^'\\]|\\.)*)'"
    r"|(?P<moment>\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?)?)"
)


def name(keys: Sequence[str], values: Sequence[str]) -> str:
    """A partition's name, which is also its folder below the table's."""
    return "/".join(f"{escape(key)}={escape(value or NULL)}" for key, value in zip(keys, values, strict=False))


def values(text: str) -> list[str]:
    """The values in a partition's name."""
    return [unquote(part.partition("=")[2]) for part in text.split("/")]


def escape(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"%{ord(found[0]):02X}", text)


def expression(text: str) -> str:
    """A filter of Hive's as an expression that Glue's GetPartitions takes.

    Hive's texts may stand in double quotes, its dates in none, and its LIKE has `.*` where SQL has `%`.
    """

    def literal(found: "re.Match[str]") -> str:
        if found["moment"]:
            return f"'{found['moment']}'"
        inner = re.sub(r"\\(.)", r"\1", found["double"] if found["double"] is not None else found["single"])
        if re.search(r"\blike\s*$", found.string[: found.start()], re.IGNORECASE):
            inner = inner.replace(".*", "%")
        return "'" + inner.replace("'", "''") + "'"

    return _TOKEN.sub(literal, text)


def partial(keys: Sequence[tuple[str, str]], wanted: Sequence[str]) -> str:
    """The expression for partitions whose first values are given; an empty one stands for any.

    Args:
        keys: names and types of the partition keys.
        wanted: their values, or fewer.
    """
    number = re.compile(r"(tinyint|smallint|int|bigint|float|double|decimal.*)$", re.IGNORECASE)
    terms = []
    for (key, kind), value in zip(keys, wanted, strict=False):
        if value:
            terms.append(f"({key} = {value if number.match(kind) else _quoted(value)})")
    return " AND ".join(terms)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
