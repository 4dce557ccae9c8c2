"""UNLOAD: https://docs.aws.amazon.com/athena/latest/ug/unload.html (read 2026-11)."""

from rapid.emulator.athena import hive
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.writing.files import Writer
from rapid.emulator.athena.writing.finish import finish
from rapid.emulator.athena.writing.fitting import hive_columns, renamed
from rapid.emulator.athena.writing.options import (
    WRITTEN,
    Target,
    check_names,
    codec,
    compression_of,
    delimiter,
    form_of,
)

_KNOWN = {"format", "compression", "compression_level", "field_delimiter", "partitioned_by"}


def unload(session: Session, words: Words) -> None:
    """UNLOAD (query) TO 's3://…' WITH (format = …)."""
    text_of_query = words.parenthesised()
    words.expect("TO")
    location = words.string()
    properties = hive.query_properties(words) if words.accept("WITH") else {}
    words.end()
    check_names(properties, _KNOWN)
    if "format" not in properties:
        raise SqlError("INVALID_TABLE_PROPERTY", "line 1:1: UNLOAD requires the property format")
    query = session.compile(text_of_query, session.execution.parameters)
    columns = hive_columns(query)
    form = form_of(properties, tuple(f for f in WRITTEN if f != "ION"))
    if next(session.objects.list_all(*split_uri(location.rstrip("/") + "/")), None):
        message = f"Target directory {location} already exists and is not empty"
        raise SqlError("HIVE_PATH_ALREADY_EXISTS", message)
    keys = [k.lower() for k in properties.get("partitioned_by", [])]
    if [c.name for c in columns][len(columns) - len(keys) :] != keys:
        message = f"Partition keys must be the last columns in the table and in the same order as the table properties: [{', '.join(keys)}]"  # noqa: E501
        raise SqlError("HIVE_COLUMN_ORDER_MISMATCH", message)
    packed = codec(form, compression_of(properties, form))
    writer = Writer(session, Target(location, columns, keys, form, packed, delimiter(properties, ",")))
    count = writer.write(renamed(session.bound(query), columns))
    finish(session, count, writer.written)
