"""Delta Lake tables, read by their transaction log through delta-rs. Athena does not write them.

`log` reads the log into columns and files, `reading` turns a scan into a relation, `create` registers a table.
https://docs.aws.amazon.com/athena/latest/ug/delta-lake-tables.html (read 2026-11).
"""
