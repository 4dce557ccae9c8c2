"""`ErrorsAsDynamicFrame`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue.transforms.transform import GlueTransform


class ErrorsAsDynamicFrame(GlueTransform):
    """The records that could not be processed."""

    def __call__(self, frame: Any) -> Any:
        return frame.errorsAsDynamicFrame()
