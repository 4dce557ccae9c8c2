"""Column functions that Spark lacks, or names otherwise."""

from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812


def replaceArrayElement(srcCol: Any, replaceCol: Any, idx: Any) -> Column:
    """The array with the element at `idx` (from 0) replaced. An index beyond the array changes nothing."""
    wanted = idx if isinstance(idx, Column) else F.lit(idx)
    return F.transform(_column(srcCol), lambda item, i: F.when(i == wanted, _column(replaceCol)).otherwise(item))


def namedStruct(*cols: Any) -> Column:
    """A struct of names and values in turn: `namedStruct(lit("a"), col("x"), lit("b"), col("y"))`."""
    return F.call_function("named_struct", *(_column(col) for col in cols))


def explodeWithIndex(col: Any) -> Column:
    """One row per element, with its index (from 0), as columns `pos` and `col`."""
    return F.posexplode(_column(col))


def _column(col: Any) -> Column:
    return col if isinstance(col, Column) else F.col(col)
