"""What dynamic frames cost beside Spark's own: the same table read and written again through both, in one job."""

import json
from collections.abc import Iterator

from bench.glue_jobs import BUCKET, jobs
from bench.harness import Figure, Instance

ROWS, QUICK_ROWS = 5_000_000, 250_000
SCRIPT = """
import json, sys, time
import boto3
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["root", "rows", "bucket", "key"])
glue = GlueContext(SparkContext())
spark, root = glue.spark_session, args["root"]
table = spark.range(int(args["rows"])).selectExpr(
    "id", "concat('name ', id % 5000) name", "id % 97 / 7 amount", "string(date'2026-01-01' + int(id % 365)) day")
HEADER = {"csv": {"header": "true"}}

def frame(kind):
    read = spark.read.format(kind).options(**HEADER.get(kind, {})).load(f"{root}/{kind}/")
    read.write.mode("overwrite").format(kind).options(**HEADER.get(kind, {})).save(f"{root}/frame-{kind}/")

def dynamic(kind):
    options = {"withHeader": True} if kind == "csv" else {}
    read = glue.create_dynamic_frame.from_options("s3", {"paths": [f"{root}/{kind}/"]}, kind, options)
    glue.purge_s3_path(f"{root}/dynamic-{kind}/", {"retentionPeriod": 0})
    glue.write_dynamic_frame.from_options(read, "s3", {"path": f"{root}/dynamic-{kind}/"}, kind)

def seconds(work, kind):
    begin = time.perf_counter()
    work(kind)
    return time.perf_counter() - begin

found = {}
for kind in ("json", "csv", "parquet"):
    table.write.mode("overwrite").format(kind).options(**HEADER.get(kind, {})).save(f"{root}/{kind}/")
    turns = [(seconds(frame, kind), seconds(dynamic, kind)) for _ in range(2)]
    found[kind] = [min(times) for times in zip(*turns)]
    counts = [spark.read.format(kind).options(**HEADER.get(kind, {})).load(f"{root}/{way}-{kind}/").count()
              for way in ("frame", "dynamic")]
    assert counts == [int(args["rows"])] * 2, (kind, counts)
boto3.client("s3").put_object(Bucket=args["bucket"], Key=args["key"], Body=json.dumps(found))
"""


def measure(instance: Instance) -> Iterator[Figure]:
    found, rows = jobs(instance), QUICK_ROWS if instance.quick else ROWS
    found.create("frames", SCRIPT, root=f"s3://{BUCKET}/frames", rows=str(rows), bucket=BUCKET, key="frames.json")
    found.run("frames")
    figures = json.load(found.s3.get_object(Bucket=BUCKET, Key="frames.json")["Body"])
    for kind, (plain, dynamic) in figures.items():
        name = f"DynamicFrame beside DataFrame, {kind}, {rows / 1e6:g} M rows"
        yield Figure(name, dynamic / plain, "x", f"read and written: {dynamic:.1f} s beside {plain:.1f} s")
