"""Partitions of a Hive table: ALTER TABLE … PARTITION and MSCK REPAIR TABLE.

https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html, .../msck-repair-table.html (read 2026-11).
"""

import re
from urllib.parse import unquote

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl import columns
from rapid.emulator.athena.ddl.common import Definitions, call, failed, glue_columns
from rapid.emulator.athena.hive import Name, Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.partitions import spec

BATCH = 100


def key_names(table: Structure) -> list[str]:
    return [k["Name"].lower() for k in table.get("PartitionKeys") or ()]


def partition_input(table: Structure, values: tuple[str, ...], location: str | None) -> Structure:
    """A partition as Glue takes it: the table's descriptor at the partition's place."""
    root = table["StorageDescriptor"]["Location"].rstrip("/")
    place = location or f"{root}/{spec(key_names(table), values)}"
    return {"Values": list(values), "StorageDescriptor": {**table["StorageDescriptor"], "Location": place}}


def _values(table: Structure, given: list[tuple[str, str, str]]) -> tuple[str, ...]:
    """The values of one whole partition, typed as its keys."""
    keys, named = key_names(table), {name: value for name, _, value in given}
    if set(keys) != set(named) or any(operator != "=" for _, operator, _ in given):
        shown = ", ".join(f"{k}={v}" for k, v in named.items())
        raise failed(f"partition spec {{{shown}}} doesn't contain all (or only) partition columns {keys}")
    kinds = {k["Name"].lower(): k.get("Type", "string") for k in table["PartitionKeys"]}
    for key in keys:
        if kinds[key] in ("int", "bigint", "smallint", "tinyint") and not re.fullmatch(r"-?\d+", named[key]):
            raise failed(f"[Error 10248]: Cannot add partition column {key} of type string as it cannot be converted to type {kinds[key]}")  # fmt: skip  # noqa: E501
    return tuple(named[k] for k in keys)


def add_partitions(definitions: Definitions, words: Words, name: Name, quiet: bool) -> None:
    """`ADD [IF NOT EXISTS] PARTITION (…) [LOCATION '…'] PARTITION …`."""
    table = definitions.existing(name)
    inputs = []
    while words.peek() == "PARTITION":
        values = _values(table, hive.partition(words))
        location = words.string() if words.accept("LOCATION") else None
        if location:
            split_uri(location)
        inputs.append(partition_input(table, values, location))
        words.accept(",")
    words.end()
    add(definitions, definitions.database_of(name), name[1], inputs, quiet)


def add(definitions: Definitions, database: str, name: str, inputs: list[Structure], quiet: bool) -> None:
    """Creates partitions; one that exists is an error unless `quiet`."""
    for start in range(0, len(inputs), BATCH):
        answer = call(
            definitions.glue.batch_create_partition,
            DatabaseName=database,
            TableName=name,
            PartitionInputList=inputs[start : start + BATCH],
        )
        for error in answer.get("Errors", ()):
            code = error["ErrorDetail"]["ErrorCode"]
            if code != "AlreadyExistsException" or not quiet:
                raise failed(error["ErrorDetail"].get("ErrorMessage", "Partition already exists."), code)


def drop_partitions(definitions: Definitions, words: Words, name: Name, quiet: bool) -> None:
    """`DROP [IF EXISTS] PARTITION (…), PARTITION (…)`; a condition may match several partitions."""
    table = definitions.existing(name)
    keys, database = key_names(table), definitions.database_of(name)
    known = [tuple(p["Values"]) for p in definitions.session.catalog.partitions(database, name[1])]
    doomed: list[tuple[str, ...]] = []
    while words.peek() == "PARTITION":
        conditions = hive.partition(words)
        unknown = next((n for n, _, _ in conditions if n not in keys), None)
        if unknown:
            raise failed(f"[Error 10098]: Non-Partition column appears in the partition specification: {unknown}")
        found = [v for v in known if all(_holds(v[keys.index(n)], o, w) for n, o, w in conditions)]
        if not found and not quiet:
            shown = " AND ".join(f"({n} {o} '{w}')" for n, o, w in conditions)
            raise failed(f"[Error 10006]: Partition not found {shown}")
        doomed += [v for v in found if v not in doomed]
        words.accept(",")
    words.end()
    for start in range(0, len(doomed), 25):
        values = [{"Values": list(v)} for v in doomed[start : start + 25]]
        where = {"DatabaseName": database, "TableName": name[1]}
        call(definitions.glue.batch_delete_partition, PartitionsToDelete=values, **where)


