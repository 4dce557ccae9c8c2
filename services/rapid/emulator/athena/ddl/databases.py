"""CREATE, DROP and ALTER DATABASE: https://docs.aws.amazon.com/athena/latest/ug/create-database.html (read 2026-11)."""

from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import Definitions, call, failed
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.objects import split_uri


def create_database(definitions: Definitions, words: Words) -> None:
    quiet = words.accept("IF", "NOT", "EXISTS")
    given: Structure = {"Name": words.identifier()}
    while words.at < len(words.tokens):
        if words.accept("COMMENT"):
            given["Description"] = words.string()
        elif words.accept("LOCATION"):
            given["LocationUri"] = words.string()
            split_uri(given["LocationUri"])
        elif words.accept("WITH", "DBPROPERTIES"):
            given["Parameters"] = words.properties()
        else:
            words.end()
    if definitions.session.catalog.has_database(given["Name"]):
        if quiet:
            return
        raise failed(f"Database {given['Name']} already exists", "AlreadyExistsException")
    call(definitions.glue.create_database, DatabaseInput=given)


def drop_database(definitions: Definitions, words: Words) -> None:
    quiet = words.accept("IF", "EXISTS")
    name = words.identifier()
    cascade = words.accept("CASCADE")
    words.accept("RESTRICT")
    words.end()
    catalog = definitions.session.catalog
    if not catalog.has_database(name):
        if quiet:
            return
        raise failed(f"[Error 10072]: Database does not exist: {name}")
    if not cascade and catalog.tables(name):
        message = f"Database {name} is not empty. One or more tables exist."
        raise failed(message, "InvalidOperationException")
    call(definitions.glue.delete_database, Name=name)


def alter_database(definitions: Definitions, words: Words) -> None:
    name = words.identifier()
    words.expect("SET", "DBPROPERTIES")
    properties = words.properties()
    words.end()
    if not definitions.session.catalog.has_database(name):
        raise failed(f"[Error 10072]: Database does not exist: {name}")
    found = call(definitions.glue.get_database, Name=name)["Database"]
    kept = {m: found[m] for m in ("Name", "Description", "LocationUri", "Parameters") if m in found}
    kept["Parameters"] = {**kept.get("Parameters", {}), **properties}
    call(definitions.glue.update_database, Name=name, DatabaseInput=kept)
