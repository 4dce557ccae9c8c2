"""The parser of DDL: https://docs.aws.amazon.com/athena/latest/ug/create-table.html."""

import pytest

from rapid.emulator.athena import hive
from rapid.emulator.athena.execute import check
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.sql.errors import MalformedQueryError


def test_create_table_with_every_clause() -> None:
    made = hive.create_table(
        Words(
            "IF NOT EXISTS `Db`.`my-table` (`id` bigint COMMENT 'it''s', s struct<a:int,b:array<string>>, d decimal(10,2)) "  # noqa: E501
            "COMMENT 'c' PARTITIONED BY (dt string, h int) CLUSTERED BY (id) INTO 4 BUCKETS "
            "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '|' "
            "STORED AS TEXTFILE LOCATION 's3://b/k/' TBLPROPERTIES ('a'='b', \"skip.header.line.count\"='1')"
        )
    )
    assert made.name == hive.Name("db", "my-table")
    assert made.if_not_exists
    assert [(c.name, c.type) for c in made.columns] == [
        ("id", "bigint"),
        ("s", "struct<a:int,b:array<string>>"),
        ("d", "decimal(10,2)"),
    ]
    assert made.columns[0].comment == "it's"
    assert [k.name for k in made.keys] == ["dt", "h"]
    assert made.buckets == (["id"], 4)
    assert made.serde_properties["field.delim"] == ","
    assert made.serde_properties["escape.delim"] == "\\"
    assert made.properties == {"a": "b", "skip.header.line.count": "1"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE EXTERNAL TABLE t (id nonsense) LOCATION 's3://b/'", "line 1:29: mismatched input 'nonsense'"),
        ("CREATE EXTERNAL TABLE t (id int) LOKATION 's3://b/'", "line 1:34: mismatched input 'LOKATION'"),
        ("SELECT 1 +", "line 1:"),
        ("SELECT a,, b FROM t", "line 1:10: mismatched input ','"),
        ("SELECT a::int FROM t", "line 1:9: mismatched input '::'"),
        ("FROM t SELECT a", "line 1:1: mismatched input 'FROM'"),
        ("COPY t TO 'x'", "line 1:1: mismatched input 'COPY'"),
        ("", "mismatched input '<EOF>'"),
    ],
)
def test_what_does_not_parse_says_where(text: str, message: str) -> None:
    with pytest.raises(MalformedQueryError) as failure:
        check(text)
    assert failure.value.reason.startswith(message)


@pytest.mark.parametrize(
    ("text", "kind", "substatement", "suffix"),
    [
        ("select 1", "DML", "SELECT", ".csv"),
        ("-- note\nWITH a AS (SELECT 1) SELECT * FROM a;", "DML", "SELECT", ".csv"),
        ("INSERT INTO t SELECT 1", "DML", "INSERT", ""),
        ("CREATE TABLE t AS SELECT 1 AS x", "DDL", "CREATE_TABLE_AS_SELECT", ""),
        ("SHOW TABLES", "UTILITY", "SHOW_TABLES", ".txt"),
        ("MSCK REPAIR TABLE t", "DDL", "MSCK_REPAIR_TABLE", ".txt"),
    ],
)
def test_statements_are_classified(text: str, kind: str, substatement: str, suffix: str) -> None:
    found = check(text)
    assert (found.kind, found.substatement) == (kind, substatement)
    assert found.suffix == suffix
