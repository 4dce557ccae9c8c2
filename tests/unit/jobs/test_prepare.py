"""Files in files, and files that Spark does not read as they are: what is staged of them for it to read."""

import bz2
import datetime as dt
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lake import sniff, unpack
from lake.prepare import SPLIT, Quotes, Source, prepare
from lake.storage import S3Object

CSV = b"id,name\n1,a\n2,b\n"


class MemoryBucket:
    """A bucket's objects as a dictionary, with what `prepare` asks of it."""

    name = "lake"

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.client = self

    def head(self, key: str, length: int) -> bytes:
        return self.objects[key][:length]

    def stream(self, key: str) -> Iterable[bytes]:
        return [self.objects[key]]

    def get_object(self, Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        return {"Body": io.BytesIO(self.objects[Key][first : last + 1])}

    def upload_fileobj(self, file: Any, _bucket: str, key: str) -> None:
        self.objects[key] = file.read()


def prepared(name: str, content: bytes) -> tuple[list[Source], dict[str, bytes]]:
    """What becomes of one raw object, and the objects that are there then."""
    bucket = MemoryBucket({f"raw/x/{name}": content})
    item = S3Object(f"raw/x/{name}", "etag", len(content))
    return prepare(bucket, item, "batch"), bucket.objects  # type: ignore[arg-type]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def zstandard(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.csv.xz", lzma.compress), ("a.zst", zstandard), ("a.zip", lambda c: zipped(a__csv=c))],
)
def test_compressed_text_is_unpacked(name: str, pack: Callable[[bytes], bytes]) -> None:
    ((source,), objects) = prepared(name, pack(CSV))
    assert (source.layout.kind, source.layout.header) == ("csv", ("id", "name"))
    assert (objects[source.key], source.size) == (CSV, len(CSV))
    assert source.item.key == f"raw/x/{name}"


