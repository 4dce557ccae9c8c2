"""Iceberg tables: pyiceberg keeps their metadata in the Glue catalog, DuckDB reads their files and computes their rows.

Rows that UPDATE, DELETE and MERGE change are written anew with the rest of their file (copy on write); AWS writes files
of deleted positions instead, and reads both, as this does. Imported on first use only: pyiceberg takes a second.
Start at `loading`. https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html (read 2026-11).
"""
