"""The Glue Data Catalog inside Spark, a sink's catalog updates, and table formats.

Expectations: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html,
https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html,
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html.
"""

import json
from typing import Any

import pytest

from tests.wire.glue_runner.conftest import bring_jars

BUCKET = "glue-runner-wire"
BEGIN = """
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from pyspark.context import SparkContext
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session
def rows(query):
    return [tuple(row) for row in spark.sql(query).collect()]
def refused(action, text):
    try:
        action()
    except Exception as error:
        assert text in str(error), error
    else:
        raise AssertionError("not refused: " + text)
"""
CATALOG = """
spark.sql("create database sparked location 's3://glue-runner-wire/sparked/'")
assert ("sparked",) in rows("show databases")
spark.sql("create table sparked.p (id int, name string) partitioned by (dt string, hh int) stored as parquet")
spark.sql("insert into sparked.p partition (dt='2024-01-01', hh) values (1, 'a', 7), (2, 'it''s', 8)")
spark.sql("insert overwrite table sparked.p partition (dt='2024-01-01', hh=8) values (20, 'b')")
spark.sql("alter table sparked.p add partition (dt='2024-02-01', hh=0)")
assert rows("show partitions sparked.p") == [
    ("dt=2024-01-01/hh=7",), ("dt=2024-01-01/hh=8",), ("dt=2024-02-01/hh=0",)]
assert rows("select id, hh from sparked.p where dt like '2024-01%' and hh > 7") == [(20, 8)]
spark.sql("alter table sparked.p add columns (z double)")
spark.sql("alter table sparked.p drop partition (dt='2024-02-01', hh=0)")

df = spark.createDataFrame([(1, "a", "x"), (2, "b", "y")], ["Id", "Name", "part"])
df.write.partitionBy("part").saveAsTable("sparked.saved")
df.write.insertInto("sparked.saved")
assert rows("select count(*), max(Id) from sparked.saved where part = 'y'") == [(2, 2)]
spark.sql("create table sparked.ctas using orc as select * from sparked.saved")
spark.sql("create view sparked.seen as select Id from sparked.ctas where Id > 1")
assert rows("select * from sparked.seen") == [(2,), (2,)]
spark.sql("create table sparked.made stored as parquet as select 5 as a")
assert spark.table("sparked.made").first().a == 5
assert sorted(t.name for t in spark.catalog.listTables("sparked")) == ["ctas", "made", "p", "saved", "seen"]
spark.sql("drop view sparked.seen")
spark.sql("drop table sparked.made")
refused(lambda: spark.sql("drop database sparked"), "SCHEMA_NOT_EMPTY")
refused(lambda: spark.sql("alter table sparked.ctas rename to sparked.other"), "Table rename is not supported")
refused(lambda: spark.sql("select * from sparked.nothing"), "TABLE_OR_VIEW_NOT_FOUND")

import boto3
boto3.client("glue").create_database(DatabaseInput={"Name": "nowhere"})
refused(lambda: spark.sql("create table nowhere.t (a int) using parquet"), "Can not create a Path from an empty string")
refused(lambda: spark.sql("select no_such_function(1)"), "UNRESOLVED_ROUTINE")
s3 = boto3.client("s3")
s3.put_object(Bucket="glue-runner-wire", Key="sparked/lines/d=1/a.json", Body=b'{"id": 7, "deep": {"x": [1]}}')
spark.sql("create external table sparked.lines (id int, deep struct<x:array<int>>) partitioned by (d int) "
          "row format serde 'org.openx.data.jsonserde.JsonSerDe' location 's3://glue-runner-wire/sparked/lines/'")
spark.sql("msck repair table sparked.lines")
assert rows("select id, deep.x[0], d from sparked.lines") == [(7, 1, 1)]
spark.createDataFrame([(1,)], ["a"]).createOrReplaceTempView("left_behind")
print("catalog ok")
"""
SINK = """
def write(cells, columns, behaviour="UPDATE_IN_DATABASE", keys=("day", "hour")):
    frame = DynamicFrame.fromDF(spark.createDataFrame(cells, columns), glueContext, "frame")
    sink = glueContext.getSink(connection_type="s3", path="s3://glue-runner-wire/sunk/", enableUpdateCatalog=True,
                               updateBehavior=behaviour, partitionKeys=list(keys))
    sink.setFormat("glueparquet")
    sink.setCatalogInfo(catalogDatabase="sparked", catalogTableName="sunk")
    sink.writeFrame(frame)
write([(1, "d1", 1)], ["id", "day", "hour"])
write([(2, 0.5, "d2", 2)], ["id", "amount", "day", "hour"])
write([(3, True, "d3", 3)], ["id", "flag", "day", "hour"], "LOG")
write([(4, "d4", 4)], ["id", "day", "hour"], "LOG")
refused(lambda: write([(5, "d5", 5)], ["id", "day", "hour"], keys=("hour", "day")), "in the same order")
assert rows("select id, amount from sparked.sunk order by id") == [(1, None), (2, 0.5), (4, None)]
some = {"catalogPartitionPredicate": "day = 'd2' and hour = 2"}
frame = glueContext.create_dynamic_frame.from_catalog(
    database="sparked", table_name="sunk", additional_options=some)
assert frame.count() == 1
print("sink ok")
"""
ICEBERG = {
    "--datalake-formats": "iceberg",
    "--conf": "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
    " --conf spark.sql.catalog.glue_catalog=org.apache.iceberg.spark.SparkCatalog"
    " --conf spark.sql.catalog.glue_catalog.warehouse=s3://glue-runner-wire/warehouse/"
    " --conf spark.sql.catalog.glue_catalog.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog"
    " --conf spark.sql.catalog.glue_catalog.io-impl=org.apache.iceberg.aws.s3.S3FileIO",
}
LAKE = """
from concurrent.futures import ThreadPoolExecutor
spark.sql("create database if not exists glue_catalog.frozen")
spark.sql("create table glue_catalog.frozen.t (id bigint, name string) using iceberg")
spark.sql("insert into glue_catalog.frozen.t values (1, 'a'), (2, 'b')")
first = rows("select snapshot_id from glue_catalog.frozen.t.snapshots")[0][0]
spark.createDataFrame([(2, "B"), (3, "C")], ["id", "name"]).createOrReplaceTempView("news")
spark.sql("merge into glue_catalog.frozen.t t using news n on t.id = n.id "
          "when matched then update set * when not matched then insert *")
assert rows("select * from glue_catalog.frozen.t order by id") == [(1, "a"), (2, "B"), (3, "C")]
assert rows(f"select count(*) from glue_catalog.frozen.t version as of {first}") == [(2,)]
with ThreadPoolExecutor(2) as pool:  # commits that meet: one of them begins again
    list(pool.map(lambda n: spark.sql(f"insert into glue_catalog.frozen.t values ({n}, 'n')"), (10, 11)))
df = glueContext.create_data_frame.from_catalog(database="frozen", table_name="t")
assert df.count() == 5
glueContext.write_data_frame.from_catalog(frame=df, database="frozen", table_name="t")
assert spark.table("glue_catalog.frozen.t").count() == 10
print("iceberg ok")
"""


