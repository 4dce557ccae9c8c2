"""ORC through pyarrow, as an Arrow table that DuckDB scans: columns by name, only the wanted ones read."""

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import quote


def relation(reading: Reading, file: DataFile, name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the name the file's Arrow table has in DuckDB."""
    from pyarrow import ArrowInvalid, orc

    try:
        source = orc.ORCFile(file.path)
    except ArrowInvalid as error:
        raise SqlError("HIVE_BAD_DATA", f"Not a valid ORC file: {file.uri}: {error}") from error
    spelt = {n.lower(): n for n in source.schema.names}
    # Hive writes ORC without names, as _col0, _col1, …: then the order counts.
    positional = all(n.startswith("_col") for n in source.schema.names)
    expressions, read = {}, []
    for column in reading.wanted:
        have = spelt.get(f"_col{reading.columns.index(column)}" if positional else column.name)
        if have is None:
            expressions[column.name] = f"CAST(NULL AS {column.type.duckdb()})"
        else:
            read.append(have)
            expressions[column.name] = f"CAST({quote(have)} AS {column.type.duckdb()})"
    reading.connection.register(name, source.read(columns=read or source.schema.names[:1]))
    return expressions, quote(name)
