"""Type inference: which type the columns of a group have, by all of its rows.

Classing every text of much data takes longer than all the rest of the job. There, types are guessed from the head of
the data, and each row is compared with the guess while it is written; a guess that one row contradicts is dropped.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake import names, values
from lake.reading import Group
from lake.values import ColumnType

WIDEST_TYPE = 60_000
"""Characters of a nested type's text; the catalog takes 131,072. Wider ones (objects used as maps) stay JSON text."""
DEEPEST_TYPE = 32
"""Levels of a nested type; Arrow, through which rows leave Spark, takes 64. Deeper ones stay JSON text, too."""
LARGE = 4 << 20
"""Bytes of a group from which its head is looked at first, and how many rows that is."""
HEAD = 5000


@dataclass(frozen=True)
class Inferred:
    """The types of a group's columns, by name.

    `guesses` are the classes that all texts of a column must have for its type to be right, by the column's position
    in the group, where not all of them were looked at.
    """

    types: dict[str, ColumnType]
    guesses: Mapping[int, frozenset[str]]


def infer(group: Group, columns: list[str], settled: Container[str], doubted: Collection[str] | None) -> Inferred:
    """The types of a group's columns that are not settled yet, from its data.

    `doubted` are columns whose type may not be guessed; None is all of them.
    """
    types: dict[str, ColumnType] = {}
    texts: list[int] = []
    for position, name in enumerate(columns):
        if name in settled:
            continue
        kind = group.types.get(group.fields[position])
        if kind is None or (group.kind == "json" and isinstance(kind, T.StringType)):
            texts.append(position)
            continue
        kind = clean_type(kind)
        too_large = len(kind.simpleString()) > WIDEST_TYPE or depth(kind) > DEEPEST_TYPE
        types[name] = values.TEXT if too_large else ColumnType(kind)
    numbers = group.kind == "csv"
    guessable = [i for i in texts if doubted is not None and columns[i] not in doubted]
    classes, guesses = _text_classes(group, texts, guessable, numbers)
    for position in texts:
        types[columns[position]] = values.decide(classes.get(position, ()), numbers)
    return Inferred(types, guesses)


def _text_classes(
    group: Group, positions: list[int], guessable: Collection[int], numbers: bool
) -> tuple[dict[int, set[str]], dict[int, frozenset[str]]]:
    """The classes of the texts in some columns of a group as far as they matter, and what the guesses among them need.

    A column whose type no other text can change (with plain text in it, it is text) is not looked at any further.
    """
    head: dict[int, set[str]] = {}
    guesses: dict[int, frozenset[str]] = {}
    if group.size > LARGE:
        found = _classes(group, group.frame.limit(HEAD), positions)
        for position in positions:
            classes = found.get(position, set())
            harmless = values.harmless(classes, numbers)
            if harmless == values.CLASSES:
                head[position] = classes
            elif position in guessable:
                head[position], guesses[position] = classes, harmless
    return head | _classes(group, group.frame, [i for i in positions if i not in head]), guesses


def _classes(group: Group, frame: DataFrame, positions: Iterable[int]) -> dict[int, set[str]]:
    """The classes of the texts in some columns of a frame of a group. One Spark job."""
    cells = [F.struct(F.lit(i).alias("i"), group.column(i).alias("text")) for i in positions]
    if not cells:
        return {}
    each = frame.where(F.col("__flaw").isNull()).select(F.explode(F.array(*cells)).alias("cell"))
    classes = each.select("cell.i", values.classify(F.col("cell.text")).alias("class"))
    found: dict[int, set[str]] = {}
    for row in classes.where(F.col("class").isNotNull()).groupBy("i", "class").count().collect():
        found.setdefault(row["i"], set()).add(row["class"])
    return found


def clean_type(kind: T.DataType) -> T.DataType:
    """The type with member names that the catalog takes."""
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(clean_type(kind.elementType))
    if isinstance(kind, T.MapType):
        return T.MapType(kind.keyType, clean_type(kind.valueType))
    if isinstance(kind, T.StructType):
        given = names.assign(kind.names)
        members = [(given[f.name] if not given[f.name][0].isdigit() else f"_{given[f.name]}", f.dataType) for f in kind]
        return T.StructType([T.StructField(name, clean_type(member)) for name, member in members])
    return kind


def depth(kind: T.DataType) -> int:
    """How many levels a type has; 1 for a scalar."""
    if isinstance(kind, T.ArrayType):
        return 1 + depth(kind.elementType)
    if isinstance(kind, T.MapType):
        return 1 + depth(kind.valueType)
    if isinstance(kind, T.StructType):
        return 1 + max((depth(member.dataType) for member in kind), default=0)
    return 1
