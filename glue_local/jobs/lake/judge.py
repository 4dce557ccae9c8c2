"""The fate of each row: curated, duplicate or quarantined, and why."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.contract import Contract, Field
from lake.shape import Table, checked

CURATED, DUPLICATE, QUARANTINED = "curated", "duplicate", "quarantined"
CONTRADICTION = "contradicts "
"""What the status of a row begins with that shows a guessed type to be wrong; the columns' names follow."""
DAY = "yyyy-MM-dd"


def judge(rows: DataFrame, table: Table, contract: Contract, seen: DataFrame | None) -> DataFrame:
    """Adds `__reason` (of a bad row, else empty), `__status`, `__dt` (day of the event time) and `__key` (hash of the
    primary key); the last two are null where there is none.

    `rows` are those of `shape.cast_part`. `seen` has one column `key`: the hashes that earlier batches curated.
    """
    words = {field.name: field.type for field in contract.fields}
    faults = [_misfit(name, words.get(name) or table.columns[name].type.simpleString()[:80]) for name in checked(table)]
    faults += [fault for field in contract.fields for fault in _field_faults(field, set(checked(table)))]
    faults += [
        F.when(~F.expr(f"({rule.check})"), F.lit(f"quality rule {rule.name}: {rule.check}")) for rule in contract.rules
    ]
    reason = F.coalesce(F.col("__flaw"), F.concat_ws("; ", *faults) if faults else F.lit(""))
    rows = rows.select("__object", "__seq", "__raw", "__contradicted", *table.columns, reason.alias("__reason"))
    good = F.col("__reason") == ""
    nothing = F.lit(None)
    day = F.when(good, F.date_format(contract.event_time, DAY)) if contract.event_time else nothing.cast("string")
    key = F.when(good, key_hash(contract)) if contract.primary_key else nothing.cast("binary")
    status = F.when(good, CURATED).otherwise(QUARANTINED)
    rows = rows.select("*", day.alias("__dt"), key.alias("__key"), status.alias("__status"))
    if contract.primary_key:
        rows = _without_duplicates(rows, seen)
    columns = F.col("__contradicted")
    fate = F.when(columns == "", F.col("__status")).otherwise(F.concat(F.lit(CONTRADICTION), columns))
    return rows.withColumn("__status", fate)


def contradicted(statuses: Iterable[str]) -> set[str]:
    """The columns whose guessed types are wrong, by the statuses of the rows."""
    return {
        name
        for status in statuses
        if status.startswith(CONTRADICTION)
        for name in status.removeprefix(CONTRADICTION).split(",")
    }


def _shown(text: Column, name: str, what: str) -> Column:
    return F.concat(F.lit(f"{name}: '"), F.substring(text, 1, 80), F.lit(f"' {what}"))


def _misfit(name: str, word: str) -> Column:
    text = F.col(f"__text_{name}")
    return F.when(F.col(name).isNull() & text.isNotNull(), _shown(text, name, f"is not {word}"))


def _field_faults(field: Field, checked_names: set[str]) -> list[Column]:
    value = F.col(field.name)
    text = value.cast("string")
    faults: list[Column] = []
    if field.required:
        absent = F.col(f"__text_{field.name}") if field.name in checked_names else value
        faults.append(F.when(absent.isNull(), f"{field.name}: required, but missing"))
    if field.enum:
        faults.append(F.when(~value.isin(*field.enum), _shown(text, field.name, f"is none of {', '.join(field.enum)}")))
    if field.min is not None:
        faults.append(F.when(value < field.min, _shown(text, field.name, f"is below {field.min:g}")))
    if field.max is not None:
        faults.append(F.when(value > field.max, _shown(text, field.name, f"is above {field.max:g}")))
    return faults


def key_hash(contract: Contract) -> Column:
    """128 bits of the primary key's values. Lengths go in too, so that ("ab", "c") and ("a", "bc") differ."""
    texts = [F.coalesce(F.col(name).cast("string"), F.lit("\0")) for name in contract.primary_key]
    return F.unhex(
        F.md5(reduce(F.concat, [F.concat(F.length(text).cast("string"), F.lit(":"), text) for text in texts]))
    )


def _without_duplicates(rows: DataFrame, seen: DataFrame | None) -> DataFrame:
    """The first record of a key is curated; it is a duplicate where an earlier batch had the key."""
    received = [F.col("_received_at").asc_nulls_first()] if "_received_at" in rows.columns else []
    own = F.coalesce(F.col("__key"), F.encode(F.concat(F.lit("row "), F.col("__seq").cast("string")), "utf-8"))
    order = Window.partitionBy(own).orderBy(*received, "__object", "__seq")
    rows = rows.withColumn("__rank", F.when(F.col("__key").isNotNull(), F.row_number().over(order)))
    again = F.col("__rank") > 1
    if seen is not None:
        rows = rows.join(
            seen.select("key").distinct().withColumn("__seen", F.lit(True)), F.col("__key") == F.col("key"), "left"
        )
        again = again | F.col("__seen").isNotNull()
    status = F.when(F.col("__key").isNull(), QUARANTINED).when(again, DUPLICATE).otherwise(CURATED)
    return rows.withColumn("__status", status)
