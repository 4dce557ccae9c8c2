"""A small parser of the statements that are not queries: Hive's DDL, SHOW, and Athena's own.

Grammar: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
Each statement becomes one small dataclass; queries inside are kept as text for `sql.compiler`. Start at `words`.
"""

from rapid.emulator.athena.hive.columns import HiveColumn, column_type, columns
from rapid.emulator.athena.hive.partitions import partition
from rapid.emulator.athena.hive.queries import CreateTableAs, create_table_as, query_properties
from rapid.emulator.athena.hive.tables import CreateTable, Transform, create_table, is_query_next
from rapid.emulator.athena.hive.words import Name, Properties, Words

__all__ = [
    "CreateTable",
    "CreateTableAs",
    "HiveColumn",
    "Name",
    "Properties",
    "Transform",
    "Words",
    "column_type",
    "columns",
    "create_table",
    "create_table_as",
    "is_query_next",
    "partition",
    "query_properties",
]