def test_spark_works_in_the_data_catalog(jobs: Any, aws: Any) -> None:
    outcome = jobs.run(BEGIN + CATALOG + SINK, {"--enable-glue-datacatalog": "true"})
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None), jobs.logs(outcome.run_id, "error")[-9:]
    assert {"catalog ok", "sink ok"} <= set(jobs.logs(outcome.run_id))

    glue = aws("glue")
    table = glue.get_table(DatabaseName="sparked", Name="p")["Table"]
    assert [c["Name"] for c in table["StorageDescriptor"]["Columns"]] == ["id", "name", "z"]
    assert table["StorageDescriptor"]["Location"] == "s3://glue-runner-wire/sparked/p"
    assert table["TableType"] == "MANAGED_TABLE"
    saved = glue.get_table(DatabaseName="sparked", Name="saved")["Table"]["Parameters"]
    assert saved["spark.sql.sources.provider"] == "parquet"
    fields = json.loads(saved["spark.sql.sources.schema"])["fields"]
    assert [field["name"] for field in fields] == ["Id", "Name", "part"]
    gone = jobs.s3.list_objects_v2(Bucket=BUCKET, Prefix="sparked/made/")
    assert gone["KeyCount"] == 0
    found = glue.get_partitions(DatabaseName="sparked", TableName="sunk")["Partitions"]
    assert sorted(p["Values"][0] for p in found) == ["d1", "d2", "d4"]

    other = jobs.run(BEGIN + "print(rows('show databases'), spark.catalog.listTables())")
    assert jobs.logs(other.run_id) == ["[('default',)] []"]


@pytest.mark.slow
def test_iceberg_tables_of_the_glue_catalog(jobs: Any, aws: Any) -> None:
    bring_jars(jobs.config, "iceberg")
    outcome = jobs.run(BEGIN + LAKE, ICEBERG)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None), jobs.logs(outcome.run_id, "error")[-9:]
    assert "iceberg ok" in jobs.logs(outcome.run_id)
    table = aws("glue").get_table(DatabaseName="frozen", Name="t")["Table"]
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert table["Parameters"]["metadata_location"].startswith("s3://glue-runner-wire/warehouse/frozen.db/t/metadata/")
