"""DDL carried out on the Glue catalog: databases, tables, views, partitions.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
"""

import re
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure, encode_view
from rapid.emulator.athena.hive import HiveColumn, Name, Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.types import to_hive

_PACKAGE = "org.apache.hadoop.hive.ql.io"
FORMATS: dict[str, tuple[str, str, str]] = {
    "PARQUET": (
        f"{_PACKAGE}.parquet.MapredParquetInputFormat",
        f"{_PACKAGE}.parquet.MapredParquetOutputFormat",
        f"{_PACKAGE}.parquet.serde.ParquetHiveSerDe",
    ),
    "ORC": (f"{_PACKAGE}.orc.OrcInputFormat", f"{_PACKAGE}.orc.OrcOutputFormat", f"{_PACKAGE}.orc.OrcSerde"),
    "TEXTFILE": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_PACKAGE}.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    ),
    "JSON": (
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{_PACKAGE}.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hive.hcatalog.data.JsonSerDe",
    ),
    "AVRO": (
        f"{_PACKAGE}.avro.AvroContainerInputFormat",
        f"{_PACKAGE}.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
}
"""Input format, output format and serde of each STORED AS."""
BATCH = 100


def failed(message: str, error: str = "SemanticException") -> SqlError:
    """A DDL failure in Hive's form."""
    if error == "SemanticException":
        return SqlError("FAILED", f"SemanticException {message}")
    return SqlError(
        "FAILED",
        f"Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {error}(message:{message})",
    )


def call(operation: Any, **arguments: Any) -> Structure:
    """A Glue operation; its error becomes the statement's, in Hive's form."""
    try:
        answer: Structure = operation(**arguments)
    except ClientError as error:
        detail = error.response["Error"]
        raise failed(detail.get("Message", ""), detail["Code"].removesuffix("Exception") + "Exception") from error
    return answer


def glue_columns(found: list[HiveColumn]) -> list[dict[str, str]]:
    return [{"Name": c.name, "Type": c.type, **({"Comment": c.comment} if c.comment else {})} for c in found]


