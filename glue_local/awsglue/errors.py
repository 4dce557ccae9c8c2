"""The root of this package's errors.

AwsGlueError                what a script's author can act on
├── NotSupportedError       a part of AWS Glue that is not written here
├── OptionError             an option that is missing, unknown or unusable
└── ErrorThresholdError  more error records than a transformation allows
"""


class AwsGlueError(Exception):
    """Something the author of a script can act on."""


class NotSupportedError(AwsGlueError, NotImplementedError):
    """A part of AWS Glue that is not available here. The message begins with its name."""

    def __init__(self, name: str, advice: str = "") -> None:
        super().__init__(f"{name} is not supported by this awsglue yet.{' ' + advice if advice else ''}")


class OptionError(AwsGlueError, ValueError):
    """An option that is missing, unknown or unusable."""


class ErrorThresholdError(AwsGlueError):
    """A frame holds more error records than `stageThreshold` or `totalThreshold` allows."""


def unsupported_getattr(module: str, names: frozenset[str]) -> "_Getattr":
    """A module-level `__getattr__` that names what is missing instead of raising AttributeError.

    Args:
        module: the module's name.
        names: the public names that AWS has and this module does not.
    """
    return _Getattr(module, names)


class _Getattr:
    def __init__(self, module: str, names: frozenset[str]) -> None:
        self.module, self.names = module, names

    def __call__(self, name: str) -> object:
        if name in self.names:
            raise NotSupportedError(f"{self.module}.{name}")
        raise AttributeError(f"module {self.module!r} has no attribute {name!r}")
