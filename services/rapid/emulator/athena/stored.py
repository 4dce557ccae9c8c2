"""Result objects read back, a page at a time: what GetQueryResults shows of a result that is not in memory.

A page's token names the byte at which it begins, so that the thousandth page costs what the first did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

Row = list[str | None]
_CHUNK = 256 * 1024
_CELL = re.compile(rb'(?:"((?:[^"]++|"")*+)")?([,\n])')


@dataclass(frozen=True)
class Place:
    """Where a page begins: so many rows from the first, a header included, and at this byte of the object."""

    row: int = 0
    byte: int = 0


def page(path: Path, header: list[str] | None, place: Place, limit: int) -> tuple[list[Row], Place]:
    """Rows of a result object, and where the next page begins.

    Args:
        path: the object's bytes; those of a `.csv` begin with the header, those of a `.txt` have none.
        header: a first row that is not in the object.
        place: where to begin.
        limit: how many rows, at most.
    """
    rows: list[Row] = []
    if header is not None and place.row == 0:
        rows.append([*header])
    byte = place.byte
    with path.open("rb") as source:
        source.seek(byte)
        found = csv_rows(source) if path.suffix == ".csv" else _lines(source)
        for row, end in islice(found, limit - len(rows)):
            rows.append(row)
            byte = place.byte + end
    return rows, Place(place.row + len(rows), byte)


def csv_rows(source: BinaryIO) -> Iterator[tuple[Row, int]]:
    """The rows of a result file, each with how many bytes were read by its end.

    They tell NULL from the empty string, as no CSV reader does.
    """
    buffer, at, before = b"", 0, 0
    row: Row = []
    while True:
        cell = _CELL.match(buffer, at)
        if cell is None:
            more = source.read(_CHUNK)
            if not more:
                return
            before += at
            buffer, at = buffer[at:] + more, 0
            continue
        row.append(None if cell[1] is None else cell[1].replace(b'""', b'"').decode())
        at = cell.end()
        if cell[2] == b"\n":
            yield row, before + at
            row = []


def _lines(source: BinaryIO) -> Iterator[tuple[Row, int]]:
    end = 0
    for line in source:
        end += len(line)
        yield [line.decode().removesuffix("\n")], end
