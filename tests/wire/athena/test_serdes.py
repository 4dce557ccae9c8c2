"""Every serde that people meet: https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html."""

import bz2
import gzip
import io
import json
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc, parquet

ROW = "ROW FORMAT SERDE "
JSON = ROW + "'org.openx.data.jsonserde.JsonSerDe' "
GROK = ROW + "'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES "
REGEX = ROW + "'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES "


def hadoop_snappy(body: bytes) -> bytes:
    packed = pa.Codec("snappy").compress(body, asbytes=True)
    return len(body).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed


def lz4_frame(body: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "lz4") as out:
        out.write(body)
    return sink.getvalue().to_pybytes()


def zstd(body: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(body, asbytes=True))


CASES: dict[str, tuple[str, str, dict[str, bytes], list[list[str | None]]]] = {
    "packed": (
        "id int, name string", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
        {"a.csv": b"1,a\n", "b.csv.gz": gzip.compress(b"2,b\r\n"), "c.csv.bz2": bz2.compress(b"3,c\n"),
         "d.snappy": hadoop_snappy(b"4,d\n"), "e.lz4": lz4_frame(b"5,e\n"), "f.zst": zstd(b"6,f\n"), "_hidden": b"x"},
        [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"], ["5", "e"], ["6", "f"]],
    ),
    "delimited": (
        "id int, tags array<string>, m map<string,int>, s struct<a:int,b:string>, note string",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY ',' "
        "MAP KEYS TERMINATED BY ':' NULL DEFINED AS 'NONE'",
        {"a": b"1|x,y|k:1,l:2|7,q|a\\|b\\\\\n2||NONE|NONE|NONE\n"},
        [["1", "[x, y]", "{k=1, l=2}", "{a=7, b=q}", "a|b\\"], ["2", "[]", None, None, None]],
    ),
    "control": (
        "id int, xs array<array<int>>", "STORED AS TEXTFILE",
        {"a": b"1\x011\x032\x023\n"}, [["1", "[[1, 2], [3]]"]],
    ),
    "header": (
        "id int, name string",
        ROW + "'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar'=';', \"quoteChar\"=\"\\\"\")",  # noqa: E501
        {"a.csv": b'id;name\n1;"a;b"\n', "b.csv": b'id;name\n2;"c ""d"""\n'}, [["1", "a;b"], ["2", 'c "d"']],
    ),
    "json": (
        "user_id int, ts bigint, deep struct<a:int>, Flag boolean",
        JSON + "WITH SERDEPROPERTIES ('mapping.ts'='timestamp', 'dots.in.keys'='true', 'ignore.malformed.json'='true')",
        {"a.json": b'{"user.id":1,"timestamp":5,"deep":{"A":2},"FLAG":true}\n', "b.json": b"oops\n"},
        [["1", "5", "{a=2}", "true"], [None, None, None, None]],
    ),
    "hivejson": (
        "id int, at timestamp", ROW + "'org.apache.hive.hcatalog.data.JsonSerDe'",
        {"a.json.gz": gzip.compress(b'{"id":1,"at":"2020-01-01 10:00:00"}\n{"id":null}\n')},
        [["1", "2020-01-01 10:00:00.000"], [None, None]],
    ),
    "regex": (
        "host string, code int, rest string",
        REGEX + "('input.regex'='^(?!#)(\\\\S+) (\\\\d+)(?: (.*))?$')",
        {"a.log": b"#comment\nh1 200 ok then\nh2 404\n"},
        [["h1", "200", "ok then"], ["h2", "404", None], [None, None, None]],
    ),
    "regexmore": (  # as in AWS's table of connection logs
        "host string, code int", REGEX + "('input.regex'='([^ ]*) ([0-9]*) ?([^ ]*)?( .*)?')",
        {"a.log": b"h1 200 ok then\nh2 404\n"}, [["h1", "200"], ["h2", "404"]],
    ),
    "csvcharacter": (  # one of each, and the usual one in place of none
        "a string, b string",
        ROW + "'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES "
        "('separatorChar'='||', 'escapeChar'='')",
        {"a": b'"1"|x\n'}, [["1", "x"]],
    ),
    "bracket": (
        "a string, b string", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '^'",
        {"a": b"1^,2,x^^\n"}, [["1,2", "x^"]],
    ),
    "onecharacter": (  # of a separator Hive takes the first character
        "a int, b string, c string",
        ROW + "'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('field.delim'='||', "
        "'serialization.last.column.takes.rest'='true')",
        {"a": b"1|x|y|z\n2|x\n"}, [["1", "x", "y|z"], ["2", "x", None]],
    ),
    "times": (  # https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
        "a timestamp, b timestamp",
        ROW + "'org.apache.hive.hcatalog.data.JsonSerDe' WITH SERDEPROPERTIES "
        "('timestamp.formats'=\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z',dd/MM/yyyy HH:mm,dd/MMM/yyyy:HH:mm:ss Z\")",
        {"a": b'{"a":"2020-01-02T03:04:05.678Z","b":"02/Jan/2020:03:04:05 +0200"}\n{"a":"31/12/2020 23:59"}\n'},
        [["2020-01-02 03:04:05.678", "2020-01-02 01:04:05.000"], ["2020-12-31 23:59:00.000", None]],
    ),
    "lazytimes": (
        "a timestamp, b int",
        ROW + "'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('field.delim'=',', "
        "'timestamp.formats'=\"yyyy-MM-dd'T'HH:mm:ss\")",
        {"a": b"2020-01-02T03:04:05,1\n2020-01-02 03:04:06,2\nbad,3\n"},
        [["2020-01-02 03:04:05.000", "1"], ["2020-01-02 03:04:06.000", "2"], [None, "3"]],
    ),
    "moments": (  # seconds, or milliseconds
        "a timestamp", JSON, {"a": b'{"a":1577836800}\n{"a":1577836801123}\n{"a":1577836802.5}\n'},
        [["2020-01-01 00:00:00.000"], ["2020-01-01 00:00:01.123"], ["2020-01-01 00:00:02.500"]],
    ),
    "ion": (  # https://docs.aws.amazon.com/athena/latest/ug/ion-serde.html
        "id int, at timestamp, day date, price decimal(5,2), tags array<string>, deep struct<a:int>, "
        "m map<string,int>, raw binary, inner_ string",
        ROW + "'com.amazon.ionhiveserde.IonHiveSerDe' WITH SERDEPROPERTIES ('ion.inner_.path_extractor'='(deep B 1)') "
        "STORED AS ION",
        {"a.ion": b"{ID: 1, at: 2020-01-02T03:04:05.678+02:00, day: 2020-01-02, price: 1.5, tags: [x, \"y z\", null], "
         b"deep: {A: 7, B: [p, q]}, m: {k: 2}, raw: {{AP8=}}} {id: null}\n",
         "b.ion.gz": gzip.compress(b"{id: 2, price: 2.25d0}")},
        [["1", "2020-01-02 01:04:05.678", "2020-01-02", "1.50", "[x, y z, null]", "{a=7}", "{k=2}", "00 ff", "q"],
         ["2", None, None, "2.25", None, None, None, None, None],
         [None] * 9],
    ),
    "grok": (
        "ip string, verb string, bytes int",
        GROK + "('input.format'='%{IP:ip} %{WORD:verb} %{SIZE:bytes}', 'input.grokCustomPatterns'='SIZE [0-9]+')",
        {"a.log": b"10.0.0.1 GET 12\nnope\n"}, [["10.0.0.1", "GET", "12"], [None, None, None]],
    ),
    "trail": (
        "eventversion string, useridentity struct<type:string,arn:string>, requestparameters string",
        ROW + "'com.amazon.emr.hive.serde.CloudTrailSerde' STORED AS INPUTFORMAT "
        "'com.amazon.emr.cloudtrail.CloudTrailInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",  # noqa: E501
        {"a.json.gz": gzip.compress(
            b'{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"x"},"requestParameters":{"k":1}},'
            b'{"eventVersion":"1.09"}]}'
        )},
        [["1.08", "{type=Root, arn=x}", '{"k":1}'], ["1.09", None, None]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_serdes(lab: Any, name: str) -> None:
    columns, form, files, expected = CASES[name]
    for key, body in files.items():
        lab.put(f"serde/{name}/{key}", body)
    properties = " TBLPROPERTIES ('skip.header.line.count'='1')" if name == "header" else ""
    done = lab.run(
        f"CREATE EXTERNAL TABLE sd_{name} ({columns}) {form} LOCATION 's3://{{bucket}}/serde/{name}/'{properties}"
    )
    assert done.state == "SUCCEEDED", done.reason
    outcome = lab.run(f"SELECT * FROM sd_{name} ORDER BY 1")
    assert outcome.state == "SUCCEEDED", outcome.reason
    assert outcome.rows == expected
    assert lab.run(f'SELECT count(DISTINCT "$path") FROM sd_{name}').rows == [
        [str(len([f for f in files if f[0] != "_"]))]
    ]


def test_records_of_cloudtrail_are_split_by_their_input_format(lab: Any) -> None:
    """The serde of AWS's present example, https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html."""
    lab.put("two/a.json", b'{"Records":[{"eventName":"A","resources":[{"ARN":"x"}]},{"eventName":"B"}]}')
    form = "STORED AS INPUTFORMAT '{0}' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'"
    plain, trail = "org.apache.hadoop.mapred.TextInputFormat", "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
    for name, inputs in (("whole", plain), ("split", trail)):
        lab.run(
            f"CREATE EXTERNAL TABLE {name} (eventname string, resources array<struct<arn:string>>) {ROW}"
            f"'org.apache.hive.hcatalog.data.JsonSerDe' {form.format(inputs)} LOCATION 's3://{{bucket}}/two/'"
        )
    asked = "SELECT eventname, resources[1].arn FROM {} ORDER BY 1"
    assert lab.run(asked.format("whole")).rows == [[None, None]]
    assert lab.run(asked.format("split")).rows == [["A", "x"], ["B", None]]


def test_what_is_written_is_read_back(lab: Any) -> None:
    """AVRO, partitioned ORC, buckets and compressions of CREATE TABLE AS."""
    query = "SELECT 1 AS id, 'x' AS name, ARRAY['a','b'] AS tags, DATE '2020-01-01' AS d, DECIMAL '1.50' AS m, MAP(ARRAY['k'], ARRAY[1]) AS mm, CAST(ROW(1, 'z') AS ROW(a integer, b varchar)) AS r, 'p' AS dt"  # noqa: E501
    expected = [["1", "x", "[a, b]", "2020-01-01", "1.50", "{k=1}", "{a=1, b=z}", "p"]]
    for number, properties in enumerate(
        (
            "format = 'AVRO'", "format = 'ORC', partitioned_by = ARRAY['dt']",
            "format = 'AVRO', partitioned_by = ARRAY['dt']",
            "format = 'TEXTFILE', write_compression = 'BZIP2', field_delimiter = '|'",
            "format = 'JSON', write_compression = 'ZSTD', partitioned_by = ARRAY['dt']",
            "format = 'PARQUET', bucketed_by = ARRAY['id'], bucket_count = 4, write_compression = 'ZSTD'",
        )
    ):  # fmt: skip
        done = lab.run(f"CREATE TABLE wr{number} WITH ({properties}) AS {query}")
        assert done.state == "SUCCEEDED", (properties, done.reason)
        assert lab.run(f"SELECT * FROM wr{number}").rows == expected, properties
        assert lab.run(f"INSERT INTO wr{number} {query}").state == "SUCCEEDED"
        assert lab.run(f"SELECT * FROM wr{number}").rows == expected * 2, properties


def test_partitions_are_pruned_wherever_the_condition_stands(lab: Any) -> None:
    for day in range(1, 9):
        sink = io.BytesIO()
        parquet.write_table(pa.table({"id": list(range(day * 20_000, (day + 1) * 20_000))}), sink)
        lab.put(f"prune/dt=2020-01-0{day}/a.parquet", sink.getvalue())
    lab.run(
        "CREATE EXTERNAL TABLE prune (id bigint) PARTITIONED BY (dt date) STORED AS PARQUET "
        "LOCATION 's3://{bucket}/prune/'"
    )
    lab.run("MSCK REPAIR TABLE prune")
    lab.run("CREATE VIEW pruned AS SELECT dt, count(*) AS n, sum(id) AS total FROM prune GROUP BY dt")
    whole = lab.run("SELECT sum(id) FROM prune").execution["Statistics"]["DataScannedInBytes"]
    for sql in (
        "SELECT n FROM pruned WHERE dt = DATE '2020-01-03' AND total > 0",
        "SELECT count(*) FROM (SELECT * FROM prune) WHERE dt = DATE '2020-01-03' AND id > 0",
        "WITH a AS (SELECT * FROM prune) SELECT count(*) FROM a WHERE dt = DATE '2020-01-03' AND id > 0",
        "SELECT count(*) FROM prune p JOIN (VALUES DATE '2020-01-03') AS v(d) ON p.dt = v.d WHERE p.dt = DATE '2020-01-03' AND id > 0",  # noqa: E501
    ):
        done = lab.run(sql)
        assert done.rows == [["20000"]], (sql, done.reason)
        assert 0 < done.execution["Statistics"]["DataScannedInBytes"] < whole / 3, sql
    assert lab.run('SELECT * FROM "prune$partitions" ORDER BY dt LIMIT 1').rows == [["2020-01-01"]]
    glue_partition = lab.glue.get_partition(
        DatabaseName=lab.database, TableName="prune", PartitionValues=["2020-01-01"]
    )["Partition"]
    glue_partition["StorageDescriptor"]["Columns"] = [{"Name": "id", "Type": "array<int>"}]
    lab.glue.update_partition(
        DatabaseName=lab.database, TableName="prune", PartitionValueList=["2020-01-01"],
        PartitionInput={"Values": ["2020-01-01"], "StorageDescriptor": glue_partition["StorageDescriptor"]},
    )  # fmt: skip
    assert lab.run("SELECT * FROM prune").reason.startswith("HIVE_PARTITION_SCHEMA_MISMATCH")


def test_shapes_of_a_gis_export_are_asked_for_points(lab: Any) -> None:
    """As in https://docs.aws.amazon.com/athena/latest/ug/geospatial-example-queries.html; outlines run clockwise."""
    square = {"rings": [[[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]], [[4, 4], [5, 4], [5, 5], [4, 5], [4, 4]]]}
    lines = {"paths": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]}
    whole = {"features": [{"attributes": {"NAME": "Kern", "AREA": 2.5}, "geometry": square}]}
    others = [{"attributes": {"name": "line"}, "geometry": lines}, {"attributes": {}, "geometry": {"x": 1, "y": 2}}]
    lab.put("counties/a.json", json.dumps(whole).encode())
    lab.put("counties/b.json", "\n".join(map(json.dumps, others)).encode())
    made = lab.run(
        "CREATE EXTERNAL TABLE counties (name string, area double, boundaryshape binary) "
        "ROW FORMAT SERDE 'com.esri.hadoop.hive.serde.JsonSerde' "
        "STORED AS INPUTFORMAT 'com.esri.json.hadoop.EnclosedJsonInputFormat' "
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION 's3://{bucket}/counties/'"
    )
    assert made.state == "SUCCEEDED", made.reason
    shape = "ST_GeomFromLegacyBinary(boundaryshape)"
    inside = ", ".join(f"ST_Contains({shape}, ST_Point({at}, {at}))" for at in (1, 4.5))
    assert lab.run(f"SELECT name, {inside} FROM counties WHERE area > 1").rows == [["Kern", "true", "false"]]
    assert lab.run(f"SELECT ST_AsText({shape}) FROM counties WHERE area IS NULL ORDER BY name").rows == [
        ["MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"],
        ["POINT (1 2)"],
    ]


def test_an_empty_line_is_a_row(lab: Any) -> None:
    """As PyAthena's tests record it of AWS: LazySimpleSerDe makes a row of every line."""
    lab.put("blank/a.tsv", b"1\t2\n1\n\n")
    lab.run(
        "CREATE EXTERNAL TABLE blank (a int, b int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' "
        "STORED AS TEXTFILE LOCATION 's3://{bucket}/blank/'"
    )
    assert lab.run("SELECT * FROM blank ORDER BY a, b").rows == [["1", "2"], ["1", None], [None, None]]


def test_json_that_is_nested_beyond_reason_is_read(lab: Any) -> None:
    """It once ended the process: DuckDB's reader of columns calls itself for each level."""
    deep = "[" * 100_000 + "]" * 100_000
    lab.put("abyss/a.json", f'{{"id":1,"deep":{deep}}}\n{{"id":2,"deep":"flat"}}\n'.encode())
    lab.run(f"CREATE EXTERNAL TABLE abyss (id int, deep string) {JSON} LOCATION 's3://{{bucket}}/abyss/'")
    assert lab.run("SELECT id, length(deep) FROM abyss ORDER BY 1").rows == [["1", "200000"], ["2", "4"]]


def test_a_line_that_is_too_long_is_told(lab: Any) -> None:
    lab.put("endless/a.csv.gz", gzip.compress(b"1\n" + b"x" * (65 * 2**20), 1))
    lab.run("CREATE EXTERNAL TABLE endless (a string) LOCATION 's3://{bucket}/endless/'")
    reason = lab.run("SELECT count(*) FROM endless").reason
    assert reason == "HIVE_CURSOR_ERROR: Line 2 is longer than 67108864 bytes"


def test_what_is_not_avro_names_the_object_and_no_file_of_this_machine(lab: Any) -> None:
    lab.put("noavro/a", b"text")
    lab.run(
        "CREATE EXTERNAL TABLE noavro (a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' "
        "STORED AS AVRO LOCATION 's3://{bucket}/noavro/'"
    )
    reason = lab.run("SELECT * FROM noavro").reason
    assert reason.startswith(f"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://{lab.bucket}/noavro/a: not Avro:")
    assert "read_avro" not in reason


def test_schemas_evolve_from_partition_to_partition(lab: Any) -> None:
    """Columns by name, wider types, members of structs that come and go; a partition that lies elsewhere."""

    def put(key: str, columns: dict[str, Any]) -> None:
        sink = io.BytesIO()
        parquet.write_table(pa.table(columns), sink)
        lab.put(key, sink.getvalue())

    put("ev/dt=1/a.parquet", {"id": pa.array([1], "int32"), "o": [{"a": 1, "b": "x"}], "f": pa.array([1.5], "float32")})
    put("ev/dt=2/a.parquet", {"ID": [2], "o": [{"b": "y", "c": 2.5}], "xs": [[{"k": 1}]]})
    put("elsewhere/z.parquet", {"id": [3]})
    lab.run(
        "CREATE EXTERNAL TABLE ev (id bigint, o struct<a:bigint,b:string,c:double>, f double, "
        "xs array<struct<k:int,z:string>>) PARTITIONED BY (dt int) STORED AS PARQUET LOCATION 's3://{bucket}/ev/'"
    )
    lab.run("MSCK REPAIR TABLE ev")
    assert lab.run("ALTER TABLE ev ADD PARTITION (dt=3) LOCATION 's3://{bucket}/elsewhere/'").state == "SUCCEEDED"
    assert lab.run("SELECT * FROM ev ORDER BY id").rows == [
        ["1", "{a=1, b=x, c=null}", "1.5", None, "1"],
        ["2", "{a=null, b=y, c=2.5}", None, "[{k=1, z=null}]", "2"],
        ["3", None, None, None, "3"],
    ]


def test_columns_of_orc_are_told_by_their_places(lab: Any) -> None:
    """https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html: by index is ORC's default."""
    sink = io.BytesIO()
    orc.write_table(pa.table({"b": [1, 2], "a": ["x", "y"]}), sink)
    lab.put("places/a.orc", sink.getvalue())
    serde = "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'"
    named = f"{serde} WITH SERDEPROPERTIES ('orc.column.index.access'='false')"
    for table, columns, form in (
        ("by_place", "p bigint, q string, r int", "STORED AS ORC"), ("by_name", "a string, b bigint", named),
        ("wrong", "p int, q int", "STORED AS ORC"),
    ):  # fmt: skip
        lab.run(f"CREATE EXTERNAL TABLE {table} ({columns}) {form} LOCATION 's3://{{bucket}}/places/'")
    assert lab.run("SELECT * FROM by_place ORDER BY 1").rows == [["1", "x", None], ["2", "y", None]]
    assert lab.run("SELECT * FROM by_name ORDER BY 1").rows == [["x", "1"], ["y", "2"]]
    reason = lab.run("SELECT * FROM wrong").reason
    assert reason.startswith("HIVE_BAD_DATA: Malformed ORC file. Cannot read SQL type 'integer' from ORC stream '.a'")
    lab.put("broken/a.orc", b"no ORC")
    lab.run("CREATE EXTERNAL TABLE broken (a int) STORED AS ORC LOCATION 's3://{bucket}/broken/'")
    assert lab.run("SELECT * FROM broken").reason.startswith("HIVE_BAD_DATA: Malformed ORC file.")


def test_binary_columns_of_parquet_hold_any_bytes(lab: Any) -> None:
    rows = {"b": [b"\x01\xff"], "t": ["é".encode()], "s": ["x"], "o": [{"k": b"in"}]}
    inside = pa.struct({"k": pa.binary()})
    kinds = pa.schema([("b", pa.binary()), ("t", pa.binary()), ("s", pa.string()), ("o", inside)])
    sink = io.BytesIO()
    parquet.write_table(pa.table(rows, kinds), sink)
    lab.put("bytes/a", sink.getvalue())
    columns = "b binary, t string, s binary"
    lab.run(f"CREATE EXTERNAL TABLE bytes ({columns}) STORED AS PARQUET LOCATION 's3://{{bucket}}/bytes/'")
    assert lab.run("SELECT b, t, s FROM bytes").rows == [["01 ff", "é", "78"]]
    columns = "t string, o struct<k:string>"  # text that is not marked as such, as Impala writes it
    lab.run(f"CREATE EXTERNAL TABLE unmarked ({columns}) STORED AS PARQUET LOCATION 's3://{{bucket}}/unmarked/'")
    sink = io.BytesIO()
    parquet.write_table(pa.table({n: rows[n] for n in ("t", "o")}), sink)
    lab.put("unmarked/a", sink.getvalue())
    assert lab.run("SELECT t, o FROM unmarked").rows == [["é", "{k=in}"]]


def test_every_type_of_avro_is_read(lab: Any) -> None:
    """Decimals, a codec, and what a file lacks: https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html."""
    from avro.datafile import DataFileWriter
    from avro.io import DatumWriter
    from avro.schema import parse

    price = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
    inside = {"type": "record", "name": "o", "fields": [{"name": "P", "type": ["null", price]}]}
    fields = [{"name": "id", "type": "int"}, {"name": "price", "type": price}, {"name": "o", "type": inside}]
    sink = io.BytesIO()
    schema = parse(json.dumps({"type": "record", "name": "r", "fields": fields}))
    with DataFileWriter(sink, DatumWriter(), schema, codec="bzip2") as writer:
        writer.append({"id": 1, "price": Decimal("12.34"), "o": {"P": Decimal("-0.01")}})
        writer.flush()
        lab.put("typed/a.avro", sink.getvalue())
    sink = io.BytesIO()
    with DataFileWriter(
        sink, DatumWriter(), parse('{"type":"record","name":"r","fields":[{"name":"old","type":"int"}]}')
    ) as writer:
        writer.append({"old": 2})
        writer.flush()
        lab.put("typed/b.avro", sink.getvalue())
    own = [{"name": "id", "type": "int", "aliases": ["old"]}, {"name": "word", "type": "string", "default": "none"}]
    literal = json.dumps({"type": "record", "name": "r", "fields": own})
    lab.run(
        "CREATE EXTERNAL TABLE typed (id int, price decimal(10,2), o struct<p:decimal(10,2)>, word string) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' "
        f"WITH SERDEPROPERTIES ('avro.schema.literal'='{literal}') STORED AS AVRO LOCATION 's3://{{bucket}}/typed/'"
    )
    found = lab.run("SELECT * FROM typed ORDER BY id")
    assert found.rows == [["1", "12.34", "{p=-0.01}", "none"], ["2", None, None, "none"]], found.reason


def test_ion_that_is_broken_or_nested_beyond_reason_ends_no_process(lab: Any) -> None:
    for name, body in (("a", b"{a: "), ("b", b"{a: " + b"[" * 100_000), ("c", b"\xe0\x01\x00\xea\xde\xff\xff")):
        lab.put(f"ions/{name}/a.ion", body)
        lab.run(f"CREATE EXTERNAL TABLE ions_{name} (a string) STORED AS ION LOCATION 's3://{{bucket}}/ions/{name}/'")
        assert lab.run(f"SELECT * FROM ions_{name}").state == "FAILED"
    assert lab.run("SELECT 1").rows == [["1"]]


def test_files_broken_at_random_are_told_without_a_place_on_this_machine(lab: Any) -> None:
    """Parquet and ORC whose bytes were changed: a row or a failure with a name, never more of this machine."""
    random = Random(7)
    table = pa.table({"a": [1, 2, 3] * 50, "s": ["x", "y", None] * 50})
    for form, write in (("PARQUET", parquet.write_table), ("ORC", orc.write_table)):
        sink = io.BytesIO()
        write(table, sink)
        where = f"STORED AS {form} LOCATION 's3://{{bucket}}/rnd_{form}/'"
        lab.run(f"CREATE EXTERNAL TABLE rnd_{form} (a bigint, s string) {where}")
        for _ in range(15):
            body = bytearray(sink.getvalue())
            for _ in range(3):
                body[random.randrange(len(body))] = random.randrange(256)
            lab.put(f"rnd_{form}/a", bytes(body))
            done = lab.run(f"SELECT count(*), sum(a), max(s) FROM rnd_{form}")
            assert "/objects/" not in done.reason
            assert not done.reason.startswith("GENERIC_INTERNAL_ERROR")
