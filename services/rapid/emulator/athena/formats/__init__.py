"""Files of a table as DuckDB relations, one module per format.

Each has `relation(files, …)`: objects of one partition in, SQL out that gives the table's columns by name, typed as the
catalog says (schema on read). Serdes: https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html (read 2026-11).
"""  # noqa: E501

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapid.emulator.athena.sql.scope import Column


@dataclass(frozen=True)
class DataFile:
    """An object of a table, and where its bytes can be read on this disk."""

    uri: str
    path: Path
    size: int
    modified: float = 0.0


@dataclass
class Reading:
    """What a format needs to know: the columns of the table in order, the ones that are wanted, the serde.

    Attributes:
        connection: DuckDB, to look into files; it also takes Arrow tables.
        parameters: of the serde, then of the table, lower-case keys.
    """

    connection: Any
    columns: tuple[Column, ...]
    wanted: list[Column]
    parameters: dict[str, str] = field(default_factory=dict)
    serde: str = ""


def file_list(files: list[DataFile]) -> str:
    return "[" + ", ".join("'" + str(f.path).replace("'", "''") + "'" for f in files) + "]"
