"""`EvaluateDataQuality`, the transform that scripts use.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-EvaluateDataQuality.html (2026-11).
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform
from awsgluedq import publishing
from awsgluedq.evaluation import Evaluation
from awsgluedq.history import recorded

Options = Mapping[str, Any]


class EvaluateDataQuality(GlueTransform):
    """Evaluates a DQDL ruleset against a frame."""

    def __call__(
        self,
        frame: Any,
        ruleset: str,
        publishing_options: Options | None = None,
        additional_options: Options | None = None,
        additional_data_sources: Mapping[str, Any] | None = None,
    ) -> DynamicFrame:
        """What `EvaluateDataQuality.apply` does: one row for each rule.

        Args:
            frame: what is judged; it is `primary` in CustomSql rules.
            ruleset: DQDL, `Rules = [ ... ]`.
            publishing_options: see `publishing.Publication`.
            additional_options: `performanceTuning.caching` CACHE_INPUT or CACHE_NOTHING.
            additional_data_sources: frames by the alias that rules like ReferentialIntegrity use.

        Returns:
            Rule, Outcome (Passed | Failed), FailureReason, EvaluatedMetrics, EvaluatedRule.
        """
        evaluation = _evaluation(frame, ruleset, publishing_options, additional_options, additional_data_sources)
        evaluation.outcomes(rows=False)
        return _publish(evaluation, _context(frame), publishing_options)

    def process_rows(
        self,
        frame: Any,
        ruleset: str,
        publishing_options: Options | None = None,
        additional_options: Options | None = None,
        additional_data_sources: Mapping[str, Any] | None = None,
    ) -> DynamicFrameCollection:
        """Evaluates a ruleset and says of each row which rules it passes. Arguments as those of `apply`.

        Returns:
            `originalData`, `ruleOutcomes` (see `apply`) and `rowLevelOutcomes`: the rows with DataQualityRulesPass,
            DataQualityRulesFail, DataQualityRulesSkip (arrays of rules) and DataQualityEvaluationResult.
        """
        evaluation = _evaluation(frame, ruleset, publishing_options, additional_options, additional_data_sources)
        rows = evaluation.outcomes(rows=True)
        context = _context(frame)
        frames = {
            "originalData": frame if isinstance(frame, DynamicFrame) else DynamicFrame.fromDF(frame, context),
            "ruleOutcomes": _publish(evaluation, context, publishing_options),
            "rowLevelOutcomes": DynamicFrame.fromDF(rows, context, "rowLevelOutcomes"),
        }
        return DynamicFrameCollection(frames, context)


def _evaluation(
    frame: Any,
    ruleset: str,
    publishing_options: Options | None,
    additional_options: Options | None,
    additional_data_sources: Mapping[str, Any] | None,
) -> Evaluation:
    df = _data_frame(frame)
    if (additional_options or {}).get("performanceTuning.caching") == "CACHE_INPUT":
        df = df.persist()
    others = {alias: _data_frame(other) for alias, other in (additional_data_sources or {}).items()}
    context = publishing.Publication.of(publishing_options).context
    return Evaluation(df, ruleset, others, lambda: recorded(context))


def _publish(evaluation: Evaluation, context: Any, publishing_options: Options | None) -> DynamicFrame:
    publishing.publish(evaluation, publishing.Publication.of(publishing_options))
    return DynamicFrame.fromDF(evaluation.frame(), context, "ruleOutcomes")


def _data_frame(frame: Any) -> DataFrame:
    return frame.toDF() if isinstance(frame, DynamicFrame) else frame


def _context(frame: Any) -> Any:
    """A dynamic frame's own Glue context; a new one for a data frame."""
    if isinstance(frame, DynamicFrame):
        return frame.glue_ctx
    from awsglue.context import GlueContext

    return GlueContext(frame.sparkSession.sparkContext)
