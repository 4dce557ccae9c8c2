"""Schemas that crawlers infer: https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html.

Parameters and SerDes are those of tables that AWS's crawlers made, as published DDL shows them.
"""

import bz2
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc
from pyarrow import parquet as pq

CSV = "id,name,price,active,day\n1,Ann,2.5,true,2026-01-01\n2,Bob,3,false,2026-01-02\n"
PEOPLE = [{"id": 1, "name": "Ann", "tags": ["a"], "at": {"city": "Rome", "zip": 5}, "big": 1700000000000},
          {"id": 2, "name": "Bob", "tags": [], "at": {"city": "Oslo"}, "score": 1.5, "ok": True}]  # fmt: skip
PEOPLE_COLUMNS = {
    "id": "int", "name": "string", "tags": "array<string>", "at": "struct<city:string,zip:int>", "big": "bigint",
    "score": "double", "ok": "boolean",
}  # fmt: skip
LINES = "\n".join(json.dumps(person) for person in PEOPLE) + "\n"


def test_csv_with_a_header(lake: Any, columns_of: Any) -> None:
    lake.put("sales/data.csv", CSV)
    table = lake.crawl("sales/")["sales"]
    assert columns_of(table) == {
        "id": "bigint", "name": "string", "price": "double", "active": "boolean", "day": "string",
    }  # fmt: skip
    storage = table["StorageDescriptor"]
    assert storage["Location"] == f"s3://{lake.bucket}/sales/"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    assert (table["TableType"], table["Owner"], storage["NumberOfBuckets"]) == ("EXTERNAL_TABLE", "owner", -1)
    parameters = table["Parameters"]
    assert len(parameters.pop("CRAWL_RUN_ID")) == 36
    assert parameters.pop("UPDATED_BY_CRAWLER").startswith("crawler-")
    assert parameters == {
        "CrawlerSchemaDeserializerVersion": "1.0", "CrawlerSchemaSerializerVersion": "1.0",
        "areColumnsQuoted": "false", "averageRecordSize": str(len(CSV) // 2), "classification": "csv",
        "columnsOrdered": "true", "compressionType": "none", "delimiter": ",", "objectCount": "1", "recordCount": "2",
        "sizeKey": str(len(CSV)), "skip.header.line.count": "1", "typeOfData": "file",
    }  # fmt: skip
    assert storage["Parameters"] == table["Parameters"] | {
        key: storage["Parameters"][key] for key in ("CRAWL_RUN_ID", "UPDATED_BY_CRAWLER")
    }


@pytest.mark.parametrize(
    ("body", "names", "delimiter"),
    [
        ("1,2\n3,4\n", ["col0", "col1"], ","),
        ("a;b\n1;2\n", ["a", "b"], ";"),
        ("a|b\n1|2\n", ["a", "b"], "|"),
        ("a\tb\n1\t2\n", ["a", "b"], "\t"),
        ("name,city\nAnn,Rome\nBob,Oslo\n", ["col0", "col1"], ","),  # all strings: no header can be told
        ('id,text\n1,"a, b"\n2,"c ""d"""\n', ["id", "text"], ","),
    ],
)
def test_csv_delimiters_and_headers(lake: Any, columns_of: Any, body: str, names: list[str], delimiter: str) -> None:
    lake.put("t/data.csv", body)
    table = lake.crawl("t/")["t"]
    assert list(columns_of(table)) == names
    assert table["Parameters"]["delimiter"] == delimiter


def test_custom_csv_classifiers(lake: Any, columns_of: Any) -> None:
    glue, name = lake.glue, lake.bucket
    glue.create_classifier(
        CsvClassifier={
            "Name": name, "Delimiter": "^", "QuoteSymbol": "'", "ContainsHeader": "ABSENT",
            "Header": ["Key", "Day", "n"],
            "CustomDatatypeConfigured": True, "CustomDatatypes": ["STRING", "DATE", "INT"], "Serde": "OpenCSVSerDe",
        }
    )  # fmt: skip
    lake.put("c/data", "'a^b'^2026-01-01^1\n'c'^2026-01-02^2\n")
    table = lake.crawl("c/", Classifiers=[name])["c"]
    assert columns_of(table) == {"key": "string", "day": "date", "n": "int"}
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.OpenCSVSerde"
    assert (serde["Parameters"]["separatorChar"], serde["Parameters"]["quoteChar"]) == ("^", "'")
    assert "skip.header.line.count" not in table["Parameters"]


@pytest.mark.parametrize(
    "body",
    [LINES, json.dumps(PEOPLE[0], indent=2) + "\n" + json.dumps(PEOPLE[1], indent=2), LINES.rstrip()],
)
def test_json(lake: Any, columns_of: Any, body: str) -> None:
    lake.put("people/a.json", body)
    table = lake.crawl("people/")["people"]
    assert columns_of(table) == PEOPLE_COLUMNS
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"
    assert serde["Parameters"] == {"paths": "at,big,id,name,ok,score,tags"}
    assert (table["Parameters"]["classification"], table["Parameters"]["recordCount"]) == ("json", "2")


def test_json_arrays(lake: Any, columns_of: Any) -> None:
    """Without a classifier an array is one record with one column; a JSON path takes its elements."""
    lake.put("all/a.json", json.dumps([{"id": 1, "n": "x"}, {"id": 2, "n": "y"}]))
    assert columns_of(lake.crawl("all/")["all"]) == {"array": "array<struct<id:int,n:string>>"}
    lake.put("deep/a.json", json.dumps({"meta": 1, "data": {"rows": [{"id": 1}, {"id": 2.5}]}}))
    for name, path in ((lake.bucket, "$[*]"), (f"{lake.bucket}-2", "$.data.rows[*]")):
        lake.glue.create_classifier(JsonClassifier={"Name": name, "JsonPath": path})
    tables = lake.crawl("all/", Classifiers=[lake.bucket], TablePrefix="p_")
    assert columns_of(tables["p_all"]) == {"id": "int", "n": "string"}
    assert tables["p_all"]["StorageDescriptor"]["SerdeInfo"]["Parameters"]["jsonPath"] == "$[*]"
    assert columns_of(lake.crawl("deep/", Classifiers=[f"{lake.bucket}-2"])["deep"]) == {"id": "double"}


def _arrow_codec(name: str) -> Callable[[bytes], bytes]:
    return lambda data: bytes(pa.compress(data, codec=name, asbytes=True))


def _snappy_frames(data: bytes) -> bytes:
    """The framing format, one chunk compressed and one not, without checksums."""
    half = len(data) // 2
    chunks = [(0, pa.compress(data[:half], codec="snappy", asbytes=True)), (1, data[half:])]
    framed = (bytes([kind]) + (len(chunk) + 4).to_bytes(3, "little") + bytes(4) + chunk for kind, chunk in chunks)
    return b"\xff\x06\x00\x00sNaPpY" + b"".join(framed)


def _snappy_hadoop(data: bytes) -> bytes:
    chunk = pa.compress(data, codec="snappy", asbytes=True)
    return len(data).to_bytes(4, "big") + len(chunk).to_bytes(4, "big") + bytes(chunk)


@pytest.mark.parametrize(
    ("suffix", "name", "pack"),
    [
        ("gz", "gzip", gzip.compress),
        ("bz2", "bzip2", bz2.compress),
        ("lz4", "lz4", _arrow_codec("lz4")),
        ("zst", "zstd", _arrow_codec("zstd")),
        ("snappy", "snappy", _snappy_hadoop),
        ("sz", "snappy", _snappy_frames),
    ],
)
def test_compression(lake: Any, columns_of: Any, suffix: str, name: str, pack: Callable[[bytes], bytes]) -> None:
    lake.put(f"{suffix}/a.json.{suffix}", pack(LINES.encode()))
    table = lake.crawl(f"{suffix}/")[suffix]
    assert columns_of(table) == PEOPLE_COLUMNS
    assert (table["Parameters"]["compressionType"], table["StorageDescriptor"]["Compressed"]) == (name, True)
    assert table["Parameters"]["sizeKey"] == str(len(pack(LINES.encode())))
    assert table["Parameters"]["recordCount"] == "2"


@pytest.mark.parametrize("pack", [gzip.compress, _arrow_codec("zstd")])
def test_a_packed_document_longer_than_the_first_part(lake: Any, columns_of: Any, pack: Any) -> None:
    lake.put("long/a", pack(json.dumps({"id": 1, "text": "x" * 3_000_000}).encode()))
    assert columns_of(lake.crawl("long/")["long"]) == {"id": "int", "text": "string"}


def _arrow() -> pa.Table:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    return pa.table(
        {
            "Id": pa.array([1, 2, 3], pa.int32()), "n": pa.array([1, 2, 3], pa.int64()), "x": [1.0, 2.0, 3.0],
            "f": pa.array([1, 2, 3], pa.float32()), "s": ["a", "b", "c"], "b": [True, False, True],
            "d": [date(2026, 1, 1)] * 3, "t": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("us")),
            "m": pa.array([Decimal("1.50")] * 3, pa.decimal128(10, 2)), "l": [[1], [2], []],
            "r": [{"a": 1, "b": "x"}] * 3, "z": pa.array([b"x"] * 3, pa.binary()),
        }
    )  # fmt: skip


