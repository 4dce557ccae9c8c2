"""What every format's module gives and takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """What a reader found: the records, and those that could not be read.

    `doubtful` names the fields that are choices until someone looks whether they need to be; see `frame.settle`.
    """

    df: DataFrame
    errors: tuple[DataFrame, ...] = ()
    doubtful: tuple[str, ...] = ()


def flag(options: Options, *names: str, default: bool = False) -> bool:
    """A format option that is true or false, as a bool or as text, under any of its names."""
    for name in names:
        if name in options:
            return str(options[name]).lower() == "true"
    return default
