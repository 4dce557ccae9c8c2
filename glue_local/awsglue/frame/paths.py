"""Paths of fields: `a.b` descends into structs, back-ticks keep a dot that is part of a name."""

import re

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import types

_PART = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")


def split(path: str) -> list[str]:
    """The names along a path: `a.`b.c`` gives ["a", "b.c"]."""
    return [(quoted.replace("``", "`") if quoted else plain) for quoted, plain in _PART.findall(path)]


def quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def column(parts: list[str]) -> Column:
    """The Spark column at a path."""
    return F.col(".".join(quote(part) for part in parts))


def member(column: Column, name: str) -> Column:
    """One member of a choice as a field of its own: Spark would copy the mark that it bears as a member."""
    return column.getField(name).alias(name, metadata={types.RESOLVED: True})


def locate(
    schema: spark.StructType, path: str, case_sensitive: bool = False
) -> tuple[list[str], spark.DataType] | None:
    """Finds a field.

    A top-level column whose whole name is the path wins over descending: Glue's own output has names with dots.

    Returns:
        The field's names as the schema writes them, and its type; None if there is no such field.
    """
    whole = _member(schema, path, case_sensitive)
    if whole:
        return [whole.name], whole.dataType
    found: list[str] = []
    kind: spark.DataType = schema
    for part in split(path):
        while isinstance(kind, spark.ArrayType):
            kind = kind.elementType
        field = _member(kind, part, case_sensitive) if isinstance(kind, spark.StructType) else None
        if field is None:
            return None
        found.append(field.name)
        kind = field.dataType
    return (found, kind) if found else None


def required(schema: spark.StructType, path: str) -> list[str]:
    """The names of a field that must be there.

    Raises:
        OptionError: there is no such field.
    """
    found = locate(schema, path)
    if found is None:
        raise OptionError(f"There is no field {path!r}; the frame has {', '.join(schema.names)}.")
    return found[0]


def value(schema: spark.StructType, path: str) -> Column:
    """A field's value. In a frame without any field, which nothing was read into, each is null.

    Raises:
        OptionError: there is no such field among others.
    """
    return column(required(schema, path)) if schema.fields else F.lit(None)


def _member(kind: spark.StructType, name: str, case_sensitive: bool) -> spark.StructField | None:
    for field in kind.fields:
        if field.name == name:
            return field
    if case_sensitive:
        return None
    return next((field for field in kind.fields if field.name.lower() == name.lower()), None)
