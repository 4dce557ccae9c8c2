"""The root of the transforms: `T.apply(...)` and `T()(...)` are the same call."""

from typing import Any


class Described:
    """What a transform says of itself: from its signature and docstring."""

    __call__: Any

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        """One entry per argument: name, type (where it is known), description, optional, defaultValue."""
        import inspect

        found = []
        for parameter in list(inspect.signature(cls.__call__).parameters.values())[1:]:
            optional = parameter.default is not inspect.Parameter.empty
            default = parameter.default if optional else None
            found.append(
                {
                    "name": parameter.name,
                    "type": getattr(parameter.annotation, "__name__", str(parameter.annotation)),
                    "description": "",
                    "optional": optional,
                    "defaultValue": default,
                }
            )
        return found

    @classmethod
    def describeReturn(cls) -> dict[str, Any]:
        return {"type": "DynamicFrame", "description": cls._doc()}

    @classmethod
    def describeTransform(cls) -> str:
        return cls._doc()

    @classmethod
    def describeErrors(cls) -> list[dict[str, Any]]:
        return []

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "transform": {"name": cls.name(), "args": cls.describeArgs(), "returns": cls.describeReturn()},
            "description": cls.describeTransform(),
            "raises": cls.describeErrors(),
        }

    @classmethod
    def _doc(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]


class GlueTransform(Described):
    """One step of a script. Subclasses define `__call__`."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        return cls()(*args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GlueTransform) and self.name() == other.name()

    def __hash__(self) -> int:
        return hash(self.name())

    def __repr__(self) -> str:
        return f"{self.name()}()"