class Definitions:
    """The DDL statements of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.glue = session.catalog.client

    def database_of(self, name: Name) -> str:
        return name[0] or self.session.database

    def existing(self, name: Name) -> Structure:
        """Glue's description of a table.

        Raises:
            SqlError: there is none.
        """
        found = self.session.catalog.describe(self.database_of(name), name[1])
        if found is None:
            raise failed(f"[Error 10001]: Table not found {self.database_of(name)}.{name[1]}")
        return found

    # Databases

    def create_database(self, words: Words) -> None:
        quiet = words.accept("IF", "NOT", "EXISTS")
        given: Structure = {"Name": words.identifier()}
        while words.at < len(words.tokens):
            if words.accept("COMMENT"):
                given["Description"] = words.string()
            elif words.accept("LOCATION"):
                given["LocationUri"] = words.string()
            elif words.accept("WITH", "DBPROPERTIES"):
                given["Parameters"] = words.properties()
            else:
                words.end()
        if self.session.catalog.has_database(given["Name"]):
            if quiet:
                return
            raise failed(f"Database {given['Name']} already exists", "AlreadyExistsException")
        call(self.glue.create_database, DatabaseInput=given)

    def drop_database(self, words: Words) -> None:
        quiet = words.accept("IF", "EXISTS")
        name = words.identifier()
        cascade = words.accept("CASCADE")
        words.accept("RESTRICT")
        words.end()
        if not self.session.catalog.has_database(name):
            if quiet:
                return
            raise failed(f"[Error 10072]: Database does not exist: {name}")
        if not cascade and self.session.catalog.tables(name):
            raise failed(f"Database {name} is not empty. One or more tables exist.", "InvalidOperationException")
        call(self.glue.delete_database, Name=name)

    # Tables and views

    def create_table(self, words: Words) -> None:
        made = hive.create_table(words)
        database = self.database_of(made.name)
        if made.properties.get("table_type", "").upper() == "ICEBERG":
            raise not_supported("An Iceberg table")
        if not made.location:
            raise failed("No location was specified for table. An S3 location must be specified", "MetaException")
        split_uri(made.location)
        if not self.session.catalog.has_database(database):
            raise failed(f"[Error 10072]: Database does not exist: {database}")
        if self.session.catalog.describe(database, made.name[1]):
            if made.if_not_exists:
                return
            raise failed(f"Table {made.name[1]} already exists", "AlreadyExistsException")
        shared = {c.name for c in made.columns} & {k.name for k in made.keys}
        if shared:
            raise failed(f"[Error 10035]: Column repeated in partitioning columns: {', '.join(shared)}")
        call(self.glue.create_table, DatabaseName=database, TableInput=table_input(made))

    def drop_table(self, words: Words, view: bool) -> None:
        quiet = words.accept("IF", "EXISTS")
        name = words.name()
        words.end()
        database = self.database_of(name)
        found = self.session.catalog.describe(database, name[1])
        is_view = bool(found) and (found or {}).get("TableType") == "VIRTUAL_VIEW"
        if found is None or (view and not is_view):
            if quiet:
                return
            what = "View" if view else "Table"
            raise failed(f"[Error 10001]: {what} not found {database}.{name[1]}")
        if is_view and not view:
            raise failed(f"Cannot drop a view with DROP TABLE: {database}.{name[1]}", "MetaException")
        call(self.glue.delete_table, DatabaseName=database, Name=name[1])

    def create_view(self, words: Words, replace: bool) -> None:
        name = words.name()
        comment = words.string() if words.accept("COMMENT") else None
        words.expect("AS")
        query = words.rest()
        database = self.database_of(name)
        compiled = self.session.compile(query)
        found = self.session.catalog.describe(database, name[1])
        if found and (not replace or found.get("TableType") != "VIRTUAL_VIEW"):
            raise SqlError("ALREADY_EXISTS", f"line 1:1: View 'awsdatacatalog.{database}.{name[1]}' already exists")
        names = [c.name.lower() for c in compiled.columns]
        repeated = {n for n in names if names.count(n) > 1}
        if repeated:
            raise SqlError(
                "DUPLICATE_COLUMN_NAME", f"line 1:1: Column name '{sorted(repeated)[0]}' specified more than once"
            )
        columns = [{"Name": c.name.lower(), "Type": _view_type(c.type)} for c in compiled.columns]
        given = {
            "Name": name[1],
            "TableType": "VIRTUAL_VIEW",
            "ViewOriginalText": encode_view(query, self.session.database, compiled.columns),
            "ViewExpandedText": "/* Presto View */",
            "Parameters": {"presto_view": "true", "comment": comment or "Presto View"},
            "PartitionKeys": [],
            "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
        }
        if not self.session.catalog.has_database(database):
            raise SqlError("SCHEMA_NOT_FOUND", f"line 1:1: Schema '{database}' does not exist")
        call(self.glue.update_table if found else self.glue.create_table, DatabaseName=database, TableInput=given)

    # ALTER

    def alter(self, words: Words) -> None:
        if words.accept("DATABASE") or words.accept("SCHEMA"):
            return self._alter_database(words)
        words.expect("TABLE")
        name = words.name()
        if words.accept("ADD", "IF", "NOT", "EXISTS") or (words.peek() == "ADD" and words.peek(1) == "PARTITION"):
            words.accept("ADD")
            return self._add_partitions(words, name)
        if words.accept("DROP", "IF", "EXISTS") or (words.peek() == "DROP" and words.peek(1) == "PARTITION"):
            words.accept("DROP")
            return self._drop_partitions(words, name)
        if words.accept("ADD", "COLUMNS"):
            return self._change_columns(words, name, add=True)
        if words.accept("REPLACE", "COLUMNS"):
            return self._change_columns(words, name, add=False)
        if words.accept("SET", "TBLPROPERTIES"):
            properties = words.properties()
            return self._update(name, lambda t: t.setdefault("Parameters", {}).update(properties))
        if words.accept("SET", "LOCATION"):
            location = words.string()
            split_uri(location)
            return self._update(name, lambda t: t["StorageDescriptor"].update(Location=location))
        if words.peek() == "PARTITION":
            return self._alter_partition(words, name)
        raise words.fail("'ADD', 'DROP', 'PARTITION', 'REPLACE', 'SET'")

    def _alter_database(self, words: Words) -> None:
        name = words.identifier()
        words.expect("SET", "DBPROPERTIES")
        properties = words.properties()
        words.end()
        found = call(self.glue.get_database, Name=name)["Database"]
        kept = {m: found[m] for m in ("Name", "Description", "LocationUri", "Parameters") if m in found}
        kept["Parameters"] = {**kept.get("Parameters", {}), **properties}
        call(self.glue.update_database, Name=name, DatabaseInput=kept)

    def _update(self, name: Name, change: Any) -> None:
        given = as_input(self.existing(name))
        change(given)
        call(self.glue.update_table, DatabaseName=self.database_of(name), TableInput=given)

    def _change_columns(self, words: Words, name: Name, add: bool) -> None:
        columns = glue_columns(hive.columns(words))
        words.end()

        def change(table: Structure) -> None:
            descriptor = table["StorageDescriptor"]
            known = {c["Name"] for c in descriptor["Columns"]} if add else set()
            repeated = [c["Name"] for c in columns if c["Name"] in known]
            if repeated:
                raise failed(f"Duplicate column name: {repeated[0]}", "InvalidOperationException")
            descriptor["Columns"] = [*descriptor["Columns"], *columns] if add else columns

        self._update(name, change)

    # Partitions

    def _add_partitions(self, words: Words, name: Name) -> None:
        quiet = words.tokens[words.at - 1].upper == "EXISTS"
        table = self.existing(name)
        inputs = []
        while words.peek() == "PARTITION":
            given = {n: v for n, _, v in hive.partition(words)}
            location = words.string() if words.accept("LOCATION") else None
            values = _key_values(table, given)
            inputs.append(partition_input(table, values, location))
        words.end()
        self.add(self.database_of(name), name[1], inputs, quiet)

    def add(self, database: str, name: str, inputs: list[Structure], quiet: bool) -> None:
        """Creates partitions; one that exists is an error unless `quiet`."""
        for start in range(0, len(inputs), BATCH):
            answer = call(
                self.glue.batch_create_partition,
                DatabaseName=database,
                TableName=name,
                PartitionInputList=inputs[start : start + BATCH],
            )
            for error in answer.get("Errors", ()):
                code = error["ErrorDetail"]["ErrorCode"]
                if code != "AlreadyExistsException" or not quiet:
                    raise failed(error["ErrorDetail"].get("ErrorMessage", "Partition already exists"), code)

    def _drop_partitions(self, words: Words, name: Name) -> None:
        quiet = words.tokens[words.at - 1].upper == "EXISTS"
        table = self.existing(name)
        keys = [k["Name"].lower() for k in table.get("PartitionKeys", ())]
        known = [tuple(p["Values"]) for p in self.session.catalog.partitions(self.database_of(name), name[1])]
        doomed: list[tuple[str, ...]] = []
        while words.peek() == "PARTITION":
            conditions = hive.partition(words)
            found = [v for v in known if all(_holds(v[keys.index(n)], o, w) for n, o, w in conditions if n in keys)]
            if not found and not quiet:
                raise failed(f"[Error 10006]: Partition not found {conditions}")
            doomed += [v for v in found if v not in doomed]
            words.accept(",")
        words.end()
        for start in range(0, len(doomed), 25):
            values = [{"Values": list(v)} for v in doomed[start : start + 25]]
            call(
                self.glue.batch_delete_partition,
                DatabaseName=self.database_of(name),
                TableName=name[1],
                PartitionsToDelete=values,
            )

    def _alter_partition(self, words: Words, name: Name) -> None:
        table = self.existing(name)
        values = _key_values(table, {n: v for n, _, v in hive.partition(words)})
        database = self.database_of(name)
        answer = call(self.glue.get_partition, DatabaseName=database, TableName=name[1], PartitionValues=list(values))
        found = answer["Partition"]
        given = {m: found[m] for m in ("Values", "StorageDescriptor", "Parameters") if m in found}
        if words.accept("SET", "LOCATION"):
            given["StorageDescriptor"] = {**given["StorageDescriptor"], "Location": words.string()}
        else:
            words.expect("RENAME", "TO")
            given["Values"] = list(_key_values(table, {n: v for n, _, v in hive.partition(words)}))
        words.end()
        call(
            self.glue.update_partition,
            DatabaseName=database,
            TableName=name[1],
            PartitionValueList=list(values),
            PartitionInput=given,
        )

    def repair(self, words: Words) -> list[str]:
        """MSCK REPAIR TABLE: adds the partitions whose folders are there. Gives the lines that Athena prints."""
        words.expect("REPAIR", "TABLE")
        name = words.name()
        words.end()
        table = self.existing(name)
        database, keys = self.database_of(name), [k["Name"].lower() for k in table.get("PartitionKeys", ())]
        if not keys:
            return []
        root = table["StorageDescriptor"]["Location"].rstrip("/") + "/"
        prefix = split_uri(root)[1]
        known = {tuple(p["Values"]) for p in self.session.catalog.partitions(database, name[1])}
        found: dict[tuple[str, ...], str] = {}
        for item in self.session.objects.below(root):
            folders = item.key[len(prefix) :].split("/")[:-1][: len(keys)]
            pairs = [f.partition("=") for f in folders]
            if [p[0].lower() for p in pairs] == keys:
                found.setdefault(tuple(unquote(p[2]) for p in pairs), root + "/".join(folders) + "/")
        missing = {v: place for v, place in found.items() if v not in known}
        inputs = [partition_input(table, v, place) for v, place in missing.items()]
        self.add(database, name[1], inputs, quiet=True)
        if not missing:
            return []
        specs = [f"{name[1]}:{place[len(root) :].rstrip('/')}" for place in missing.values()]
        return [
            f"Partitions not in metastore:\t{chr(9).join(specs)}",
            *(f"Repair: Added partition to metastore {database}.{s}" for s in specs),
        ]


def _view_type(kind: Any) -> str:
    try:
        return to_hive(kind)
    except ValueError:
        return str(kind)


def table_input(made: hive.CreateTable) -> Structure:
    """A CREATE TABLE as Glue takes it."""
    stored = {"SEQUENCEFILE": "TEXTFILE", "JSONFILE": "JSON"}.get(
        made.stored_as or "TEXTFILE", made.stored_as or "TEXTFILE"
    )
    if stored not in FORMATS:
        raise failed(f"Unrecognized file format in STORED AS clause: '{made.stored_as}'")
    inputs, outputs, serde = FORMATS[stored]
    if made.formats:
        inputs, outputs = made.formats
    if made.serde:
        serde = made.serde
        if not made.stored_as and not made.formats:
            lower = serde.lower()
            match = next((f for k, f in (("parquet", "PARQUET"), ("orc", "ORC"), ("avro", "AVRO")) if k in lower), None)
            if match:
                inputs, outputs, _ = FORMATS[match]
    parameters = {"EXTERNAL": "TRUE", **made.properties}
    if made.comment:
        parameters["comment"] = made.comment
    descriptor: Structure = {
        "Columns": glue_columns(made.columns),
        "Location": made.location,
        "InputFormat": inputs,
        "OutputFormat": outputs,
        "Compressed": False,
        "NumberOfBuckets": made.buckets[1] if made.buckets else -1,
        "SerdeInfo": {
            "SerializationLibrary": serde,
            "Parameters": made.serde_properties or {"serialization.format": "1"},
        },
        "BucketColumns": made.buckets[0] if made.buckets else [],
        "SortColumns": [],
        "StoredAsSubDirectories": False,
    }
    given: Structure = {
        "Name": made.name[1],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": glue_columns(made.keys),
        "StorageDescriptor": descriptor,
    }
    if made.comment:
        given["Description"] = made.comment
    return given


_INPUT = (
    "Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "ViewOriginalText",
    "ViewExpandedText", "TableType", "Parameters",
)  # fmt: skip


def as_input(table: Structure) -> Structure:
    return {m: table[m] for m in _INPUT if m in table}


def partition_input(table: Structure, values: tuple[str, ...], location: str | None) -> Structure:
    keys = [k["Name"].lower() for k in table["PartitionKeys"]]
    root = table["StorageDescriptor"]["Location"].rstrip("/")
    place = location or root + "/" + "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=True)) + "/"
    return {"Values": list(values), "StorageDescriptor": {**table["StorageDescriptor"], "Location": place}}


def _key_values(table: Structure, given: dict[str, str]) -> tuple[str, ...]:
    keys = [k["Name"].lower() for k in table.get("PartitionKeys", ())]
    if set(keys) != set(given):
        raise failed(f"partition spec {given} doesn't contain all (or only) partition columns {keys}")
    return tuple(given[k] for k in keys)


def _holds(value: str, operator: str, wanted: str) -> bool:
    numbers = re.fullmatch(r"-?\d+", value) and re.fullmatch(r"-?\d+", wanted)
    one, two = (int(value), int(wanted)) if numbers else (value, wanted)
    results = {"=": one == two, "<>": one != two, "!=": one != two}
    if operator in results:
        return results[operator]
    less, equal = one < two, one == two  # type: ignore[operator]
    return {"<": less, "<=": less or equal, ">": not (less or equal), ">=": not less}[operator]
