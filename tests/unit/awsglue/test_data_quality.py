"""EvaluateDataQuality: outcomes, rows, publishing options.

Columns and wording: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-EvaluateDataQuality.html
and https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio-row-level.html (read 2026-11).
"""

from pathlib import Path
from typing import Any

import pytest

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import SelectFromCollection
from awsgluedq import history, publishing
from awsgluedq.transforms import EvaluateDataQuality

RULES = """Rules = [
    RowCount > 2,
    IsComplete "name",
    (ColumnExists "id") or (ColumnExists "nope"),
    IsUnique "id",
    ColumnValues "v" > 1.5,
    CustomSql "select id from primary where v > 1.5",
    ReferentialIntegrity "id" "ref.id" = 1.0,
    ColumnExists "nope",
    DetectAnomalies "RowCount",
    RowCount > avg(last(3)) * 0.5
]
Analyzers = [ Completeness "name", RowCount ]"""


@pytest.fixture(scope="module")
def frame(spark: Any, glue: Any) -> DynamicFrame:
    rows = [(1, "a", 1.0), (2, None, 2.0), (2, "c", 3.0)]
    return DynamicFrame.fromDF(spark.createDataFrame(rows, "id int, name string, v double"), glue, "people")


def test_rows_and_rules(spark: Any, glue: Any, frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(publishing, "deliver", told.append)
    monkeypatch.setattr("awsgluedq.transforms.recorded", lambda _context: {"RowCount > avg(last(3)) * 0.5": [2, 3, 4]})
    others = {"ref": DynamicFrame.fromDF(spark.createDataFrame([(1,), (2,)], "id int"), glue, "ref")}
    found = EvaluateDataQuality().process_rows(
        frame=frame,
        ruleset=RULES,
        publishing_options={"dataQualityEvaluationContext": "people_check", "enableDataQualityResultsPublishing": True},
        additional_options={"observations.scope": "ALL", "performanceTuning.caching": "CACHE_NOTHING"},
        additional_data_sources=others,
    )
    assert sorted(found.keys()) == ["originalData", "rowLevelOutcomes", "ruleOutcomes"]
    outcomes = SelectFromCollection.apply(dfc=found, key="ruleOutcomes").toDF()
    assert outcomes.columns == ["Rule", "Outcome", "FailureReason", "EvaluatedMetrics", "EvaluatedRule"]
    rows = outcomes.collect()
    assert [(r.Rule, r.Outcome) for r in rows] == [
        ("RowCount > 2", "Passed"),
        ('IsComplete "name"', "Failed"),
        ('(ColumnExists "id") OR (ColumnExists "nope")', "Passed"),
        ('IsUnique "id"', "Failed"),
        ('ColumnValues "v" > 1.5', "Failed"),
        ('CustomSql "select id from primary where v > 1.5"', "Failed"),
        ('ReferentialIntegrity "id" "ref.id" = 1.0', "Passed"),
        ('ColumnExists "nope"', "Failed"),
        ('DetectAnomalies "RowCount"', "Failed"),
        ("RowCount > avg(last(3)) * 0.5", "Passed"),
    ]
    by_rule = {r.Rule: r for r in rows}
    assert by_rule['IsComplete "name"'].FailureReason.startswith("Value: 0.666")
    assert by_rule['IsComplete "name"'].FailureReason.endswith("does not meet the constraint requirement!")
    assert by_rule["RowCount > 2"].EvaluatedMetrics == {"Dataset.*.RowCount": 3.0}
    assert by_rule['(ColumnExists "id") OR (ColumnExists "nope")'].FailureReason is None
    assert rows[5].EvaluatedMetrics["Dataset.*.CustomSQL.Compliance"] == pytest.approx(2 / 3)
    assert rows[9].EvaluatedRule == "RowCount > 3.0 * 0.5"

    level = SelectFromCollection.apply(dfc=found, key="rowLevelOutcomes").toDF()
    assert level.columns == ["id", "name", "v", *("DataQualityRulesPass", "DataQualityRulesFail"),
                             "DataQualityRulesSkip", "DataQualityEvaluationResult"]  # fmt: skip
    by_value = {row.v: row for row in level.collect()}
    assert sorted(by_value) == [1.0, 2.0, 3.0]
    assert by_value[1.0].DataQualityRulesFail == [
        'ColumnValues "v" > 1.5',
        'CustomSql "select id from primary where v > 1.5"',
    ]
    assert by_value[2.0].DataQualityRulesFail == ['IsComplete "name"', 'IsUnique "id"']
    assert "RowCount > 2" in by_value[2.0].DataQualityRulesSkip
    assert {row.DataQualityEvaluationResult for row in by_value.values()} == {"Failed"}

    (result,) = told
    assert result["EvaluationContext"] == "people_check"
    assert result["Score"] == pytest.approx(0.4)
    assert [r["Result"] for r in result["RuleResults"]].count("ERROR") == 1
    assert [a["EvaluatedMetrics"] for a in result["AnalyzerResults"]] == [
        {"Column.name.Completeness": pytest.approx(2 / 3)},
        {"Dataset.*.RowCount": 3.0},
    ]
    assert not [t for t in spark.catalog.listTables() if t.name in {"primary", "ref"}]


def test_apply_gives_outcomes(frame: DynamicFrame) -> None:
    found = EvaluateDataQuality.apply(frame=frame, ruleset='Rules = [ColumnExists "id", IsComplete "id"]')
    assert [(r.Rule, r.Outcome) for r in found.toDF().collect()] == [
        ('ColumnExists "id"', "Passed"),
        ('IsComplete "id"', "Passed"),
    ]


def test_a_ruleset_that_cannot_be_read(frame: DynamicFrame) -> None:
    with pytest.raises(Exception, match="Parsing Error"):
        EvaluateDataQuality.apply(frame=frame, ruleset="Rules = [ Nonsense ]")


def test_thresholds_of_column_values(frame: DynamicFrame) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html, `with threshold`."""
    rules = {
        'ColumnValues "name" in ["a","c"] with threshold > 0.5': "Passed",
        'ColumnValues "v" > 1.5 with threshold >= 0.6': "Passed",
        'ColumnValues "v" > 1.5 with threshold > 0.9': "Failed",
        'ColumnValues "name" matches "[ab]" with threshold between 0.3 and 0.4': "Passed",
        'ColumnValues "id" = 2 with threshold > 0.5': "Passed",
        'ColumnValues "nope" = 2 with threshold > 0.5': "Failed",
        '(RowCount > 1) AND (ColumnValues "v" > 1.5 with threshold > 0.1)': "Failed",
    }
    found = EvaluateDataQuality.apply(frame=frame, ruleset="Rules = [" + ",".join(rules) + "]").toDF().collect()
    assert {row.Rule: row.Outcome for row in found} == rules
    assert found[1].EvaluatedMetrics == {"Column.v.ColumnValues.Compliance": pytest.approx(2 / 3)}
    assert "inside of a composite rule" in found[6].FailureReason
    rows = EvaluateDataQuality().process_rows(frame=frame, ruleset="Rules = [" + ",".join(rules) + "]")
    assert [row.Outcome for row in rows["ruleOutcomes"].toDF().collect()] == list(rules.values())


def test_columns_with_dots_in_their_names(spark: Any, glue: Any) -> None:
    """Flattened and relationalized frames have them; scripts write them with back-ticks or without."""
    df = spark.createDataFrame([("a", 1.0, None), (None, 2.0, "k")], "`dep.key` string, `n.x.y` double, key string")
    rules = {
        'Completeness "`dep.key`" >= 0.9': "Failed",
        'Completeness "dep.key" >= 0.5': "Passed",
        'ColumnValues "n.x.y" > 1.5 with threshold > 0.2': "Passed",
        'CustomSql "select count(*) from primary where `n.x.y` = 1" = 1': "Passed",
        'IsComplete "key"': "Failed",
    }
    ruleset = "Rules = [" + ",".join(rules) + '] Analyzers = [ Completeness "dep.key", AllStatistics "n.x.y" ]'
    found = EvaluateDataQuality().process_rows(DynamicFrame.fromDF(df, glue, "f"), ruleset)
    outcomes = found["ruleOutcomes"].toDF().collect()
    assert {row.Rule: row.Outcome for row in outcomes} == rules
    assert outcomes[1].EvaluatedMetrics == {"Column.dep.key.Completeness": 0.5}
    rows = found["rowLevelOutcomes"].toDF()
    assert rows.columns[:3] == ["dep.key", "n.x.y", "key"]
    last = rows.where("key = 'k'").first()
    assert last is not None
    passed = ['ColumnValues "n.x.y" > 1.5 with threshold > 0.2', 'IsComplete "key"']
    assert last.DataQualityRulesPass == passed
    assert last.DataQualityRulesFail == ['Completeness "`dep.key`" >= 0.9', 'Completeness "dep.key" >= 0.5']


def test_nothing_earlier_to_compare_with(frame: DynamicFrame) -> None:
    row = EvaluateDataQuality.apply(frame=frame, ruleset="Rules = [ RowCount > last() ]").toDF().collect()[0]
    assert row.Outcome == "Failed"
    assert "no metrics of earlier runs" in row.FailureReason
    assert row.EvaluatedMetrics == {"Dataset.*.RowCount": 3.0}  # what the next run compares with


def test_dynamic_rules_by_numbers() -> None:
    rule = "RowCount between min(last(2)) and index(last(3), 1)"
    assert history.resolved(rule, {rule: [5, 7, 9]}) == "RowCount between 5.0 and 7.0"
    assert not history.is_dynamic('ColumnValues "a" = "last(3)"')


def test_a_script_with_data_quality(glue_script: Any, tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(
        "import sys\n"
        "from pyspark.context import SparkContext\n"
        "from awsglue.context import GlueContext\n"
        "from awsglue.utils import getResolvedOptions\n"
        "from awsgluedq.transforms import EvaluateDataQuality\n"
        "args = getResolvedOptions(sys.argv, ['JOB_NAME', 'least'])\n"
        "sc = SparkContext()\n"
        "glueContext = GlueContext(sc)\n"
        "df = glueContext.spark_session.range(4)\n"
        "rows = EvaluateDataQuality().process_rows(df, f'Rules = [RowCount > {args[\"least\"]}]')\n"
        "outcome = rows['ruleOutcomes'].toDF().first().Outcome\n"
        "sc.stop()\n"
    )
    assert glue_script(script, least=3)["outcome"] == "Passed"
    assert glue_script(script, least=4)["outcome"] == "Failed"
