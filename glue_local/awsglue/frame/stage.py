"""What a DynamicFrame is made of: records, error records so far, thresholds; and how a method becomes a step."""

import functools
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame

from awsglue.errors import ErrorThresholdError
from awsglue.frame import error_records, exact, settle
from awsglue.frame.formats import Read

_STEP = {"transformation_ctx": "", "info": "", "stageThreshold": 0, "totalThreshold": 0}
"""The parameters that every transformation takes, after its own."""


class Stage:
    """Records and the errors of getting them. `DynamicFrame` adds the transformations."""

    sparse = False
    """Whether each record has just the fields that it names, as in JSON: a null is a field that is not there."""

    def __init__(self, jdf: Any, glue_ctx: Any, name: str = "") -> None:
        """Scripts use `fromDF` and the readers of `GlueContext`.

        Args:
            jdf: a DataFrame, a `Read`, or a function that returns one of them, called when the records are needed.
            glue_ctx: the `GlueContext`.
            name: names the frame in collections and errors.
        """
        self._given = jdf
        self.glue_ctx = glue_ctx
        self.name = name
        self._before: tuple[DataFrame, ...] = ()
        self._thresholds: tuple[int, int] = (0, 0)

    @cached_property
    def _read(self) -> Read:
        """As read: fields whose types are in doubt are still choices. See `settle`."""
        given = self._given() if callable(self._given) else self._given
        return Read(given) if isinstance(given, DataFrame) else given

    @cached_property
    def _df(self) -> DataFrame:
        return settle.settled(self._read)

    def _derive(self, given: Any, limits: Mapping[str, int] | None = None, name: str | None = None) -> Any:
        """A frame that comes from this one: it carries this one's error records on."""
        made = type(self)(given, self.glue_ctx, self.name if name is None else name)
        made._before, made.sparse = self._errors, self.sparse
        if limits:
            made._thresholds = (int(limits["stageThreshold"] or 0), int(limits["totalThreshold"] or 0))
        return made

    @property
    def _errors(self) -> tuple[DataFrame, ...]:
        return (*self._before, *self._read.errors)

    def errorsAsDynamicFrame(self) -> Any:
        """The records that could not be processed, in this step and before; one column, `error`."""
        session = self._read.df.sparkSession
        return type(self)(error_records.union(session, self._errors), self.glue_ctx, "errors")

    def errorsCount(self) -> int:
        return sum(df.count() for df in self._errors)

    def stageErrorsCount(self) -> int:
        return sum(df.count() for df in self._read.errors)

    def assertErrorThreshold(self) -> None:
        """Counts error records if a threshold was set.

        Raises:
            ErrorThresholdError: there are more than allowed.
        """
        stage, total = self._thresholds
        if stage and (count := self.stageErrorsCount()) > stage:
            raise ErrorThresholdError(f"{count} error records in this step; stageThreshold is {stage}.")
        if total and (count := self.errorsCount()) > total:
            raise ErrorThresholdError(f"{count} error records; totalThreshold is {total}.")


def step(method: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a transformation of a method that gives a DataFrame, a `Read`, or DataFrames by name.

    The method's own parameters come first, then `transformation_ctx`, `info`, `stageThreshold` and `totalThreshold`
    (the numbers of error records, in this step and in all so far, beyond which the job fails; 0 is no limit), then its
    keyword-only ones. A parameter of the four that the method names itself is passed to it, too.
    """
    own = inspect.signature(method)
    public = own.replace(parameters=_parameters(list(own.parameters.values())))

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = public.bind(*args, **kwargs)
        bound.apply_defaults()
        given = bound.arguments
        frame, extra = given.pop("self"), given.pop("options", {}) if "options" in _variadic(own) else {}
        with exact.names(frame._read.df):
            result = method(frame, **{name: value for name, value in given.items() if name in own.parameters}, **extra)
        if isinstance(result, dict):
            from awsglue.collection import DynamicFrameCollection

            frames = {name: frame._derive(df, given, name) for name, df in result.items()}
            return DynamicFrameCollection(frames, frame.glue_ctx)
        return result if isinstance(result, Stage) else frame._derive(result, given)

    call.__signature__ = public  # type: ignore[attr-defined]
    return call


def _parameters(own: list[inspect.Parameter]) -> list[inspect.Parameter]:
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = [p for p in own if p.kind is plain]
    added = [
        inspect.Parameter(name, plain, default=value) for name, value in _STEP.items() if name not in _names(first)
    ]
    only = [p.replace(kind=plain) for p in own if p.kind is inspect.Parameter.KEYWORD_ONLY and p.name not in _STEP]
    return [*first, *added, *only, *(p for p in own if p.kind is inspect.Parameter.VAR_KEYWORD)]


def _names(parameters: list[inspect.Parameter]) -> set[str]:
    return {parameter.name for parameter in parameters}


def _variadic(signature: inspect.Signature) -> set[str]:
    return _names([p for p in signature.parameters.values() if p.kind is inspect.Parameter.VAR_KEYWORD])
