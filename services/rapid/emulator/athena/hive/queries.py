"""CREATE TABLE AS, and the properties of statements that write a query's rows."""

import re
from dataclasses import dataclass, field

from rapid.emulator.athena.hive.words import Name, Words


@dataclass
class CreateTableAs:
    """CREATE TABLE … AS."""

    name: Name
    query: str
    properties: dict[str, str | list[str]] = field(default_factory=dict)
    if_not_exists: bool = False
    with_data: bool = True


def query_properties(words: Words) -> dict[str, str | list[str]]:
    """`(format = 'PARQUET', partitioned_by = ARRAY['dt'], bucket_count = 2)`."""
    found: dict[str, str | list[str]] = {}
    words.expect("(")
    while True:
        key = words.identifier()
        words.expect("=")
        if words.accept("ARRAY"):
            words.expect("[")
            items = []
            while not words.accept("]"):
                items.append(words.string())
                words.accept(",")
            found[key] = items
        else:
            found[key] = words.value()
        if not words.accept(","):
            break
    words.expect(")")
    return found


def create_table_as(words: Words) -> CreateTableAs:
    """Everything after CREATE TABLE of a CTAS."""
    if_not_exists = words.accept("IF", "NOT", "EXISTS")
    name = words.name()
    properties = query_properties(words) if words.accept("WITH") else {}
    words.expect("AS")
    query, with_data = words.rest(), True
    tail = re.search(r"\s+WITH\s+(NO\s+)?DATA\s*$", query, re.IGNORECASE)
    if tail:
        query, with_data = query[: tail.start()], not tail[1]
    return CreateTableAs(name, query, properties, if_not_exists, with_data)
