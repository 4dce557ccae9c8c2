"""Exclude patterns, types, grok patterns: pure parts of crawlers."""

import io

import pytest

from rapid.emulator.glue.crawling.delimited import built_in
from rapid.emulator.glue.crawling.globs import excluder
from rapid.emulator.glue.crawling.objects import Stored
from rapid.emulator.glue.crawling.schema import Array, Struct, merge, of_value, render, similar
from rapid.emulator.glue.crawling.texts import Sample
from rapid.emulator.grok import GrokError, compiled


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        # https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
        ("*.csv", "a.csv", True),
        ("*.csv", "b/a.csv", False),
        ("**.csv", "b/a.csv", True),
        ("*.*", "no-dot", False),
        ("*.{csv,avro}", "a.avro", True),
        ("foo.?", "foo.x", True),
        ("foo.?", "foo.xy", False),
        ("myfolder/*", "myfolder/mysource", True),
        ("myfolder/*", "myfolder/mysource/data", False),
        ("myfolder/*/*", "myfolder/mysource/data", True),
        ("myfolder/**", "myfolder/mysource/mydata", True),
        ("myfolder**", "myfolder", True),
        ("Market*", "Market_us", True),
        ("2015/01/{[!0],0[8-9]}**", "2015/01/15/a", True),
        ("2015/01/{[!0],0[8-9]}**", "2015/01/08/a", True),
        ("2015/01/{[!0],0[8-9]}**", "2015/01/07/a", False),
        ("2015/0[2-9]/**", "2015/03/01/a", True),
        (r"a\{b", "a{b", True),
        ("*", ".hidden", True),
    ],
)
def test_exclusions(pattern: str, path: str, wanted: bool) -> None:
    assert excluder([pattern])(path) is wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, 2**40], "bigint"),
        ([1, 1.5], "double"),
        ([1, "x"], "string"),
        ([None, 1], "int"),
        ([{"a": 1}, {"b": [None, "x"]}], "struct<a:int,b:array<string>>"),
        ([[], [1, 2.5]], "array<double>"),
        ([{"a": 1}, "x"], "string"),
        ([[{"a": 1}], [{"a": "x", "b": None}]], "array<struct<a:string,b:string>>"),
    ],
)
def test_types_are_merged(values: list[object], wanted: str) -> None:
    kind = None
    for value in values:
        kind = merge(kind, of_value(value))
    assert render(kind) == wanted


def test_decimals_and_dates() -> None:
    assert merge("decimal(10,2)", "decimal(8,4)") == "decimal(12,4)"
    assert merge("decimal(10,2)", "double") == "double"
    assert merge("date", "timestamp") == "timestamp"
    assert merge(Array("int"), Struct(())) == "string"


def test_similarity() -> None:
    """https://repost.aws/knowledge-center/glue-crawler-detect-schema: 70 % of the columns."""
    assert similar({"a": "int", "b": "int"}, {"a": "int", "b": "string", "c": "int"})
    assert not similar({"a": "int", "b": "int"}, {"a": "int", "c": "int"})
    assert similar({"col0": "bigint"}, {"col0": "double"})
    assert not similar({"col0": "bigint"}, {"col0": "bigint", "col1": "bigint"})


def test_grok() -> None:
    """The example of https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-grok."""
    grok = compiled(
        r"%{TIMESTAMP_ISO8601:timestamp} \[%{MESSAGEPREFIX:message_prefix}\] %{CRAWLERLOGLEVEL:loglevel} : %{GREEDYDATA:message}",  # noqa: E501
        "CRAWLERLOGLEVEL (BENCHMARK|ERROR|WARN|INFO|TRACE)\nMESSAGEPREFIX .*-.*-.*-.*-.*",
    )
    found = grok.match("2017-03-30T12:00:00Z [1-2-3-4-5] INFO : all is well")
    assert found == {
        "timestamp": "2017-03-30T12:00:00Z", "message_prefix": "1-2-3-4-5", "loglevel": "INFO",
        "message": "all is well",
    }  # fmt: skip
    assert compiled("%{NUMBER:num:int}").columns == (("num", "int"),)
    assert grok.match("nothing") is None
    with pytest.raises(GrokError, match="no pattern"):
        compiled("%{NOPE:x}")
    with pytest.raises(GrokError, match="itself"):
        compiled("%{A:x}", "A %{A}")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("id;price\n1;2,5\n2;3,5\n", {"id": "bigint", "price": "string"}),
        ("low;high\n1,5;2,5\n3,5;4,5\n", {"col0": "string", "col1": "string"}),
        ("id,note\n1,a;b\n2,c\n3,d;e\n", {"id": "bigint", "note": "string"}),
    ],
)
def test_a_delimiter_splits_the_header_as_it_splits_the_rows(text: str, wanted: dict[str, str]) -> None:
    stored = Stored("b", "a.csv", len(text), (), "a.csv", "", None)
    found = built_in(Sample(stored, io.BytesIO(), "none", text.encode(), len(text), complete=True))
    assert found is not None
    assert {name: render(kind) for name, kind in found.schema.items()} == wanted
