"""The fate of each row: curated, duplicate or quarantined, and why."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.contract import Contract, Field

CURATED, DUPLICATE, QUARANTINED = "curated", "duplicate", "quarantined"
DAY = "yyyy-MM-dd"


def judge(rows: DataFrame, contract: Contract, seen: DataFrame | None) -> DataFrame:
    """Adds `__status`, `__dt` (day of the event time, or null) and `__key` (hash of the primary key, or null).

    `seen` has one column `key`: the hashes of the records that earlier batches curated.
    """
    faults = [fault for field in contract.fields for fault in _field_faults(field)]
    faults += [
        F.when(~F.expr(f"({rule.check})"), F.lit(f"quality rule {rule.name}: {rule.check}")) for rule in contract.rules
    ]
    if faults:
        rows = rows.withColumn("__rules", F.when(F.col("__flaw").isNull(), F.concat_ws("; ", *faults)).otherwise(""))
        rows = rows.withColumn("__reason", F.concat_ws("; ", *[F.when(F.col(c) != "", F.col(c)) for c in ("__reason", "__rules")]))
    good = F.col("__reason") == ""
    day = F.date_format(contract.event_time, DAY) if contract.event_time else F.lit(None).cast("string")
    rows = rows.withColumn("__dt", F.when(good, day))
    if not contract.primary_key:
        return rows.withColumn("__key", F.lit(None).cast("binary")).withColumn(
            "__status", F.when(good, CURATED).otherwise(QUARANTINED)
        )
    return _without_duplicates(rows.withColumn("__key", F.when(good, key_hash(contract))), seen)


def _field_faults(field: Field) -> list[Column]:
    value = F.col(field.name)
    faults: list[Column] = []
    if field.required:
        unread = F.instr("__reason", f"{field.name}: '") > 0
        faults.append(F.when(value.isNull() & ~unread, F.lit(f"{field.name}: required, but missing")))
    shown = F.concat(F.lit(f"{field.name}: '"), F.substring(value.cast("string"), 1, 80))
    if field.enum:
        faults.append(F.when(~value.isin(*field.enum), F.concat(shown, F.lit(f"' is none of {', '.join(field.enum)}"))))
    if field.min is not None:
        faults.append(F.when(value < field.min, F.concat(shown, F.lit(f"' is below {field.min:g}"))))
    if field.max is not None:
        faults.append(F.when(value > field.max, F.concat(shown, F.lit(f"' is above {field.max:g}"))))
    return faults


def key_hash(contract: Contract) -> Column:
    """128 bits of the primary key's values. Lengths go in too, so that ("ab", "c") and ("a", "bc") differ."""
    texts = [F.coalesce(F.col(name).cast("string"), F.lit("\0")) for name in contract.primary_key]
    return F.unhex(F.md5(reduce(F.concat, [F.concat(F.length(text).cast("string"), F.lit(":"), text) for text in texts])))


def _without_duplicates(rows: DataFrame, seen: DataFrame | None) -> DataFrame:
    """The first record of a key is curated; it is a duplicate where an earlier batch had the key."""
    received = [F.col("_received_at").asc_nulls_first()] if "_received_at" in rows.columns else []
    own = F.coalesce(F.col("__key"), F.encode(F.concat(F.lit("row "), F.col("__seq").cast("string")), "utf-8"))
    order = Window.partitionBy(own).orderBy(*received, "__object", "__seq")
    rows = rows.withColumn("__rank", F.when(F.col("__key").isNotNull(), F.row_number().over(order)))
    again = F.col("__rank") > 1
    if seen is not None:
        rows = rows.join(seen.select("key").distinct().withColumn("__seen", F.lit(True)), F.col("__key") == F.col("key"), "left")
        again = again | F.col("__seen").isNotNull()
    status = F.when(F.col("__key").isNull(), QUARANTINED).when(again, DUPLICATE).otherwise(CURATED)
    return rows.withColumn("__status", status)
