"""Reading a database's table in parallel: conditions that divide its rows among partitions.

https://docs.aws.amazon.com/glue/latest/dg/run-jdbc-parallel-read-job.html
"""

from collections.abc import Mapping
from typing import Any

from awsglue.errors import OptionError

OPTIONS = ("hashfield", "hashexpression", "hashpartitions")
DEFAULT_PARTITIONS = 7

_HASHES = {
    "mysql": "crc32({})",
    "mariadb": "crc32({})",
    "postgresql": "cast(hashtext(cast({} as text)) as bigint)",
    "redshift": "checksum({})",
    "sqlserver": "checksum({})",
    "oracle": "ora_hash({})",
}
"""A whole number made of a column of any type, per engine."""


def of(vendor: str, options: Mapping[str, Any]) -> list[str]:
    """One condition per partition, each row in exactly one of them; none if no partitioning is asked for.

    Args:
        vendor: the engine, as its JDBC URL names it.
        options: `hashfield` (a column of any type) or `hashexpression` (SQL for a whole number), `hashpartitions`.

    Raises:
        OptionError: a number of partitions that is none, or a column on an engine whose hash function is not known.
    """
    expression, column = options.get("hashexpression"), options.get("hashfield")
    if not expression and not column:
        return []
    text = str(options.get("hashpartitions") or DEFAULT_PARTITIONS)
    if not text.isdigit() or int(text) < 1:
        raise OptionError(f"hashpartitions must be a whole number from 1 up; found {text!r}.")
    if not expression and vendor not in _HASHES:
        raise OptionError(f"hashfield is not known for {vendor}; use hashexpression, SQL for a whole number.")
    source = str(expression or column)
    value = f"({expression})" if expression else _HASHES[vendor].format(column)
    count = int(text)
    remainder = f"{value} % {count}" if vendor == "sqlserver" else f"mod({value}, {count})"
    found = [f"abs({remainder}) = {i}" for i in range(count)]
    return [f"{found[0]} or ({source}) is null", *found[1:]]
