"""Arrow tables that come from DuckDB, made sound before pyarrow computes with them.

DuckDB 1.5 gives NULL maps a key that is null. pyarrow 24 reads such an array, but ends the process when it casts or
writes it; so columns with maps are built anew.
"""

from typing import Any


def sound(table: Any) -> Any:
    """The table with its map columns built anew."""
    import pyarrow as pa

    for index, field in enumerate(table.schema):
        if _has_map(field.type):
            column = pa.array(table.column(index).to_pylist(), field.type)
            table = table.set_column(index, field, column)
    return table


def _has_map(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_map(kind)) or any(_has_map(kind.field(i).type) for i in range(kind.num_fields))
