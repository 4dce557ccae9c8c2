"""FindMatches, FindIncrementalMatches, FillMissingValues, EntityDetector.

https://docs.aws.amazon.com/glue/latest/dg/machine-learning-transform-api.html (read 2026-11). Their models are part of
AWS Glue and not published, so that using one raises an error that says so; importing one does not.
"""

from typing import Any, NoReturn

from awsglue.errors import NotSupportedError
from awsglue.transforms.transform import GlueTransform

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


class EntityDetector(_OnAwsOnly):
    """Finds sensitive data."""

    def detect(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotSupportedError("awsglueml.transforms.EntityDetector.detect", ADVICE)

    def classify_columns(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotSupportedError("awsglueml.transforms.EntityDetector.classify_columns", ADVICE)
