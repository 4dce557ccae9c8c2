"""`DynamicFrameCollection`: frames by name, as `relationalize` and the splits give them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-collection.html
"""

from collections.abc import Callable, Mapping
from typing import Any


class DynamicFrameCollection:
    """Frames by name."""

    def __init__(self, dynamic_frames: Any, glue_ctx: Any) -> None:
        frames = dynamic_frames if isinstance(dynamic_frames, Mapping) else {f.name: f for f in dynamic_frames}
        self._frames: dict[str, Any] = dict(frames)
        self.glue_ctx = glue_ctx

    def __getitem__(self, key: str) -> Any:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)

    def keys(self) -> Any:
        return self._frames.keys()

    def values(self) -> Any:
        return self._frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> Any:
        """The frame of a name; an empty one if there is none."""
        if key in self._frames:
            return self._frames[key]
        from awsglue.dynamicframe import DynamicFrame
        from awsglue.frame import sources

        return DynamicFrame(sources.empty(self.glue_ctx.spark_session), self.glue_ctx, key)

    def map(self, callable: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """Each frame through `callable(frame, transformation_ctx)`."""
        return DynamicFrameCollection(
            {
                name: callable(frame, f"{transformation_ctx}_{name}" if transformation_ctx else "")
                for name, frame in self._frames.items()
            },
            self.glue_ctx,
        )

    def flatmap(self, f: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """Each frame through a function that returns a frame or a collection."""
        found: dict[str, Any] = {}
        for name, frame in self._frames.items():
            result = f(frame, f"{transformation_ctx}_{name}" if transformation_ctx else "")
            if isinstance(result, DynamicFrameCollection):
                found.update({f"{name}_{key}" if key in found else key: result[key] for key in result.keys()})  # noqa: SIM118
            else:
                found[name] = result
        return DynamicFrameCollection(found, self.glue_ctx)
