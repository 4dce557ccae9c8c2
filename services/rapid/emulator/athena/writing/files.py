"""A query's rows as files: made by DuckDB or Arrow in a folder, then uploaded to S3."""

import bz2
import gzip
import shutil
import time
import uuid
from pathlib import Path
from urllib.parse import unquote

from rapid.emulator.athena.arrow import sound
from rapid.emulator.athena.buckets import bucket_sql
from rapid.emulator.athena.partitions import NO_VALUE, spec
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Typed, literal, quote
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.writing.options import Target
from rapid.emulator.athena.writing.values import lazy_text

MAX_PARTITIONS = 100
_BUCKET = "$bucket"
_CHUNK = 2**20
_GZIP_LEVEL = 4
"""A tenth larger than at Hadoop's 6, in half the time; Arrow's own, 9, takes twenty times as long."""


class Writer:
    """Writes a query's rows to a target. `written` and `partitions` tell afterwards where they are."""

    def __init__(self, session: Session, target: Target) -> None:
        self.session, self.target = session, target
        self.folder: Path = session.runs.engine.work / f"write-{uuid.uuid4().hex}"
        self.written: list[str] = []
        self.partitions: dict[tuple[str, ...], str] = {}
        self._keys = [c for c in target.columns if c.name in target.keys]
        self._data = [c for c in target.columns if c.name not in target.keys]

    def write(self, sql: str) -> int:
        """Writes the rows of `sql`, whose columns are named as the target's; returns their number.

        Raises:
            SqlError: HIVE_TOO_MANY_OPEN_PARTITIONS.
        """
        self.folder.mkdir()
        try:
            count = self._make(sql)
            self.session.measure()
            self.session.run.executed = time.monotonic()
            stamp = time.strftime("%Y%m%d_%H%M%S", time.gmtime())
            # Trino opens a file with its first row: no rows, no file, except for buckets.
            made = sorted(p for p in self.folder.rglob("*") if p.is_file()) if count or self.target.buckets else []
            for number, path in enumerate(made):
                self.session.run.check()
                self._upload(path, f"{stamp}_{number:05d}_{uuid.uuid4().hex[:5]}_{uuid.uuid4()}")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return count

    def _make(self, sql: str) -> int:
        items = self._items()
        items += [
            f"coalesce({text(Typed(quote(c.name), c.type))}, '{NO_VALUE}') AS {quote(c.name)}" for c in self._keys
        ]
        folders = [c.name for c in self._keys]
        if self.target.buckets:
            names, number = self.target.buckets
            kinds = {c.name: c.type for c in self._data}
            bucket = bucket_sql([Typed(quote(n), kinds[n]) for n in names], number)
            items.append(f"{bucket} AS {quote(_BUCKET)}")
            folders.append(_BUCKET)
        source = f"SELECT {', '.join(items)} FROM ({sql})"
        if folders:
            self._check_partitions(source, folders)
        if self.target.form in ("ORC", "AVRO", "ION"):
            return self._through_arrow(source, folders)
        options = [self._format()]
        if folders:
            options.append(f"PARTITION_BY ({', '.join(quote(n) for n in folders)})")
        where = str(self.folder) if folders else str(self.folder / "part")
        (row,) = self.session.connection.rows(f"COPY ({source}) TO {literal(where)} ({', '.join(options)})")
        if self._has_hive_timestamps():
            for path in self.folder.rglob("*"):
                if path.is_file():
                    self.session.run.check()
                    with_hive_timestamps(path, self.target.codec)
        return int(row[0])

    def _items(self) -> list[str]:
        """The data columns; text formats have one column, the line."""
        values = {c.name: self._value(c) for c in self._data}
        if self.target.form == "JSON":
            record = ", ".join(f"{quote(n)}: {v}" for n, v in values.items())
            return [f"CAST(to_json({{{record}}}) AS VARCHAR) AS line"]
        if self.target.form == "TEXTFILE":
            line = self.target.delimiter.join(values) if self.target.headed else "line"
            between = literal(self.target.delimiter)
            return [f"array_to_string([{', '.join(values.values())}], {between}) AS {quote(line)}"]
        return [f"{v} AS {quote(n)}" for n, v in values.items()]

    def _value(self, column: Column) -> str:
        """A column as the file holds it: text files hold Athena's text, the others the value."""
        name = quote(column.name)
        if self.target.form == "TEXTFILE":
            shown = lazy_text(Typed(name, column.type), self.target.text, self.target.escaped)
            return f"coalesce({shown}, {literal(self.target.text.null)})"
        if self.target.form == "JSON" and column.type.name.startswith("timestamp"):
            return text(Typed(name, column.type))
        if self.target.form == "JSON" and column.type.name == "varbinary":
            return f"to_base64({name})"
        return f"CAST({name} AS {column.type.duckdb()})"

    def _check_partitions(self, source: str, folders: list[str]) -> None:
        names = ", ".join(quote(n) for n in folders)
        (row,) = self.session.connection.rows(f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM ({source}))")
        if int(row[0]) > MAX_PARTITIONS:
            message = f"Exceeded limit of {MAX_PARTITIONS} open writers for partitions/buckets"
            raise SqlError("HIVE_TOO_MANY_OPEN_PARTITIONS", message)

    def _has_hive_timestamps(self) -> bool:
        return self.target.form == "PARQUET" and any("timestamp" in str(c.type) for c in self._data)

    def _format(self) -> str:
        if self.target.form == "PARQUET":
            return f"FORMAT parquet, COMPRESSION {'uncompressed' if self._has_hive_timestamps() else self.target.codec}"
        packed = "zstd" if self.target.codec == ".zst" else "none"
        # Whole lines: characters that text does not have stand for the separator and the quotes.
        header = str(self.target.headed).lower()
        return f"FORMAT csv, HEADER {header}, DELIM '\x1f', QUOTE '\x1e', ESCAPE '\x1e', COMPRESSION {packed}"

    def _through_arrow(self, source: str, folders: list[str]) -> int:
        """ORC, Avro and Ion, a file per partition and bucket."""
        connection = self.session.connection
        table = connection.arrow(source)
        name = f"rows_{uuid.uuid4().hex}"
        connection.register(name, table)
        keys = ", ".join(quote(n) for n in folders)
        groups = connection.rows(f"SELECT DISTINCT {keys} FROM {quote(name)}") if folders else [()]
        data = ", ".join(quote(c.name) for c in self._data)
        for group in groups:
            where = " AND ".join(f"{quote(n)} = {literal(str(v))}" for n, v in zip(folders, group, strict=True))
            part = connection.arrow(f"SELECT {data} FROM {quote(name)}{' WHERE ' + where if where else ''}")
            folder = self.folder / spec(folders, map(str, group)) if folders else self.folder
            folder.mkdir(parents=True, exist_ok=True)
            self._write_arrow(part, folder / "part")
        return int(table.num_rows)

    def _write_arrow(self, table: object, path: Path) -> None:
        if self.target.form == "ORC":
            from pyarrow import orc

            orc.write_table(sound(table), str(path), compression=self.target.codec)
        elif self.target.form == "ION":
            from rapid.emulator.athena.formats import ion

            ion.write(table, path, self.target.ion_text)
        else:
            from rapid.emulator.athena.formats import avro

            avro.write(table, path)

    def _upload(self, path: Path, name: str) -> None:
        place = self.target.location.rstrip("/") + "/"
        parts = list(path.relative_to(self.folder).parent.parts)
        if self.target.buckets:
            name += f"_bucket-{int(parts.pop().partition('=')[2]):05d}"
        if self.target.keys:
            values = tuple(unquote(part.partition("=")[2]) for part in parts)
            place += spec(self.target.keys, values) + "/"
            self.partitions[values] = place.rstrip("/")
        codec = self.target.codec if self.target.form in ("JSON", "TEXTFILE") else ""
        uri = f"{place}{name}{codec}"
        self.session.objects.put(uri, _packed(path, codec))
        self.written.append(uri)