ARROW_COLUMNS = {
    "id": "int", "n": "bigint", "x": "double", "f": "float", "s": "string", "b": "boolean", "d": "date",
    "t": "timestamp", "m": "decimal(10,2)", "l": "array<bigint>", "r": "struct<a:bigint,b:string>", "z": "binary",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["parquet", "orc"])
def test_columnar(lake: Any, columns_of: Any, kind: str) -> None:
    buffer = io.BytesIO()
    if kind == "parquet":
        pq.write_table(_arrow(), buffer)
    else:
        orc.write_table(_arrow(), buffer)
    lake.put(f"{kind}/part-0", buffer.getvalue())
    table = lake.crawl(f"{kind}/")[kind]
    assert columns_of(table) == ARROW_COLUMNS
    parameters = table["Parameters"]
    found = [parameters[key] for key in ("classification", "recordCount", "compressionType")]
    assert found == [kind, "3", "none"]
    assert kind in table["StorageDescriptor"]["InputFormat"].lower()


def test_avro(lake: Any, columns_of: Any) -> None:
    from avro.datafile import DataFileWriter
    from avro.io import DatumWriter
    from avro.schema import parse

    schema = {"type": "record", "name": "r", "fields": [
        {"name": "Id", "type": "long"}, {"name": "name", "type": ["null", "string"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "m", "type": {"type": "map", "values": "double"}},
    ]}  # fmt: skip
    buffer = io.BytesIO()
    writer = DataFileWriter(buffer, DatumWriter(), parse(json.dumps(schema)))
    from datetime import date

    for number in range(5):
        writer.append({"Id": number, "name": None, "day": date(2026, 1, 1), "tags": [], "m": {}})
    writer.flush()
    lake.put("events/a.avro", buffer.getvalue())
    table = lake.crawl("events/")["events"]
    assert columns_of(table) == {
        "id": "bigint", "name": "string", "day": "date", "tags": "array<string>", "m": "map<string,double>",
    }  # fmt: skip
    assert table["Parameters"]["recordCount"] == "5"
    literal = table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["avro.schema.literal"]
    assert json.loads(literal)["name"] == "r"


XML = """<?xml version="1.0"?><catalog>
<book id="bk101"><author>Rivera</author><price>44.95</price><pages>10</pages></book>
<book id="bk102"><author>Stiles</author><price>5</price><pages>20</pages></book></catalog>"""


def test_xml(lake: Any, columns_of: Any) -> None:
    lake.put("books/a.xml", XML)
    lake.glue.create_classifier(XMLClassifier={"Name": lake.bucket, "Classification": "xml", "RowTag": "book"})
    table = lake.crawl("books/", Classifiers=[lake.bucket])["books"]
    assert columns_of(table) == {"_id": "string", "author": "string", "price": "double", "pages": "int"}
    assert table["StorageDescriptor"]["SerdeInfo"]["Parameters"] == {"rowTag": "book"}
    assert (table["Parameters"]["classification"], table["Parameters"]["recordCount"]) == ("xml", "2")


APACHE = '10.0.0.1 - frank [10/Oct/2026:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://x/y" "Mozilla/4.08"\n'


def test_logs(lake: Any, columns_of: Any) -> None:
    lake.put("web/access.log", APACHE * 3)
    table = lake.crawl("web/")["web"]
    assert table["Parameters"]["classification"] == "combined_apache"
    assert {"clientip", "timestamp", "verb", "request", "response", "bytes", "agent"} <= set(columns_of(table))
    lake.glue.create_classifier(
        GrokClassifier={
            "Name": lake.bucket, "Classification": "special-logs",
            "GrokPattern": r"%{TIMESTAMP_ISO8601:timestamp} \[%{PREFIX:prefix}\] %{LEVEL:level} : %{NUMBER:n:int} %{GREEDYDATA:message}",  # noqa: E501
            "CustomPatterns": "LEVEL (BENCHMARK|INFO)\nPREFIX .*-.*",
        }
    )  # fmt: skip
    lake.put("own/a.log", "2026-01-01T10:00:00Z [a-b] INFO : 5 hello\n2026-01-01T10:00:01Z [a-b] BENCHMARK : 6 you\n")
    table = lake.crawl("own/", Classifiers=[lake.bucket])["own"]
    assert columns_of(table) == {
        "timestamp": "string", "prefix": "string", "level": "string", "n": "int", "message": "string",
    }  # fmt: skip
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe"
    assert table["Parameters"]["classification"] == "special-logs"


ION = """$ion_1_0
item::{id: 1, Name: "Ann", kind: 'a b', price: 1.50, weight: 2e0, at: 2026-01-01T10:00:00Z, tags: [a, "b"], n: null}
{id: 2, Name: null.string, raw: {{aGk=}}, ok: true, inner: {x: 1, y: (1 2.5)}, big: 1700000000000}
"""


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_ion(lake: Any, columns_of: Any, binary: bool, pack: Any) -> None:
    """Types: https://github.com/amazon-ion/ion-hive-serde/blob/master/docs/type-mapping.md."""
    from amazon.ion import simpleion

    structs = simpleion.loads(ION, single_value=False)
    body = simpleion.dumps(structs, binary=True, sequence_as_stream=True) if binary else ION.encode()
    lake.put("items/a.ion", pack(body))
    table = lake.crawl("items/")["items"]
    assert columns_of(table) == {
        "id": "int", "name": "string", "kind": "string", "price": "decimal(38,18)", "weight": "double",
        "at": "timestamp", "tags": "array<string>", "n": "string", "raw": "binary", "ok": "boolean",
        "inner": "struct<x:int,y:array<decimal(38,18)>>", "big": "bigint",
    }  # fmt: skip
    assert (table["Parameters"]["classification"], table["Parameters"]["recordCount"]) == ("ion", "2")
    storage = table["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == "com.amazon.ionhiveserde.IonHiveSerDe"
    assert storage["InputFormat"] == "com.amazon.ionhiveserde.formats.IonInputFormat"


@pytest.mark.parametrize("body", ["some words of a text", "{a: 1} and more", "{a: 1} {b: "])
def test_text_that_only_begins_like_ion_is_unknown(lake: Any, body: str) -> None:
    lake.put("text/a", body)
    assert lake.crawl("text/")["text"]["Parameters"]["classification"] == "UNKNOWN"


def test_classifiers_that_cannot_work_are_refused(lake: Any) -> None:
    for given in (
        {"GrokClassifier": {"Name": "x", "Classification": "c", "GrokPattern": "%{NOPE:x}"}},
        {"JsonClassifier": {"Name": "x", "JsonPath": "$.["}},
    ):
        with pytest.raises(lake.glue.exceptions.InvalidInputException, match="x"):
            lake.glue.create_classifier(**given)


def test_unknown_data_is_said_to_be_unknown(lake: Any) -> None:
    lake.put("junk/a.bin", bytes(range(256)) * 4)
    lake.put("junk/broken.parquet", b"PAR1 this is not it PAR1")
    tables = lake.crawl("junk/")
    assert {table["Parameters"]["classification"] for table in tables.values()} == {"UNKNOWN"}
