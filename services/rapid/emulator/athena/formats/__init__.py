"""Files of a table as DuckDB relations, one module per format.

Each has a function that takes files that are read alike and gives SQL with the table's columns by name, typed as the
catalog says (schema on read). https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html (read 2026-11).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from rapid.emulator.athena.sql.scope import Column, literal, quote


class DataFile(NamedTuple):
    """An object of a table, and where its bytes can be read on this disk.

    Attributes:
        path: text, since a table may have very many files.
        values: of its partition, by key.
        link: another path to the same bytes, whose folders name the partition's values.
    """

    uri: str
    path: str
    size: int
    modified: float = 0.0
    values: tuple[str, ...] = ()
    link: str | None = None


@dataclass
class Reading:
    """What a format needs to know: the columns of the table in order, the ones that are wanted, the serde.

    Attributes:
        connection: DuckDB, to look into files; it also takes Arrow tables.
        folder: for files that are unpacked.
        parameters: of the serde, then of the table, lower-case keys.
        keys: partition keys that DuckDB takes from the folders of `DataFile.link`.
        inputs: Hive's class that splits files into records.
        placed: whether rows must tell from which file they come.
        numbered: whether rows must tell their places in the file, in a column `file_row_number`; of Parquet only.
    """

    connection: Any
    folder: Path
    columns: tuple[Column, ...]
    wanted: list[Column]
    parameters: dict[str, str] = field(default_factory=dict)
    serde: str = ""
    keys: tuple[Column, ...] = ()
    inputs: str = ""
    placed: bool = False
    numbered: bool = False

    @property
    def option(self) -> str:
        """The option of DuckDB's readers about partitions."""
        if not self.keys:
            return "hive_partitioning=false"
        kinds = ", ".join(f"{literal(k.name)}: {literal(k.type.duckdb())}" for k in self.keys)
        return f"hive_partitioning=true, hive_types={{{kinds}}}"

    @property
    def carried(self) -> str:
        """Columns that a relation inside takes along: which file, and the partition."""
        return ", ".join(["file_index", *(quote(k.name) for k in self.keys)])


Piece = tuple[list[DataFile], dict[str, str], str]
"""Files, SQL per wanted column, and the relation that it reads."""


def file_list(files: list[DataFile]) -> str:
    return "[" + ", ".join(literal(f.link or f.path) for f in files) + "]"
