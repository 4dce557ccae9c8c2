"""Tables of the Data Catalog as data frames, from the DataSource structure of Glue's API."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pyspark.sql import DataFrame


@cache
def _context() -> Any:
    from pyspark.context import SparkContext

    from awsglue.context import GlueContext

    return GlueContext(SparkContext.getOrCreate())


def table_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """The GlueTable, or DataQualityGlueTable, of a DataSource."""
    return dict(source.get("GlueTable") or source["DataQualityGlueTable"])


def read(source: Mapping[str, Any]) -> DataFrame:
    """Reads a table. AdditionalOptions are those of `create_dynamic_frame.from_catalog`."""
    table = table_of(source)
    options = dict(table.get("AdditionalOptions") or {})
    predicate = options.pop("pushDownPredicate", "")
    context = _context()
    frame = context.create_dynamic_frame.from_catalog(
        database=table["DatabaseName"],
        table_name=table["TableName"],
        push_down_predicate=predicate,
        additional_options=options,
    )
    df: DataFrame = frame.toDF()
    if query := table.get("PreProcessingQuery"):
        df.createOrReplaceTempView("primary")
        return context.spark_session.sql(query)
    return df
