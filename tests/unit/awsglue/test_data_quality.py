"""EvaluateDataQuality: outcomes, rows, publishing options.

Columns and wording: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-EvaluateDataQuality.html
and https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio-row-level.html (read 2026-11).
"""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import SelectFromCollection
from awsgluedq import dqdl, history, publishing
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


KNOWN = {"RowCount > avg(last(3)) * 0.5": [{"Dataset.*.RowCount": value} for value in (2, 3, 4)]}
"""What earlier runs found."""


@pytest.fixture(scope="module")
def frame(spark: Any, glue: Any) -> DynamicFrame:
    rows = [(1, "a", 1.0), (2, None, 2.0), (2, "c", 3.0)]
    return DynamicFrame.fromDF(spark.createDataFrame(rows, "id int, name string, v double"), glue, "people")


def test_rows_and_rules(spark: Any, glue: Any, frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(publishing, "deliver", told.append)
    monkeypatch.setattr("awsgluedq.transforms.recorded", lambda _context: KNOWN)
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
        ('DetectAnomalies "RowCount"', "Passed"),
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
    assert result["Score"] == pytest.approx(0.5)
    assert "ERROR" not in [r["Result"] for r in result["RuleResults"]]
    assert [a["EvaluatedMetrics"] for a in result["AnalyzerResults"]] == [
        {"Column.name.Completeness": pytest.approx(2 / 3)},
        {"Dataset.*.RowCount": 3.0},
    ]
    assert not [t for t in spark.catalog.listTables() if t.name in {"primary", "ref"}]


def test_anomalies_are_what_lies_far_from_earlier_values(frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule passes, and keeps its metrics, until there are three earlier values of them."""
    rules = ['DetectAnomalies "RowCount"', 'DetectAnomalies "ColumnLength" "name"', 'DetectAnomalies "Sum" "v"']
    composite = '(DetectAnomalies "Completeness" "id") AND (RowCount > 0)'
    few, ordinary = [{"Dataset.*.RowCount": 900}] * 2, [{"Column.v.Sum": value} for value in (5.0, 6.0, 7.0)]
    far = [{"Column.name.MinimumLength": 1, "Column.name.MaximumLength": length} for length in (8, 9, 8, 9)]
    known = {rules[0]: few, rules[1]: far, rules[2]: ordinary}
    monkeypatch.setattr("awsgluedq.transforms.recorded", lambda _context: known)
    found = EvaluateDataQuality.apply(frame=frame, ruleset=f"Rules = [ {', '.join([*rules, composite])} ]").toDF()
    by_rule = {row.Rule: row for row in found.collect()}
    assert {rule: row.Outcome for rule, row in by_rule.items()} == {
        rules[0]: "Passed",
        rules[1]: "Failed",
        rules[2]: "Passed",
        composite: "Passed",
    }
    assert by_rule[rules[0]].EvaluatedMetrics == {"Dataset.*.RowCount": 3.0}
    assert "Column.name.MaximumLength is 1.0, expected from 7 to 10" in by_rule[rules[1]].FailureReason


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
        '(RowCount > 1) AND (ColumnValues "v" > 1.5 with threshold > 0.1)': "Passed",
        '(RowCount > 9) OR (ColumnValues "v" > 1.5 with threshold > 0.9) OR (IsComplete "v")': "Passed",
        '(IsComplete "v") AND (ColumnValues "v" > 1.5 with threshold > 0.9)': "Failed",
    }
    found = EvaluateDataQuality.apply(frame=frame, ruleset="Rules = [" + ",".join(rules) + "]").toDF().collect()
    assert {row.Rule: row.Outcome for row in found} == rules
    assert found[1].EvaluatedMetrics == {"Column.v.ColumnValues.Compliance": pytest.approx(2 / 3)}
    assert found[8].FailureReason == f"Value: {2 / 3} does not meet the constraint requirement!"
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


def test_dynamic_rules_by_numbers() -> None:
    rule = "RowCount between min(last(2)) and index(last(3), 1)"
    assert history.resolved(rule, {rule: [{"m": value} for value in (5, 7, 9)]}) == "RowCount between 5.0 and 7.0"
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


def outcomes(frame: Any, *rules: str) -> list[Any]:
    return EvaluateDataQuality.apply(frame=frame, ruleset="Rules = [" + ", ".join(rules) + "]").toDF().collect()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Three files of 4, 4 and 2000 bytes, the first two alike, the last an hour old."""
    for name, body in {"a.csv": "i\n1\n", "b.csv": "i\n1\n", "c.csv": "i\n" + "2\n" * 999}.items():
        (tmp_path / name).write_text(body)
    old = time.time() - 3600
    os.utime(tmp_path / "c.csv", (old, old))
    return tmp_path


def test_rules_over_files(frame: DynamicFrame, files: Path) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-FileFreshness.html and the pages beside it."""
    here, digest = f'"{files}"', hashlib.sha256((files / "a.csv").read_bytes()).hexdigest()
    md5 = hashlib.md5((files / "c.csv").read_bytes(), usedforsecurity=False).hexdigest()
    expected = {
        f"FileFreshness {here} > (now() - 2 hours)": True,
        f"FileFreshness {here} > (now() - 30 minutes)": False,
        f"FileFreshness {here} > (now() - 30 minutes) with threshold > 0.6": True,
        f"FileFreshness {here} > (now() - 30 minutes) with recentFiles = 2": True,
        f'FileFreshness {here} between "2020-01-01" and (now() + 1 days)': True,
        f'FileFreshness {here} < "2020-01-01"': False,
        f'FileFreshness {here} > (now() - 30 minutes) with failFast = "true"': False,
        f"FileSize {here} > 3 B": True,
        f"FileSize {here} between 3 B and 2 KB": True,
        f"FileSize {here} > 1 KB with threshold >= 0.3": True,
        f'FileSize {here} > 1 KB with uriRegex = "c\\.csv$"': True,
        f'FileSize {here} < 1 KB with uriRegex = "(?!.*c\\.csv$).*"': True,
        f"FileUniqueness {here} > 0.5": False,
        f'FileUniqueness {here} = 1 with uriRegex = "[ac]\\.csv"': True,
        f'FileMatch "{files}/a.csv" in ["{digest}"]': True,
        f'FileMatch {here} in ["{digest}"]': False,
        f'FileMatch "{files}/c.csv" in ["x","{md5}"] with hashAlgorithm = "MD5"': True,
        f'FileMatch "{files}/a.csv" "{files}/b.csv"': True,
        f'FileMatch "{files}/a.csv" "{files}/b.csv" with matchFileName = "true"': False,
        f'FileMatch "{files}/a.csv" "{files}/c.csv"': False,
        f'FileSize "{files}/nothing" > 1 B': False,
        f"(FileSize {here} > 3 B) AND (RowCount > 1)": True,
    }
    found = {row.Rule: row for row in outcomes(frame, *expected)}
    assert {rule: row.Outcome == "Passed" for rule, row in found.items()} == expected
    assert found[f"FileSize {here} > 3 B"].EvaluatedMetrics == {
        "Dataset.*.FileSize.Compliance": 1.0,
        "Dataset.*.FileCount": 3.0,
        "Dataset.*.MaximumFileSize": 2000.0,
        "Dataset.*.MinimumFileSize": 4.0,
    }
    unique = found[f"FileUniqueness {here} > 0.5"]
    assert unique.EvaluatedMetrics == {
        "Dataset.*.FileUniquenessRatio": pytest.approx(1 / 3),
        "Dataset.*.FileCount": 3.0,
    }
    assert "No files found" in found[f'FileSize "{files}/nothing" > 1 B'].FailureReason


def test_filters_of_files_in_the_order_that_is_given(frame: DynamicFrame, files: Path) -> None:
    filters = f'FileSize "{files}" > 1 KB with recentFiles = 1 with uriRegex = "c.csv"'
    found = outcomes(frame, filters, filters + ' with filterOrder = ["uriRegex", "recentFiles"]')
    assert [row.Outcome for row in found] == ["Failed", "Passed"]


def test_files_of_the_frame_itself(spark: Any, glue: Any, frame: DynamicFrame, files: Path) -> None:
    read = glue.create_dynamic_frame.from_options("s3", {"paths": [str(files)]}, "csv", {"withHeader": True})
    (found,) = outcomes(read, "FileSize < 1 MB")
    assert (found.Outcome, found.EvaluatedMetrics["Dataset.*.FileCount"]) == ("Passed", 3.0)
    (none,) = outcomes(frame, "FileSize < 1 MB")
    assert (none.Outcome, none.FailureReason) == ("Failed", "Unable to parse file path from DataFrame")
    level = EvaluateDataQuality().process_rows(read, 'Rules = [FileSize < 1 MB, IsComplete "i"]')["rowLevelOutcomes"]
    row = level.toDF().first()
    assert (row.DataQualityRulesPass, row.DataQualityRulesSkip) == (['IsComplete "i"'], ["FileSize < 1 MB"])


def test_labels_and_constants(frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl.html, "Constants" and "Labels"."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(publishing, "deliver", told.append)
    ruleset = """
        DefaultLabels=["frequency"="monthly"]
        rowsOf = "select count(*) from primary"
        Rules = [
            CustomSql $rowsOf between 1 and 4,  # labels=["not"="one"]
            RowCount > 0 labels=["foo"="bar"],
            (IsComplete "id") AND (RowCount > 1) labels=["foo"="bar", "frequency"="daily"]
        ]"""
    found = EvaluateDataQuality.apply(frame=frame, ruleset=ruleset).toDF().collect()
    monthly, both = {"frequency": "monthly"}, {"frequency": "daily", "foo": "bar"}
    assert [(row.Rule, row.Outcome, row.Labels) for row in found] == [
        ('CustomSql "select count(*) from primary" between 1 and 4', "Passed", monthly),
        ("RowCount > 0", "Passed", {**monthly, "foo": "bar"}),
        ('(IsComplete "id") AND (RowCount > 1)', "Passed", both),
    ]
    assert [rule["Labels"] for rule in told[0]["RuleResults"]] == [row.Labels for row in found]


@pytest.mark.parametrize(
    "ruleset",
    [
        "Rules = [ CustomSql $nowhere > 1 ]",
        'Rules = [ RowCount > 1 labels=[""="x"] ]',
        "Rules = [ RowCount > 1 labels=[" + ", ".join(f'"{n}"="x"' for n in range(11)) + "] ]",
        "Rules = [ RowCount > 1",
    ],
)
def test_newer_parts_of_rulesets_that_cannot_be_read(ruleset: str) -> None:
    with pytest.raises(dqdl.RulesetError, match="Parsing Error"):
        dqdl.read(ruleset)


def test_all_statistics(frame: DynamicFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl.html, "Analyzers"."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(publishing, "deliver", told.append)
    ruleset = 'Rules = [RowCount > 0] Analyzers = [ AllStatistics "v", AllStatistics "name" ]'
    EvaluateDataQuality.apply(frame=frame, ruleset=ruleset)
    number, text = (found["EvaluatedMetrics"] for found in told[0]["AnalyzerResults"])
    assert number == {
        "Dataset.*.RowCount": 3.0,
        "Dataset.*.ColumnCount": 3.0,
        "Column.v.Completeness": 1.0,
        "Column.v.Uniqueness": 1.0,
        "Column.v.Minimum": 1.0,
        "Column.v.Maximum": 3.0,
        "Column.v.Entropy": pytest.approx(1.0986, abs=1e-4),
        "Column.v.Mean": 2.0,
        "Column.v.StandardDeviation": pytest.approx(0.8165, abs=1e-4),
        "Column.v.Sum": 6.0,
    }
    assert (text["Column.name.MinimumLength"], text["Column.name.MaximumLength"]) == (1.0, 1.0)


def test_a_dynamic_rule_without_earlier_runs_compares_with_zero(frame: DynamicFrame) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/dqdl.html, "Dynamic rules": last(k) is 0.0 without data points."""
    found = outcomes(frame, "RowCount > avg(last(3))", "RowCount < last()")
    assert [(row.Outcome, row.EvaluatedRule) for row in found] == [
        ("Passed", "RowCount > 0.0"),
        ("Failed", "RowCount < 0.0"),
    ]
    assert found[1].EvaluatedMetrics == {"Dataset.*.RowCount": 3.0}  # what the next run compares with
