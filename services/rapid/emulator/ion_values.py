"""The values of Amazon Ion, text and binary, by Amazon's library in its form of plain Python.

Its form in C is ten times faster, and no file may decide over this process: cut off or broken binary Ion makes it run
for ever, or ends the process (amazon-ion 0.13.0, 2,000 files broken at random).
"""

import io
from collections.abc import Iterator
from typing import Any

MARKER = b"\xe0\x01\x00\xea"
"""The version marker that binary Ion begins with."""


class BrokenIonError(ValueError):
    """It is not Ion from here on."""


def values(body: bytes) -> Iterator[Any]:
    """The values at the top, one after another.

    Raises:
        BrokenIonError: what follows is broken.
    """
    from amazon.ion import simpleion  # type: ignore[import-untyped]
    from amazon.ion.exceptions import IonException  # type: ignore[import-untyped]

    broken = (IonException, ValueError, TypeError, AttributeError, LookupError, RuntimeError, ArithmeticError)
    try:
        yield from simpleion.load_python(io.BytesIO(body), single_value=False, parse_eagerly=False)
    except broken as error:
        raise BrokenIonError(f"{type(error).__name__}: {error}") from error
