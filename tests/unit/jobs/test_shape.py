"""Which type a column of a fresh table gets."""

from functools import reduce

import pytest
from lake.reading import Group
from lake.shape import DEEPEST_TYPE, _found_types, depth
from pyspark.sql import types as T


def nested(levels: int) -> T.DataType:
    return reduce(lambda inner, _: T.StructType([T.StructField("a", inner)]), range(levels - 1), T.LongType())


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        (T.LongType(), 1),
        (T.ArrayType(T.LongType()), 2),
        (T.MapType(T.StringType(), T.ArrayType(T.LongType())), 3),
        (T.StructType([]), 1),
        (nested(7), 7),
    ],
)
def test_depth(kind: T.DataType, levels: int) -> None:
    assert depth(kind) == levels


@pytest.mark.parametrize(("levels", "type_name"), [(DEEPEST_TYPE, "struct"), (DEEPEST_TYPE + 1, "string")])
def test_what_is_nested_too_deeply_stays_text(levels: int, type_name: str) -> None:
    group = Group("json", None, ("a",), {"a": nested(levels)})  # type: ignore[arg-type]
    assert _found_types(group, ["a"], {})["a"].type.typeName() == type_name
