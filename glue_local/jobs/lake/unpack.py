"""Files in files: compressed files of any kind, zip archives, and the sheets of a workbook, each as a file of its own.

Memory stays constant except for workbooks, which their reader holds whole.
"""

import bz2
import csv
import datetime as dt
import gzip
import io
import lzma
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from lake.sniff import Layout, plain_name

WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
DOCUMENTS = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a PowerPoint presentation"}
CHUNK = 1 << 20


class UnpackError(ValueError):
    """The file, or one in it, cannot be taken apart; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in a file. `write` puts its bytes into an open one and raises what the readers of its format raise."""

    name: str
    write: Callable[[IO[bytes]], None]


def members(layout: Layout, name: str, file: IO[bytes]) -> Iterator[Member]:
    """The files in `file`, called `name`, whose layout says how it is packed. Folders and system files are left out.

    Raises:
        UnpackError: it is a document without rows, it is damaged, or the library that reads it is missing.
    """
    if layout.kind == "packed":
        yield Member(plain_name(name), lambda out: _decompress(layout.compression, file, out))
    elif layout.kind == "zip":
        yield from _zip(file)
    else:
        yield from _sheets(file)


def _decompress(compression: str, file: IO[bytes], out: IO[bytes]) -> None:
    openers: dict[str, Callable[[Any], Any]] = {
        "gzip": lambda raw: gzip.GzipFile(fileobj=raw),
        "bzip2": bz2.BZ2File,
        "xz": lzma.LZMAFile,
    }
    with (openers.get(compression) or _arrow(compression))(file) as source:
        shutil.copyfileobj(source, out, CHUNK)


def _arrow(compression: str) -> Callable[[Any], Any]:
    """Arrow reads what Python's own library does not."""
    import pyarrow as pa

    return lambda raw: pa.CompressedInputStream(raw, {"zstandard": "zstd"}.get(compression, compression))


def _zip(file: IO[bytes]) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise UnpackError(f"a damaged zip archive: {error}") from error
    names = archive.namelist()
    if any(name in names for name in WORKBOOKS) or _is_spreadsheet(archive, names):
        file.seek(0)
        yield from _sheets(file)
        return
    for mark, what in DOCUMENTS.items():
        if mark in names:
            raise UnpackError(f"{what}, which has no rows")
    for entry in archive.infolist():
        if not entry.is_dir() and not _of_the_system(entry.filename):
            yield Member(entry.filename, _writer(archive, entry))


def _of_the_system(name: str) -> bool:
    """What macOS and editors leave in archives: `__MACOSX/`, `.DS_Store`."""
    return any(part == "__MACOSX" or part.startswith(".") for part in PurePosixPath(name).parts)


def _writer(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[IO[bytes]], None]:
    def write(out: IO[bytes]) -> None:
        try:
            with archive.open(entry) as source:
                shutil.copyfileobj(source, out, CHUNK)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # RuntimeError: it wants a password
            raise UnpackError(f"{entry.filename} in the zip archive: {error}") from error

    return write


def _is_spreadsheet(archive: zipfile.ZipFile, names: list[str]) -> bool:
    return "mimetype" in names and archive.read("mimetype").startswith(SPREADSHEET)


def _sheets(file: IO[bytes]) -> Iterator[Member]:
    """The first sheet that has rows, and those that have the same heading; any other is refused by name.

    Excel (xlsx, xlsb, xls) and OpenDocument; each sheet as CSV in UTF-8.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise UnpackError("a workbook: reading it needs python-calamine in --additional-python-modules") from error
    try:
        book = CalamineWorkbook.from_filelike(file)
        sheets = {name: _rows(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}
    except CalamineError as error:
        raise UnpackError(f"a damaged or protected workbook: {error}") from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    for name, rows in filled.items():
        first = next(iter(filled))
        yield Member(f"{name}.csv", _csv_writer(rows) if rows[0] == filled[first][0] else _refusal(name, first))


def _refusal(name: str, first: str) -> Callable[[IO[bytes]], None]:
    def write(_out: IO[bytes]) -> None:
        raise UnpackError(f"sheet {name!r} has other columns than sheet {first!r}: load it as a file of its own")

    return write


def _rows(cells: list[list[Any]]) -> list[list[str]]:
    """The rows that are not empty, as texts."""
    rows = [[_text(cell) for cell in row] for row in cells]
    return [row for row in rows if any(row)]


def _text(cell: Any) -> str:
    """A cell as CSV has it. A workbook has floating-point numbers only: whole ones are written without a fraction."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


def _csv_writer(rows: list[list[str]]) -> Callable[[IO[bytes]], None]:
    def write(out: IO[bytes]) -> None:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        csv.writer(text, lineterminator="\n").writerows(rows)
        text.detach()

    return write