def alter_partition(definitions: Definitions, words: Words, name: Name) -> None:
    """`PARTITION (…) SET LOCATION | RENAME TO PARTITION (…) | ADD COLUMNS | REPLACE COLUMNS`."""
    table, database = definitions.existing(name), definitions.database_of(name)
    values = list(_values(table, hive.partition(words)))
    found = definitions.session.catalog.partition(database, name[1], values)
    if found is None:
        raise failed(f"[Error 10006]: Partition not found {{{spec(key_names(table), values)}}}")
    given = {m: found[m] for m in ("Values", "StorageDescriptor", "Parameters") if m in found}
    descriptor = given["StorageDescriptor"] = dict(given["StorageDescriptor"])
    if words.accept("SET", "LOCATION"):
        descriptor["Location"] = words.string()
        split_uri(descriptor["Location"])
    elif words.accept("RENAME", "TO"):
        given["Values"] = list(_values(table, hive.partition(words)))
        if definitions.session.catalog.partition(database, name[1], given["Values"]):
            raise failed("Rename Partition: partition already exists.", "InvalidOperationException")
    elif words.accept("ADD", "COLUMNS"):
        columns.add(descriptor, hive.columns(words))
    elif words.accept("REPLACE", "COLUMNS"):
        descriptor["Columns"] = glue_columns(hive.columns(words))
    else:
        raise words.fail("'ADD', 'RENAME', 'REPLACE', 'SET'")
    words.end()
    where = {"DatabaseName": database, "TableName": name[1], "PartitionValueList": values}
    call(definitions.glue.update_partition, PartitionInput=given, **where)


def repair(definitions: Definitions, words: Words) -> list[str]:
    """MSCK REPAIR TABLE: adds the partitions whose folders are there. Gives the lines that Athena prints."""
    words.expect("REPAIR", "TABLE")
    name = words.name()
    words.end()
    table, database = definitions.existing(name), definitions.database_of(name)
    keys = key_names(table)
    if not keys:
        return []
    root = table["StorageDescriptor"]["Location"].rstrip("/") + "/"
    known = {tuple(p["Values"]): p for p in definitions.session.catalog.partitions(database, name[1])}
    found = _folders(definitions, root, keys)
    missing = {v: place for v, place in found.items() if v not in known}
    gone = [
        v for v, p in known.items() if v not in found and p["StorageDescriptor"].get("Location", "").startswith(root)
    ]
    inputs = [partition_input(table, v, place) for v, place in missing.items()]
    add(definitions, database, name[1], inputs, quiet=True)
    specs = [f"{name[1]}:{place[len(root) :].rstrip('/')}" for place in missing.values()]
    lines = [f"Partitions not in metastore:\t{chr(9).join(specs)}"] if specs else []
    if gone:
        shown = "\t".join(f"{name[1]}:{spec(keys, v)}" for v in gone)
        lines.append(f"Partitions missing from filesystem:\t{shown}")
    return lines + [f"Repair: Added partition to metastore {s}" for s in specs]


def _folders(definitions: Definitions, root: str, keys: list[str]) -> dict[tuple[str, ...], str]:
    """Places of the partitions that have a folder `key=value/…` below the table's, by their values."""
    prefix = split_uri(root)[1]
    found: dict[tuple[str, ...], str] = {}
    for item in definitions.session.objects.list_all(*split_uri(root)):
        folders = item.key[len(prefix) :].split("/")[:-1][: len(keys)]
        pairs = [f.partition("=") for f in folders]
        if [p[0].lower() for p in pairs] == keys:
            found.setdefault(tuple(unquote(p[2]) for p in pairs), root + "/".join(folders))
    return found


def _holds(value: str, operator: str, wanted: str) -> bool:
    numbers = re.fullmatch(r"-?\d+", value) and re.fullmatch(r"-?\d+", wanted)
    one, two = (int(value), int(wanted)) if numbers else (value, wanted)
    results = {"=": one == two, "<>": one != two, "!=": one != two}
    if operator in results:
        return results[operator]
    less, equal = one < two, one == two  # type: ignore[operator]
    return {"<": less, "<=": less or equal, ">": not (less or equal), ">=": not less}[operator]
