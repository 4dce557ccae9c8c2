"""StartDataQualityRuleRecommendationRun: rules that a table keeps today, from its own statistics.

--task: {"source": DataSource}. Reports {"recommended_ruleset": DQDL}. Every rule was evaluated and passed. What kinds
of rules AWS recommends: https://docs.aws.amazon.com/glue/latest/dg/data-quality-getting-started.html (read 2026-11).
"""

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - what Spark's users call it
from pyspark.sql.types import DataType, NumericType, StringType

from awsglue.utils import getResolvedOptions
from awsgluedq import publishing
from awsgluedq.evaluation import Evaluation
from glue_runner.tasks.tables import read

MOST_VALUES = 10
"""A column of no more distinct values than this is taken for one of categories."""


def candidates(df: DataFrame) -> Iterator[str]:
    """Rules that statistics of the data suggest: one pass over it, one more for each column of categories."""
    fields = [
        field for field in df.schema.fields if not hasattr(field.dataType, "elementType") and '"' not in field.name
    ]
    wanted = [F.count(F.lit(1)).alias("rows")]
    for number, field in enumerate(fields):
        wanted += [part.alias(f"{name}{number}") for name, part in _statistics(field.name, field.dataType).items()]
    found = df.agg(*wanted).first()
    assert found is not None  # noqa: S101 - an aggregate has one row
    rows = found["rows"]
    yield f"RowCount between {rows // 2} and {max(rows * 2, rows + 1)}"
    for number, field in enumerate(fields):
        facts = {name: found[f"{name}{number}"] for name in _statistics(field.name, field.dataType)}
        yield from _column(df, field.name, rows, facts)


def _statistics(name: str, kind: DataType) -> dict[str, Any]:
    column = F.col(f"`{name}`")
    found = {"there": F.count(column), "distinct": F.approx_count_distinct(column)}
    if isinstance(kind, NumericType):
        found |= {"most": F.max(column).cast("double"), "spread": F.stddev_pop(column)}
    if isinstance(kind, StringType):
        found |= {"length": F.max(F.length(column)), "shortest": F.min(F.length(column))}
    return found


def _column(df: DataFrame, name: str, rows: int, facts: dict[str, Any]) -> Iterator[str]:
    there, distinct = facts["there"], facts["distinct"]
    if not there:
        return
    if there == rows:
        yield f'IsComplete "{name}"'
    else:
        yield f'Completeness "{name}" >= {math.floor(there / rows * 100) / 100}'
    if there == rows and distinct > rows * 0.8:
        yield f'IsUnique "{name}"'
    if "length" in facts:
        length = facts["length"]
        yield f'ColumnLength "{name}" {"=" if length == facts["shortest"] else "<="} {length}'
        if distinct <= MOST_VALUES and distinct * 2 <= there:
            values = sorted(row[0] for row in df.select(f"`{name}`").distinct().collect() if row[0] is not None)
            if not any('"' in value or "\\" in value for value in values):
                yield f'ColumnValues "{name}" in [{",".join(json.dumps(v, ensure_ascii=False) for v in values)}]'
    if facts.get("most") is not None and math.isfinite(facts["most"]):
        yield f'ColumnValues "{name}" <= {facts["most"]:.6f}'.rstrip("0").rstrip(".")
        if facts["spread"] and math.isfinite(facts["spread"]):
            low, high = facts["spread"] * 0.95, facts["spread"] * 1.05
            yield f'StandardDeviation "{name}" between {low:.2f} and {high:.2f}'


def recommend(df: DataFrame) -> str:
    """The ruleset: the candidates that pass."""
    evaluation = Evaluation(df, "Rules = [\n" + ",\n".join(candidates(df)) + "\n]")
    evaluation.outcomes(rows=False)
    kept = [outcome.rule for outcome in evaluation.results if outcome.status == "PASS"]
    return "Rules = [\n    " + ",\n    ".join(kept) + "\n]"


def main() -> None:
    task = json.loads(getResolvedOptions(sys.argv, ["task"])["task"])
    ruleset = recommend(read(task["source"]).persist())
    print(ruleset)  # noqa: T201 - the run's log
    if publishing.deliver:
        publishing.deliver({"RecommendedRuleset": ruleset})


if __name__ == "__main__":
    main()
