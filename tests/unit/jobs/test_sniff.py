"""What a file is, told from its bytes."""

import bz2
import gzip

import pytest
from lake.sniff import Layout, sniff


def of(name: str, content: str | bytes) -> Layout:
    return sniff(name, content.encode() if isinstance(content, str) else content, whole=True)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jsonl", '{"a":1}\n{"a":2}\n', "jsonl"),
        ("a.jsonl", '{"a":1}\n', "jsonl"),
        ("a.jsonl", '{"a":\n{"a":1}\n', "jsonl"),
        ("a.jsonl", "garbage\n", "jsonl"),
        ("no_extension", '{"a":1}\n{"a":2}\n', "jsonl"),
        ("a.json", '[{"a":1}]', "json"),
        ("a.json", '{\n "a": 1\n}', "json"),
        ("a.json", '{\n"a":1}\n{"b":2}', "json"),
        ("firehose", '{"a":1}{"a":2}', "json"),
        ("a.json", '{"data":[{"a":1}]}', "json"),
        ("a.geojson", '{"type":"FeatureCollection","features":[\n{"type":"Feature"},\n{"type":"Feature"}]}', "json"),
        ("a.txt", "a;b\n1;2\n", "csv"),
        ("a.csv", "[id],name\n1,x\n", "csv"),
        ("a.bin", b"\x01\x02\x00\x03", "unknown"),
        ("a.csv", "", "empty"),
        ("a.csv", "\n \n", "empty"),
        ("a.dat", b"PAR1....", "parquet"),
        ("a.dat", b"ARROW1\0\0", "arrow"),
        ("a.dat", b"PK\x03\x04....", "zip"),
        ("a.csv.zst", b"\x28\xb5\x2f\xfd....", "packed"),
        ("a.parquet.gz", gzip.compress(b"PAR1....", mtime=0), "packed"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "workbook"),
        ("a.xml", "<?xml version='1.0'?><a><b>1</b></a>", "unknown"),
        ("a.txt", "<!DOCTYPE html><html></html>", "unknown"),
        ("a.csv", "<5,<7\n1,2\n", "csv"),
        ("a.yaml", "a: 1\nb: 2\n", "unknown"),
        ("a.json", '{"meta":{"page":1},"records":[{"a":1}]}', "json"),
        ("a.json", '{"id":1,"items":[{"a":1}]}', "jsonl"),
    ],
)
def test_kind(name: str, content: str | bytes, kind: str) -> None:
    assert of(name, content).kind == kind


@pytest.mark.parametrize(
    ("content", "separator", "header"),
    [
        ("a,b\n1,2\n", ",", ("a", "b")),
        ("a;b\n1,5;2\n2,5;3\n", ";", ("a", "b")),
        ("a\tb\n1\t2\n", "\t", ("a", "b")),
        ("a|b\n1|2\n", "|", ("a", "b")),
        ("1,2,x\n3,4,y\n", ",", None),
        ("name,city\nbob,paris\n", ",", ("name", "city")),
        ("country,1990,1991\nUS,1,2\nDE,3,4\n", ",", ("country", "1990", "1991")),
        (",a\n0,x\n1,y\n", ",", ("", "a")),
        ("# exported\na,b\n1,2\n3,4\n5,6\n", ",", ("a", "b")),
        ('a,b\n"x, y",1\n"line\nend",2\n', ",", ("a", "b")),
        ("zip\n00501\n", ",", ("zip",)),
        ("id,id,,select\n1,2,x,y\n3,4,x,y\n", ",", ("id", "id", "", "select")),
        ("x,x\nx,y\nz,x\n", ",", None),
        ("name,n\nbob,NA\neve,1.5\n", ",", ("name", "n")),
    ],
)
def test_csv(content: str, separator: str, header: tuple[str, ...] | None) -> None:
    layout = of("a.csv", content)
    assert (layout.separator, layout.header) == (separator, header)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
def test_encoding(encoding: str) -> None:
    text = "name,city\nJosé,Köln\n" * 20
    assert of("a.csv", text.encode(encoding)).encoding == encoding


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2")])
def test_compression_is_told_by_content(pack: object, name: str) -> None:
    layout = of("a.csv", pack(b"a,b\n1,2\n"))  # type: ignore[operator]
    assert (layout.compression, layout.kind, layout.header) == (name, "csv", ("a", "b"))


def test_damaged_gzip_says_so() -> None:
    layout = of("a.gz", b"\x1f\x8b\x08\x00garbage that is no deflate stream")
    assert layout.kind == "unknown"
    assert "gzip" in layout.reason
