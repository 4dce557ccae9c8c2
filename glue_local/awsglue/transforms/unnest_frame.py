"""`UnnestFrame`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue.transforms.transform import GlueTransform


class UnnestFrame(GlueTransform):
    """Flattens structs into fields with dotted names."""

    def __call__(
        self, frame: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> Any:
        return frame.unnest(transformation_ctx, info, stageThreshold, totalThreshold)
