"""Which rows of a database are new: those whose key columns are beyond the last ones that were read.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html#monitor-continuations-jdbc (read 2026-11)
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.bookmarks import job
from awsglue.bookmarks.job import State
from awsglue.errors import OptionError

_CLASS = "JDBCDataSourceJobBookmarkState"


@dataclass(frozen=True)
class Keys:
    """Key columns, most significant first, and their order."""

    columns: Sequence[str]
    descending: bool

    def beyond(self, df: DataFrame, values: Sequence[str]) -> Column:
        """The condition that a row comes after `values` (texts, cast to the columns' types)."""
        found: list[Column] = []
        equal = F.lit(True)
        for name, value in zip(self.columns, values, strict=True):
            column = _column(df, name)
            limit = F.lit(value).cast(df.schema[_name(df, name)].dataType)
            found.append(equal & (column < limit if self.descending else column > limit))
            equal = equal & (column == limit)
        return reduce(Column.__or__, found)

    def last(self, df: DataFrame) -> list[str] | None:
        """The key of the last row in this order; None if there is no row."""
        row = F.struct(*(_column(df, name).alias(f"k{i}") for i, name in enumerate(self.columns)))
        present = reduce(Column.__and__, (_column(df, name).isNotNull() for name in self.columns))
        extreme = F.min(row) if self.descending else F.max(row)
        texts = [F.col("last").getField(f"k{i}").cast("string") for i in range(len(self.columns))]
        found = df.where(present).agg(extreme.alias("last")).select(*texts).first()
        return None if found is None or found[0] is None else [str(value) for value in found]


def unread(df: DataFrame, ctx: str, options: Mapping[str, Any], primary_key: Callable[[], Sequence[str]]) -> DataFrame:
    """The rows that earlier runs have not read; all of them if the run keeps no bookmark.

    Args:
        df: the table.
        ctx: `transformation_ctx`.
        options: `jobBookmarkKeys` and `jobBookmarkKeysSortOrder` (asc, desc) among others.
        primary_key: asked if no keys are given. It is used if it is one number without gaps, as AWS documents.

    Raises:
        OptionError: a key is no column of the table.
    """
    bookmark = job.active(ctx)
    if bookmark is None:
        return df
    keys = _given(df, options) or _default(df, primary_key())
    if keys is None:
        print(f"WARN bookmark of {ctx}: no usable key, all rows are read.", file=sys.stderr)  # noqa: T201 - the error log
        return df
    before, until = _values(bookmark.before(ctx), keys), _values(bookmark.until(ctx), keys)
    fresh = df.where(keys.beyond(df, before)) if before else df
    last = until if bookmark.is_range else keys.last(fresh)
    if last is None:
        return df.where(F.lit(False))
    bookmark.record(ctx, _state(keys, last))
    return fresh.where(~keys.beyond(df, last))


def _state(keys: Keys, values: Sequence[str]) -> State:
    order = "desc" if keys.descending else "asc"
    return {"jsonClass": _CLASS, "keys": list(keys.columns), "sortOrder": order, "values": list(values)}


def _values(state: State | None, keys: Keys) -> list[str] | None:
    """The values of a state, if it is one of these keys."""
    if not state or state.get("jsonClass") != _CLASS or state["keys"] != list(keys.columns):
        return None
    return list(state["values"])


def _given(df: DataFrame, options: Mapping[str, Any]) -> Keys | None:
    names = options.get("jobBookmarkKeys") or options.get("jobBookmarksKeys")
    if not names:
        return None
    if isinstance(names, str):
        names = json.loads(names) if names.strip().startswith("[") else names.split(",")
    columns = [_name(df, str(name).strip()) for name in names]
    order = str(options.get("jobBookmarkKeysSortOrder") or options.get("jobBookmarksKeysSortOrder") or "asc")
    if order.lower() not in {"asc", "desc"}:
        raise OptionError(f"jobBookmarkKeysSortOrder {order!r} is not one. Valid: asc, desc.")
    return Keys(columns, order.lower() == "desc")


def _default(df: DataFrame, primary: Sequence[str]) -> Keys | None:
    if len(primary) != 1 or primary[0] not in df.columns:
        return None
    column = _column(df, primary[0])
    if not isinstance(df.schema[primary[0]].dataType, spark.IntegralType | spark.DecimalType):
        return None
    found = df.agg(F.count(column), F.min(column), F.max(column)).first()
    if found is None or (found[0] and found[2] - found[1] + 1 != found[0]):
        return None
    return Keys([primary[0]], descending=False)


def _name(df: DataFrame, wanted: str) -> str:
    for name in df.columns:
        if name.lower() == wanted.lower():
            return str(name)
    raise OptionError(f"jobBookmarkKeys: there is no column {wanted!r}. Columns: {', '.join(df.columns)}.")


def _column(df: DataFrame, name: str) -> Column:
    return F.col(f"`{_name(df, name)}`")
