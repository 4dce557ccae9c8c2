"""CREATE EXTERNAL TABLE of a Delta table: the catalog takes its columns from the log.

https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables-getting-started.html (read 2026-11).
"""

from dataclasses import replace

from rapid.emulator.athena import hive
from rapid.emulator.athena.ddl.common import failed
from rapid.emulator.athena.delta import log
from rapid.emulator.athena.hive import HiveColumn
from rapid.emulator.athena.objects import Objects


def with_columns(made: hive.CreateTable, objects: Objects) -> hive.CreateTable:
    """The statement with the columns that the table's log tells.

    Raises:
        SqlError: it says more than LOCATION and table_type, or there is no table.
    """
    plain = hive.CreateTable(
        made.name, if_not_exists=made.if_not_exists, location=made.location, properties=made.properties
    )
    if made != plain or [k.lower() for k in made.properties] != ["table_type"]:
        raise failed("CREATE TABLE of a Delta Lake table takes LOCATION and the table property table_type only")
    found = log.snapshot(objects, str(made.location).rstrip("/") + "/")
    columns = [HiveColumn(f["name"].lower(), log.hive_type(f["type"])) for f in found.fields]
    return replace(made, columns=columns)
