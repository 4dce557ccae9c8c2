"""Relationalize: nested frames as flat tables that can be joined again.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Relationalize.html
"""

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import mapping, paths

_ID, _PARTITION_BITS = "__id", 33
"""A column of Spark's own numbers; how far up in them the number of the partition stands."""


def relationalize(df: DataFrame, root: str, name: str = "") -> dict[str, DataFrame]:
    """Splits a nested frame into flat ones.

    Structs are flattened into dotted names. An array column becomes a number, from 1 without gaps, the `id` of its
    rows in a frame of its own, `<root>_<path>`, with columns id, index (from 0), and `<path>.val` or
    `<path>.val.<field>`. Arrays in arrays give frames of frames.

    Args:
        df: the frame; its choices are resolved.
        root: the name of the root frame, the prefix of the others.
        name: the name of this frame, if it is not the root.

    Returns:
        Frames by name, the root first.
    """
    flat = mapping.unnest(df)
    arrays = [f for f in flat.schema.fields if isinstance(f.dataType, spark.ArrayType)]
    if not arrays:
        return {name or root: flat}
    # The same id must come out each time a frame is computed, whatever the plan around it: hence the cache on disk.
    keyed = flat.withColumn(_ID, F.monotonically_increasing_id()).persist(StorageLevel.DISK_ONLY)
    key = _number(keyed)
    kept = [
        (F.when(column.isNotNull(), key) if isinstance(f.dataType, spark.ArrayType) else column).alias(f.name)
        for f in flat.schema.fields
        for column in (paths.column([f.name]),)
    ]
    frames = {name or root: keyed.select(*kept)}
    for field in arrays:
        child = keyed.select(key.alias("id"), F.posexplode(paths.column([field.name])).alias("index", "val"))
        value = f"{field.name}.val"
        renamed = child.select("id", "index", F.col("val").alias(value))
        frames.update(relationalize(renamed, root, f"{root}_{field.name}"))
    return frames


def _number(keyed: DataFrame) -> Column:
    """The rows' numbers from 1 on, as AWS's examples compare them: Spark's own have gaps between partitions."""
    partition = F.shiftright(_ID, _PARTITION_BITS)
    sizes = keyed.groupBy(partition.alias("partition")).count().collect()
    first, starts = 1, list[Column]()
    for row in sorted(sizes, key=lambda row: row["partition"]):
        starts += [F.lit(row["partition"]), F.lit(first - (row["partition"] << _PARTITION_BITS))]
        first += row["count"]
    return F.col(_ID) + F.element_at(F.create_map(*starts), partition) if starts else F.col(_ID)
