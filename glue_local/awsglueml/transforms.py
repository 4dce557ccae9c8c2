"""FindMatches, FindIncrementalMatches, FillMissingValues, EntityDetector.

https://docs.aws.amazon.com/glue/latest/dg/machine-learning-transform-api.html (read 2026-11). The models of the first
three are part of AWS Glue and not published, so that using one raises an error that says so; importing one does not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import NotSupportedError
from awsglue.frame.paths import quote
from awsglue.transforms.transform import GlueTransform
from awsglueml import detection

ADVICE = "Its model exists only inside AWS Glue; run this step there."


class _OnAwsOnly(GlueTransform):
    """A transform that needs a model of AWS's."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotSupportedError(f"awsglueml.transforms.{self.name()}", ADVICE)


class FindMatches(_OnAwsOnly):
    """Finds records that mean the same thing."""


class FindIncrementalMatches(_OnAwsOnly):
    """Finds matches between new records and old ones."""


class FillMissingValues(_OnAwsOnly):
    """Fills null values of a column with predictions."""


class EntityDetector(GlueTransform):
    """Finds sensitive data in the text fields of records. Which kinds can be found here: see `awsglueml.entities`."""

    def __call__(self, *args: Any, **kwargs: Any) -> DynamicFrame:
        return self.detect(*args, **kwargs)

    def detect(
        self,
        frame: DynamicFrame,
        entityTypesToDetect: Sequence[str] | Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        outputColumnName: str = "DetectedEntities",
        detectionSensitivity: str = "LOW",
        *,
        detectionParameters: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> DynamicFrame:
        """Does what is to be done about sensitive data in each record, and says so in a new field.

        Args:
            frame: the records.
            entityTypesToDetect: kinds that are only to be detected, or `detectionParameters`.
            outputColumnName: the new field: by field, a list of entityType, actionUsed, start and end.
            detectionSensitivity: LOW or HIGH; the forms are matched exactly either way.
            detectionParameters: by kind, what to do about it in which fields.

        Raises:
            OptionError: no such kind or action.
            NotSupportedError: a kind of AWS's that has no public form.
        """
        wanted = detectionParameters if entityTypesToDetect is None else entityTypesToDetect
        rules = detection.rules(wanted or ())
        df = frame.toDF()
        names = _text_fields(df.schema)

        def look(values: Sequence[str | None]) -> tuple[list[str | None], dict[str, list[dict[str, Any]]]]:
            done: list[str | None] = []
            log: dict[str, list[dict[str, Any]]] = {}
            for name, value in zip(names, values, strict=True):
                text, found = (value, []) if value is None else detection.inspect(rules, name, value)
                done.append(text)
                if found:
                    log[name] = found
            return done, log

        kind = spark.StructType().add("texts", spark.ArrayType(spark.StringType())).add("found", detection.FOUND)
        texts = F.array(*(F.col(quote(name)) for name in names)) if names else F.array().cast("array<string>")
        seen = df.withColumn(_SEEN, F.udf(look, kind)(texts))
        changed = {name: F.col(_SEEN)["texts"][i].alias(name) for i, name in enumerate(names)}
        fields = [changed[name] if name in changed else F.col(quote(name)) for name in df.columns]
        out = seen.select(*fields, F.col(_SEEN)["found"].alias(outputColumnName))
        return DynamicFrame.fromDF(out, frame.glue_ctx, frame.name)

    def classify_columns(
        self,
        frame: DynamicFrame,
        entityTypesToDetect: Sequence[str],
        sampleFraction: float = 0.1,
        thresholdFraction: float = 0.1,
        detectionSensitivity: str = "LOW",
    ) -> dict[str, list[str]]:
        """Which kinds each field holds: those found in at least `thresholdFraction` of a sample of the records."""
        rules = detection.rules(entityTypesToDetect)
        sample = self._sampled(frame, sampleFraction)
        counts: dict[str, Counter[str]] = {}
        for row in sample:
            for name, value in row.items():
                _, found = detection.inspect(rules, name, value) if value is not None else ("", [])
                counts.setdefault(name, Counter()).update({str(one["entityType"]) for one in found})
        enough = thresholdFraction * len(sample)
        held = {name: [kind for kind, n in of.items() if n >= enough] for name, of in counts.items()}
        return {name: kinds for name, kinds in held.items() if kinds}

    @staticmethod
    def _sampled(frame: DynamicFrame, fraction: float) -> list[dict[str, str | None]]:
        df = frame.toDF()
        chosen = df.select(*(F.col(quote(name)) for name in _text_fields(df.schema)))
        return [row.asDict() for row in (chosen if fraction >= 1 else chosen.sample(fraction)).collect()]


_SEEN = "awsglueml_seen"


def _text_fields(schema: spark.StructType) -> list[str]:
    return [field.name for field in schema.fields if isinstance(field.dataType, spark.StringType)]
