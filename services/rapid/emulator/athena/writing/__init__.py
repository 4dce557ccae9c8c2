"""CREATE TABLE AS, INSERT INTO and UNLOAD: a query's rows as files in S3, and the tables that know them.

Files are made in a folder of their own, then uploaded; the catalog changes only after every upload. Start at `files`.
https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html, .../insert-into.html, .../unload.html (read 2026-11).
"""

from rapid.emulator.athena.writing.ctas import create_table_as
from rapid.emulator.athena.writing.finish import finish
from rapid.emulator.athena.writing.insert import insert
from rapid.emulator.athena.writing.unload import unload

__all__ = ["create_table_as", "finish", "insert", "unload"]