@pytest.mark.parametrize(("name", "pack"), [("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress)])
def test_what_spark_decompresses_itself_stays_where_it_is(name: str, pack: Callable[[bytes], bytes]) -> None:
    ((source,), objects) = prepared(name, pack(CSV))
    assert not source.staged
    assert len(objects) == 1


MIXED = b'id,name\r\n1,a\n2,b\r3,"c\r\nd"\r\n'


@pytest.mark.parametrize(
    ("name", "content", "rest"),
    [
        ("small.csv", MIXED, b""),
        ("large.csv", b"id,name\r\n" + b"1,a\r\n" * (sniff.HEAD // 5), b"2,b\n3,c\n"),
        ("packed.csv.gz", gzip.compress(MIXED), b""),
    ],
    ids=["in the head", "after the head", "compressed"],
)
def test_rows_that_end_in_several_ways_are_made_to_end_alike(name: str, content: bytes, rest: bytes) -> None:
    ((source,), objects) = prepared(name, content + rest)
    plain = gzip.decompress(content) if name.endswith(".gz") else content + rest
    assert source.staged
    assert objects[source.key] == plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


@pytest.mark.parametrize(
    ("late", "together"),
    [
        (b'2,"b, c"\n', False),
        (b'2,"b ""or"" c"\n', False),
        (b'2,"b\nc"\n', True),
        (b'2,5" pipe\n', True),
        (b'2,"b\r\n\r\nc ""d"""\n', True),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_large_csv_is_split_where_no_quotes_hold_line_ends(late: bytes, together: bool, encoding: str) -> None:
    content = b"id,name\n" + b"1,a\n" * (SPLIT // 4) + late + b"3,c\n"
    ((source,), _) = prepared("large.csv", content.decode().encode(encoding))
    assert source.multiline == together


def test_quotes_are_told_from_pieces_of_any_size() -> None:
    for text, holding in [('a,"b"\nc,"d"\n', False), ('a,"b\nc",d\n', True), ('"a\n\n"\n', True), ("a\n\nb", False)]:
        for size in range(1, len(text) + 1):
            quotes = Quotes()
            for start in range(0, len(text), size):
                quotes.read(text[start : start + size])
            assert quotes.hold_line_ends == holding


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_rows_that_end_alike_stay_where_they_are(end: bytes) -> None:
    ((source,), _) = prepared("a.csv", CSV.replace(b"\n", end))
    assert not source.staged


def test_a_parquet_file_may_be_compressed_as_a_whole() -> None:
    ((source,), objects) = prepared("a.parquet.gz", gzip.compress(parquet(pa.table({"a": [1, 2]}))))
    assert source.layout.kind == "parquet"
    assert pq.read_table(io.BytesIO(objects[source.key])).to_pydict() == {"a": [1, 2]}


def test_each_file_of_an_archive_is_a_source_of_its_own() -> None:
    files = {"a__csv": CSV, "b__csv__gz": gzip.compress(CSV), "c__jsonl": b'{"id":1}\n', "empty__csv": b""}
    system = {"__MACOSX/a__csv": b"\0\1", "folder/.DS_Store": b"\0\1"}
    out = io.BytesIO(zipped(**files))
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in system.items():
            archive.writestr(name, content)
        archive.writestr("inner.zip", zipped(d__csv=CSV))
    sources, _ = prepared("all.zip", out.getvalue())
    assert [source.layout.kind for source in sources] == ["csv", "csv", "jsonl", "empty", "csv"]
    assert len({source.key for source in sources if source.layout.kind != "empty"}) == 4
    assert {source.item.key for source in sources} == {"raw/x/all.zip"}


def test_what_cannot_be_unpacked_says_why() -> None:
    word = zipped(**{"word/document__xml": b"<w/>"})
    ((source,), _) = prepared("letter.docx", word)
    assert source.layout.reason == "a Word document, which has no rows"
    ((source,), _) = prepared("a.zip", zipped(a__csv=CSV)[:40])
    assert source.layout.reason.startswith("a damaged zip archive")
    ((source,), _) = prepared("a.xz", lzma.compress(CSV * 9)[:50])
    assert source.layout.kind == "unknown"
    ((source,), _) = prepared("a.csv.zst", zstandard(CSV * 99)[:30])
    assert source.layout.kind == "unknown"
    nested = CSV
    for _ in range(5):
        nested = zipped(a__zip=nested)
    ((source,), _) = prepared("a.zip", nested)
    assert "archives in archives" in source.layout.reason


class Sheet:
    def __init__(self, rows: list[list[Any]]) -> None:
        self.rows = rows

    def to_python(self) -> list[list[Any]]:
        return self.rows


def test_sheets_with_the_first_ones_heading_are_loaded_and_others_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    day = dt.date(2026, 1, 2)
    sheets = {
        "Cover": [["", ""], ["", ""]],
        "January": [["id", "zip", "day", "ok"], [1.0, "007", day, True], ["", "", "", ""], [2.5, "008", "", False]],
        "February": [["id", "zip", "day", "ok"], [1e20, "009", day, True]],
        "Notes": [["written by"], ["me"]],
    }

    class Workbook:
        sheet_names = tuple(sheets)

        @staticmethod
        def from_filelike(_file: Any) -> "Workbook":
            return Workbook()

        def get_sheet_by_name(self, name: str) -> Sheet:
            return Sheet(sheets[name])

    calamine = type("module", (), {"CalamineWorkbook": Workbook, "CalamineError": ValueError})
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", calamine)
    found = list(unpack.members(sniff.Layout("workbook"), "book.xls", io.BytesIO(b"any")))
    assert [member.name for member in found] == ["January.csv", "February.csv", "Notes.csv"]
    out = io.BytesIO()
    found[0].write(out)
    assert out.getvalue().decode() == "id,zip,day,ok\n1,007,2026-01-02,true\n2.5,008,,false\n"
    with pytest.raises(unpack.UnpackError, match="'Notes' has other columns than sheet 'January'"):
        found[2].write(io.BytesIO())


def test_a_real_workbook_is_read() -> None:
    """The smallest file that Excel's format allows, made by hand."""
    pytest.importorskip("python_calamine")
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = [("A1", "id"), ("B1", "zip"), ("A2", 1), ("B2", "007")]
    row = {
        number: "".join(
            f'<c r="{at}" t="inlineStr"><is><t>{v}</t></is></c>'
            if isinstance(v, str)
            else f'<c r="{at}"><v>{v}</v></c>'
            for at, v in cells
            if at.endswith(number)
        )
        for number in "12"
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Target="worksheets/sheet1.xml" '
            f'Type="{office}/worksheet"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {main}><sheetData>"
            + "".join(f'<row r="{number}">{text}</row>' for number, text in row.items())
            + "</sheetData></worksheet>",
        )
    ((source,), objects) = prepared("book.xlsx", out.getvalue())
    assert source.layout.header == ("id", "zip")
    assert objects[source.key] == b"id,zip\n1,007\n"
