"""Glue Studio's ready-made visual transforms: `import gs_now` gives frames a method `gs_now`, and so on.

https://docs.aws.amazon.com/glue/latest/ug/transforms-configure.html lists them. On AWS, Studio puts these modules
beside the script (`--extra-py-files`); here the import finds them in this module, unless the script brings its own.
Each function takes a DataFrame; the methods that they become exist on DataFrames and DynamicFrames.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import reduce
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import paths, types
from awsglue.frame.formats.json import infer

Names = str | Sequence[str]
_NANOSECONDS, _ID_DIGITS = 1_000_000, 19
_RUN_DIGITS, _ID_TYPE = "decimal(14,0)", "decimal(20,0)"
_UNITS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}
_LARGEST = {"seconds": 1e11, "milliseconds": 1e14}
"""Epoch numbers below these are in that unit; beyond, in the next smaller one: all mean years before 5138."""


def gs_now(df: DataFrame, colName: str = "timestamp", dateFormat: str | None = None) -> DataFrame:
    """Adds the time of processing: a timestamp, or text in a Python date format."""
    from datetime import UTC, datetime

    if not dateFormat:
        return df.withColumn(colName, F.current_timestamp())
    return df.withColumn(colName, F.lit(datetime.now(UTC).strftime(dateFormat)))


def gs_derived(df: DataFrame, colName: str, expr: str) -> DataFrame:
    """Adds or replaces a column by a Spark SQL expression."""
    return df.withColumn(colName, F.expr(expr))


def gs_concat(df: DataFrame, colName: str, colList: Names, spacer: str = "", nullValue: str | None = None) -> DataFrame:
    """Joins columns as text. Nulls are left out, unless `nullValue` stands for them."""
    columns = [_column(name).cast("string") for name in _names(colList)]
    if nullValue is not None:
        columns = [F.coalesce(column, F.lit(nullValue)) for column in columns]
    return df.withColumn(colName, F.concat_ws(spacer or "", *columns))


def gs_split(df: DataFrame, colName: str, pattern: str, newColName: str | None = None) -> DataFrame:
    """Splits text into an array by a regular expression."""
    return df.withColumn(newColName or _bare(colName), F.split(_column(colName), pattern))


def gs_array_to_cols(df: DataFrame, colName: str, colList: Names, arrayIndexes: Names | None = None) -> DataFrame:
    """Elements of an array as columns: the first ones, or those at `arrayIndexes`, counted from 1."""
    names = _names(colList)
    places = [int(index) for index in _names(arrayIndexes)] if arrayIndexes else range(1, len(names) + 1)
    return df.withColumns(
        {name: F.get(_column(colName), F.lit(place - 1)) for name, place in zip(names, places, strict=False)}
    )


def gs_explode(df: DataFrame, colName: str, newCol: str | None = None, outer: bool = False) -> DataFrame:
    """One row per element of an array, or per entry of a map, whose parts are then `<newCol>_key` and `_value`."""
    name, column = newCol or _bare(colName), _column(colName)
    one = F.explode_outer if str(outer).lower() == "true" else F.explode
    if isinstance(df.select(column).schema[0].dataType, spark.MapType):
        kept = [_column(paths.quote(c)) for c in df.columns]
        return df.select(*kept, one(column).alias(f"{name}_key", f"{name}_value"))
    return df.withColumn(name, one(column))


def gs_flatten(df: DataFrame, maxLevels: Any = 0, separator: str = ".") -> DataFrame:
    """Structs as columns with joined names, down to `maxLevels` levels; 0 is all of them."""
    deepest = int(maxLevels or 0)

    def leaves(kind: spark.StructType, above: list[str]) -> list[list[str]]:
        found: list[list[str]] = []
        for field in kind.fields:
            path = [*above, field.name]
            deep = isinstance(field.dataType, spark.StructType) and (not deepest or len(path) <= deepest)
            found.extend(leaves(field.dataType, path) if deep else [path])
        return found

    return df.select(*(paths.column(path).alias(separator.join(path)) for path in leaves(df.schema, [])))


def gs_null_rows(df: DataFrame, extended: bool = False) -> DataFrame:
    """Drops rows whose values are all null; `extended` counts empty texts, arrays and maps as null.

    https://docs.aws.amazon.com/glue/latest/dg/transforms-remove-null-rows.html
    """
    if str(extended).lower() != "true":
        return df.dropna(how="all")
    return df.where(reduce(Column.__or__, [_present(field) for field in df.schema.fields], F.lit(False)))


def _present(field: spark.StructField) -> Column:
    """Whether a column is neither null nor empty."""
    column = F.col(paths.quote(field.name))
    if isinstance(field.dataType, spark.StringType):
        return F.coalesce(column != "", F.lit(False))
    if isinstance(field.dataType, spark.ArrayType | spark.MapType):
        return F.size(column) > 0
    return column.isNotNull()


def gs_uuid(df: DataFrame, colName: str = "uuid") -> DataFrame:
    return df.withColumn(colName, F.expr("uuid()"))


def gs_sequence_id(df: DataFrame, colName: str = "id", unique: bool = False) -> DataFrame:
    """Numbers the rows, with gaps. `unique` ones differ from those of any other run, too, and are decimals.

    https://docs.aws.amazon.com/glue/latest/ug/transforms-identifier.html
    """
    number = F.monotonically_increasing_id()
    if str(unique).lower() != "true":
        return df.withColumn(colName, number)
    run = F.lit(str(time.time_ns() // _NANOSECONDS)).cast(_RUN_DIGITS) * F.lit(str(10**_ID_DIGITS)).cast(_ID_TYPE)
    return df.withColumn(colName, (run + number.cast(_ID_TYPE)).cast("decimal(38,0)"))


def gs_repartition(df: DataFrame, numPartitionsStr: str = "", partitionCols: Names | None = None) -> DataFrame:
    """Spreads rows over so many partitions; without a number, over as many as there are cores."""
    count = (
        int(numPartitionsStr)
        if str(numPartitionsStr or "").strip()
        else df.sparkSession.sparkContext.defaultParallelism
    )
    return df.repartition(count, *(_column(name) for name in _names(partitionCols or [])))


def gs_pivot(df: DataFrame, aggCol: str, aggFunction: str, colList: Names) -> DataFrame:
    """The values of columns become columns, filled by an aggregate; the other columns group the rows."""
    wanted = _names(colList)
    groups = [paths.quote(name) for name in df.columns if name not in {*wanted, aggCol}]
    if len(wanted) > 1:
        df = df.withColumn("__pivot", F.concat_ws("_", *(_column(name) for name in wanted)))
    pivot = "__pivot" if len(wanted) > 1 else wanted[0]
    return df.groupBy(*groups).pivot(pivot).agg({aggCol: aggFunction})


def gs_parse_json(df: DataFrame, colName: str, schema: str | None = None) -> DataFrame:
    """Text that holds JSON as a struct; its type is that of all values, or the one given. Other text is null."""
    if schema:
        return df.withColumn(_bare(colName), F.from_json(_column(colName), schema))
    kind, _, _ = infer(df.select(_column(colName).alias("value")))
    return df.withColumn(_bare(colName), F.from_json(_column(colName), types.plain(types.to_spark(kind))))


def gs_regex_extract(df: DataFrame, colName: str, regex: str, newCols: Names | None = None) -> DataFrame:
    """The groups of a regular expression as columns, or all that it matches if it has none.

    A group whose column has no name is left out. Text that does not match gives empty text, null gives null.
    https://docs.aws.amazon.com/glue/latest/dg/transforms-regex-extractor.html
    """
    column = _column(colName).cast("string")
    names = _names(newCols) if newCols else [_bare(colName)]
    java: Any = df.sparkSession.sparkContext._jvm
    first = min(java.java.util.regex.Pattern.compile(regex).matcher("").groupCount(), 1)
    found = {name: F.regexp_extract(column, regex, group) for group, name in enumerate(names, first) if name}
    return df.withColumns(found)


def gs_to_timestamp(
    df: DataFrame, colName: str, colType: str = "autodetect", newColName: str | None = None
) -> DataFrame:
    """Numbers since 1970 (seconds, milliseconds, microseconds) or text (iso) as a timestamp."""
    column, kind = _column(colName), colType.lower()
    number = column.cast("double")
    if kind in _UNITS:
        made = (number / _UNITS[kind]).cast("timestamp")
    elif kind == "iso":
        made = column.cast("string").cast("timestamp")
    elif kind == "autodetect":
        seconds = (
            F.when(F.abs(number) < _LARGEST["seconds"], number)
            .when(F.abs(number) < _LARGEST["milliseconds"], number / _UNITS["milliseconds"])
            .otherwise(number / _UNITS["microseconds"])
        )
        numeric = column.cast("string").rlike(r"^-?\d{5,}(\.\d+)?$")
        made = F.when(numeric, seconds.cast("timestamp")).otherwise(column.cast("string").cast("timestamp"))
    else:
        raise OptionError(f"colType {colType!r} is not one. Valid: autodetect, iso, {', '.join(_UNITS)}.")
    return df.withColumn(newColName or _bare(colName), made)


def gs_format_timestamp(df: DataFrame, colName: str, dateFormat: str, newColName: str | None = None) -> DataFrame:
    """A timestamp as text in a Spark date format, such as yyyy-MM-dd."""
    return df.withColumn(newColName or _bare(colName), F.date_format(_column(colName), dateFormat))


def enrich_df(name: str, function: Callable[..., DataFrame]) -> None:
    """Makes a function of DataFrames a method of DataFrames and DynamicFrames. AWS has it in `gs_common`."""
    from awsglue.dynamicframe import DynamicFrame

    def method(frame: Any, *args: Any, **kwargs: Any) -> Any:
        return frame._derive(function(frame.toDF(), *args, **kwargs))

    setattr(DataFrame, name, function)
    setattr(DynamicFrame, name, method)


def _names(given: Names) -> list[str]:
    return [name.strip() for name in given.split(",")] if isinstance(given, str) else list(given)


def _bare(name: str) -> str:
    return name.strip("`")


def _column(name: str) -> Column:
    """A column by its name; one that has dots in its name may be in back-ticks."""
    return F.col(name) if "`" in name or "." in name else F.col(paths.quote(name))


TRANSFORMS: dict[str, Callable[..., DataFrame]] = {
    name: found for name, found in list(globals().items()) if name.startswith("gs_")
}


class Finder(MetaPathFinder, Loader):
    """Answers `import gs_now` and its like, after every other finder has been asked."""

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in TRANSFORMS or fullname == "gs_common" else None

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.enrich_df = enrich_df  # type: ignore[attr-defined]
        if function := TRANSFORMS.get(module.__name__):
            setattr(module, module.__name__, function)
            enrich_df(module.__name__, function)


def install() -> None:
    """Puts the finder last. Called when `awsglue` is imported."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())