def _packed(path: Path, codec: str) -> Path:
    """A text file packed; DuckDB's own gzip takes five times as long, and it has no bzip2."""
    if codec not in (".gz", ".bz2"):
        return path
    packed = path.with_name(path.name + codec)
    with (
        path.open("rb") as source,
        gzip.open(packed, "wb", _GZIP_LEVEL) if codec == ".gz" else bz2.open(packed, "wb") as sink,
    ):
        shutil.copyfileobj(source, sink, _CHUNK)
    path.unlink()
    return packed


def with_hive_timestamps(path: Path, codec: str) -> None:
    """Writes a Parquet file anew with timestamps of 96 bits, as Athena writes Hive tables; a row group at a time.

    DuckDB reads them and does not write them. https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
    """
    from pyarrow import parquet

    name = {"uncompressed": "none", "lz4_raw": "lz4"}.get(codec, codec)
    level = _GZIP_LEVEL if codec == "gzip" else None
    made = path.with_name(f"{path.name}.int96")
    with parquet.ParquetFile(path) as source:
        schema = source.schema_arrow
        options = {"compression": name, "compression_level": level, "use_deprecated_int96_timestamps": True}
        with parquet.ParquetWriter(made, schema, **options) as sink:
            for number in range(source.num_row_groups):
                sink.write_table(source.read_row_group(number))
    made.replace(path)
