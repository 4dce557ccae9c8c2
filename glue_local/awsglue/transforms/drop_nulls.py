"""`DropNullFields`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue.frame.mapping import null_fields
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Drops fields that hold nothing but nulls, and prints their names."""

    def __call__(
        self, frame: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> Any:
        found = null_fields(frame._df.schema)
        print("null_fields", found)  # noqa: T201 - AWS's transform prints them
        return frame.drop_fields(found, transformation_ctx, info, stageThreshold, totalThreshold) if found else frame
