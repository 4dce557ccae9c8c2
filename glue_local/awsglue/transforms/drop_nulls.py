"""`DropNullFields`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue.frame import types
from awsglue.frame.mapping import null_fields
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Drops fields that hold nothing but nulls, and prints their names."""

    def _find_null_fields(self, ctx: Any, schema: Any, path: str, output: list[str]) -> list[str]:
        """Adds the paths of null fields to `output`; scripts derived from this transform override it."""
        found = null_fields(types.to_spark(schema))
        output.extend(path + name for name in found)
        return output

    def __call__(
        self, frame: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> Any:
        found: list[str] = []
        self._find_null_fields(None, frame.schema(), "", found)
        print("null_fields", found)  # noqa: T201 - AWS's transform prints them
        return frame.drop_fields(found, transformation_ctx, info, stageThreshold, totalThreshold) if found else frame
