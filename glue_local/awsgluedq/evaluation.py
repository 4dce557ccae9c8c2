"""Rulesets on data frames, by the DQDL parser and Deequ in the JVM; what they leave open is put in order here.

Deequ 2.1.0 and dqdl 1.0.0 (read 2026-11): outcomes come in no order and without EvaluatedRule; a passed `or` carries
the reason of its failed half; ColumnValues passes over its threshold; rules over files are not supported; a row-level
CustomSql whose keys repeat multiplies rows; analyzers, last(k) and DetectAnomalies are read and not evaluated.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - what Spark's users call it
from pyspark.sql.types import NumericType, StringType

from awsgluedq import anomalies, dqdl
from awsgluedq.files import TYPES as FILE_TYPES
from awsgluedq.files import FileRules
from awsgluedq.history import History, is_dynamic, resolved

PRIMARY = "primary"
ROW_COLUMNS = ("DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip", "DataQualityEvaluationResult")
SCHEMA = (
    "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string,double>, EvaluatedRule string, "
    "Labels map<string,string>"
)
UNSUPPORTED = "not supported due to"
ALL_STATISTICS = re.compile(r"^AllStatistics (?P<column>.*)$", re.S)
"""An analyzer that stands for several, which Deequ has no name for."""
_OPERANDS = "com.amazon.deequ.dqdl.execution.DefaultOperandEvaluator"
_CUSTOM_ROWS = re.compile(r'^CustomSql "(?P<sql>(?:[^"\\]|\\.)*)"(?P<rest>\s*(?:with threshold .*)?)$', re.S)


@dataclass(frozen=True)
class Outcome:
    """What became of one rule or analyzer. `evaluated` is the rule with `last(k)` replaced by numbers."""

    rule: str
    outcome: str
    reason: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    evaluated: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """PASS, FAIL or ERROR, as DataQualityRuleResult says it."""
        if self.outcome == "Passed":
            return "PASS"
        return "ERROR" if UNSUPPORTED in (self.reason or "") else "FAIL"


class Evaluation:
    """One ruleset on one data frame."""

    def __init__(
        self,
        df: DataFrame,
        ruleset: str,
        others: Mapping[str, DataFrame] | None = None,
        history: Callable[[], History] = dict,
    ) -> None:
        """Reads the ruleset.

        Args:
            df: the primary data source.
            ruleset: DQDL.
            others: further data sources by alias.
            history: brings earlier metrics; called only if a rule needs them.

        Raises:
            pyspark.errors.IllegalArgumentException, py4j.protocol.Py4JJavaError: the ruleset cannot be parsed.
            awsgluedq.dqdl.RulesetError: nor can its labels or constants.
        """
        self.df, self._others, self._history = df, dict(others or {}), history
        self._names = _without_dots(df.columns)
        self._judged = df.toDF(*(self._names.get(name, name) for name in df.columns)) if self._names else df
        self._jvm: Any = df.sparkSession.sparkContext._jvm  # noqa: SLF001 - Deequ has no other door
        self._evaluator = self._jvm.java.lang.Class.forName(f"{_OPERANDS}$").getField("MODULE$").get(None)
        given = dqdl.read(ruleset)
        parsed = self._jvm.com.amazon.deequ.dqdl.util.DefaultDQDLParser.parse(given.text)
        self._parsed = {str(rule): rule for rule in parsed.getRules()}
        self.rules = [str(rule) for rule in parsed.getRules()]
        self._given = given
        self.analyzers = [str(analyzer) for analyzer in parsed.getAnalyzers()]
        self.started = datetime.now(UTC)
        self.results: list[Outcome] = []
        self.analyzed: list[Outcome] = []

    @cached_property
    def _known(self) -> History:
        needed = any(is_dynamic(rule) or self._is_anomaly(self._parsed[rule]) for rule in self.rules)
        return self._history() if needed else {}

    @cached_property
    def _evaluated(self) -> dict[str, str]:
        """The rules as they are to be evaluated, by the rules as they were written."""
        return {rule: resolved(rule, self._known) for rule in self.rules}

    def outcomes(self, rows: bool) -> DataFrame | None:
        """Evaluates. `results` and `analyzed` hold the outcomes afterwards, in the ruleset's order.

        Returns:
            The rows with their outcomes, if asked for.
        """
        texts = {rule: self._sendable(_distinct(evaluated)) for rule, evaluated in self._evaluated.items()}
        compared = [anomalies.measured(rule) for rule in self.rules if self._is_anomaly(self._parsed[rule])]
        for analyzer in [*self.analyzers, *compared]:
            for each in self._measuring(analyzer):
                texts[each] = self._sendable(each)
        sent: dict[str, str] = {}
        for written, text in texts.items():
            sent.setdefault(text, written)
        with self._views():
            found, row_frame = self._run(list(sent), rows)
            lax = {rule: written for rule, written in sent.items() if self._threshold(written) is not None}
            if lax:
                found |= self._with_thresholds(lax, found, row_frame or self._run(list(lax), True)[1])
        by_rule = {written: found[text] for written, text in texts.items() if text in found}
        self.results = [
            replace(self._outcome(rule, by_rule, order), labels=labels)
            for rule, labels, order in zip(self.rules, self._given.labels, self._given.orders, strict=True)
        ]
        self.analyzed = [self._statistics(analyzer, by_rule) for analyzer in self.analyzers]
        return None if row_frame is None else self._rows(row_frame, sent)

    def _outcome(self, rule: str, found: Mapping[str, Outcome], order: Sequence[str]) -> Outcome:
        parsed, evaluated = self._parsed[rule], self._evaluated[rule]
        if parsed.getRuleType() in FILE_TYPES:
            good, reason, metrics = FileRules(self.df, self._evaluator).judge(parsed, order)
            return Outcome(rule, "Passed" if good else "Failed", reason, metrics, evaluated)
        if self._is_anomaly(parsed):
            statistics = self._statistics(anomalies.measured(rule), found)
            reasons = anomalies.found(statistics.metrics, self._known.get(rule, ()))
            good = statistics.outcome == "Passed" and not reasons
            why = "; ".join(reasons) or statistics.reason
            return Outcome(rule, "Passed" if good else "Failed", why, statistics.metrics, evaluated)
        if parsed.getRuleType() == "Composite" and any(map(self._is_ours, parsed.getNestedRulesAsFlattenedList())):
            return replace(self._composite(parsed), rule=rule, evaluated=evaluated)
        outcome = found[rule]
        why = None if outcome.outcome == "Passed" else outcome.reason
        return replace(outcome, rule=rule, reason=why, evaluated=evaluated)

    def _is_ours(self, parsed: Any) -> bool:
        """Whether Deequ gets a rule wrong that is judged here."""
        return parsed.getRuleType() in FILE_TYPES or self._is_anomaly(parsed) or self._threshold_of(parsed) is not None

    @staticmethod
    def _is_anomaly(parsed: Any) -> bool:
        return bool(parsed.getRuleType() == anomalies.TYPE)

    def _composite(self, parsed: Any) -> Outcome:
        """A composite rule, from the outcomes of its parts. What passes needs no reason."""
        parts = [self._part(each) for each in parsed.getNestedRules()]
        passed = (all if str(parsed.getOperator()) == "AND" else any)(part.outcome == "Passed" for part in parts)
        metrics = {name: value for part in parts for name, value in part.metrics.items()}
        reasons = ", ".join(part.reason for part in parts if part.reason)
        return Outcome(str(parsed), "Passed" if passed else "Failed", None if passed else reasons, metrics)

    def _part(self, parsed: Any) -> Outcome:
        if parsed.getRuleType() == "Composite":
            return self._composite(parsed)
        known = self._known
        part = Evaluation(self.df, f"Rules = [ {parsed} ]", self._others, lambda: known)
        part.outcomes(rows=False)
        return part.results[0]

    def _measuring(self, analyzer: str) -> list[str]:
        """The rules by which Deequ finds an analyzer's metrics; two where there are a smallest and a largest value."""
        match, names = ALL_STATISTICS.match(analyzer), ["RowCount", "ColumnCount"]
        if match is None:
            names = [analyzer]
        else:
            kind = {f'"{field.name}"': field.dataType for field in self.df.schema}.get(match["column"])
            of_columns = ["Completeness", "Uniqueness"]
            if isinstance(kind, NumericType):
                of_columns += ["ColumnValues", "Entropy", "Mean", "StandardDeviation", "Sum"]
            elif isinstance(kind, StringType):
                of_columns += ["ColumnLength"]
            names += [f"{name} {match['column']}" for name in of_columns]
        largest = [f"{name} <= 0" for name in names if name.startswith(("ColumnValues", "ColumnLength"))]
        return [*(f"{name} >= 0" for name in names), *largest]

    def _statistics(self, analyzer: str, found: Mapping[str, Outcome]) -> Outcome:
        """What an analyzer found; a reason only where it found nothing."""
        parts = [found[each] for each in self._measuring(analyzer)]
        metrics = {name: value for part in parts for name, value in part.metrics.items()}
        return Outcome(analyzer, "Passed" if metrics else "Failed", None if metrics else parts[-1].reason, metrics)

    @contextlib.contextmanager
    def _views(self) -> Iterator[None]:
        """The data sources under their names in SQL, as long as rules are evaluated."""
        views = {PRIMARY: self._judged, **self._others}
        for alias, df in views.items():
            df.createOrReplaceTempView(alias)
        try:
            yield
        finally:
            for alias in views:
                self.df.sparkSession.catalog.dropTempView(alias)

    def _threshold(self, rule: str) -> Any:
        """The condition after `with threshold` of a ColumnValues rule; None if it has none."""
        parsed = self._parsed.get(rule)
        return None if parsed is None else self._threshold_of(parsed)

    @staticmethod
    def _threshold_of(parsed: Any) -> Any:
        return parsed.getThresholdCondition() if parsed.getRuleType() == "ColumnValues" else None

    def _with_thresholds(
        self, rules: Mapping[str, str], found: Mapping[str, Outcome], rows: DataFrame | None
    ) -> dict[str, Outcome]:
        """Outcomes by the part of the rows that complies, which Deequ leaves out for ColumnValues.

        Args:
            rules: the rules as Deequ got them, and as they were written.
            found: Deequ's outcomes.
            rows: the rows with Deequ's outcomes of these rules.
        """
        assert rows is not None  # noqa: S101 - asked for
        passed = (F.array_contains(ROW_COLUMNS[0], rule).cast("double") for rule in rules)
        shares = rows.agg(*(F.avg(each).alias(str(number)) for number, each in enumerate(passed))).first()
        judged = {}
        for number, (rule, written) in enumerate(rules.items()):
            share = shares[str(number)] if shares else None
            if share is None or "does not include column" in (found[rule].reason or ""):
                continue
            parsed = self._parsed[written]
            good = self._threshold(written).evaluate(share, parsed, self._evaluator)
            metric = f"Column.{parsed.getParameters().get('TargetColumn')}.ColumnValues.Compliance"
            reason = None if good else f"Value: {share} does not meet the constraint requirement!"
            judged[rule] = replace(
                found[rule], outcome="Passed" if good else "Failed", reason=reason, metrics={metric: share}
            )
        return judged

    def _run(self, rules: list[str], rows: bool) -> tuple[dict[str, Outcome], DataFrame | None]:
        """Has Deequ evaluate rules, with the data frame and the others under their names in SQL."""
        java = self._jvm
        sources = java.java.util.HashMap()
        for alias, other in self._others.items():
            sources.put(alias, other._jdf)  # noqa: SLF001
        converters = java.scala.collection.JavaConverters
        aliases = converters.mapAsScalaMapConverter(sources).asScala().toMap(java.scala.Predef.conforms())
        if not rules:
            return {}, self._judged if rows else None
        text, deequ = "Rules = [\n" + ",\n".join(rules) + "\n]", java.com.amazon.deequ.dqdl.EvaluateDataQuality
        if not rows:
            return self._read(deequ.process(self._judged._jdf, text, aliases)), None  # noqa: SLF001
        frames = deequ.processRows(self._judged._jdf, text, aliases)  # noqa: SLF001
        return self._read(frames.apply("ruleOutcomes")), self._frame(frames.apply("rowLevelOutcomes"))

    def _frame(self, java: Any) -> DataFrame:
        return DataFrame(java, self.df.sparkSession)

    def _read(self, java: Any) -> dict[str, Outcome]:
        return {
            row.Rule: Outcome(
                row.Rule,
                row.Outcome,
                self._named(row.FailureReason) if row.FailureReason else None,
                {self._named(metric): value for metric, value in (row.EvaluatedMetrics or {}).items()},
            )
            for row in self._frame(java).collect()
        }

    def _sendable(self, rule: str) -> str:
        """A rule as Deequ can take it: it would take a dot in a column's name for the way into a struct."""
        for name, plain in self._names.items():
            rule = rule.replace(f"`{name}`", plain).replace(f'"{name}"', f'"{plain}"')
        return rule

    def _named(self, text: str) -> str:
        """What Deequ says, with the columns' own names."""
        for name, plain in self._names.items():
            text = text.replace(plain, name)
        return text

    def _rows(self, found: DataFrame, sent: Mapping[str, str]) -> DataFrame:
        """The rows with their outcome columns: rules as written and in order, no columns of Deequ's own."""
        columns = [F.col(f"`{self._names.get(name, name)}`").alias(name) for name in self.df.columns]
        if "DataQualityEvaluationResult" not in found.columns:  # no rule at all
            nothing = F.array().cast("array<string>")
            return found.select(
                *columns, *(nothing.alias(c) for c in ROW_COLUMNS[:3]), F.lit("Passed").alias(ROW_COLUMNS[3])
            )
        names = [(rule, written) for rule, written in sent.items() if written in self._evaluated]
        renamed = F.create_map(*(F.lit(part) for pair in names for part in pair))
        order = F.array(*(F.lit(rule) for rule, _ in names))
        arrays = [
            F.transform(F.array_intersect(order, F.col(column)), lambda rule: renamed[rule]).alias(column)
            for column in ROW_COLUMNS[:3]
        ]
        return found.select(*columns, *arrays, ROW_COLUMNS[3])

    def frame(self) -> DataFrame:
        """The outcomes of rules as a data frame, with their labels if any has one."""
        rows = [(o.rule, o.outcome, o.reason, dict(o.metrics), o.evaluated, dict(o.labels)) for o in self.results]
        found = self.df.sparkSession.createDataFrame(rows, SCHEMA)
        return found if any(o.labels for o in self.results) else found.drop("Labels")


def _without_dots(columns: list[str]) -> dict[str, str]:
    """Columns with dots in their names, as relationalized and flattened frames have them, by names without."""
    return {name: f"__{number}__{name.replace('.', '_')}" for number, name in enumerate(columns) if "." in name}


def _distinct(rule: str) -> str:
    """A row-level CustomSql rule whose keys do not repeat, so that joining them to the rows multiplies none."""
    match = _CUSTOM_ROWS.match(rule)
    return f'CustomSql "select distinct * from ({match["sql"]})"{match["rest"]}' if match else rule  # noqa: S608 - DQDL
