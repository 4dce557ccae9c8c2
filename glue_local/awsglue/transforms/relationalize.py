"""`Relationalize`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from typing import Any

from awsglue import utils
from awsglue.transforms.transform import GlueTransform


class Relationalize(GlueTransform):
    """Flattens nested records into tables that can be joined again."""

    def __call__(
        self,
        frame: Any,
        staging_path: str | None = None,
        name: str = "roottable",
        options: Any = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> Any:
        path = staging_path or utils._global_args.get("TempDir")
        return frame.relationalize(name, path, options or {}, transformation_ctx, info, stageThreshold, totalThreshold)
