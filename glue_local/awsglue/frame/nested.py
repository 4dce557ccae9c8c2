"""Changing one value deep inside records, through structs and arrays alike."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import paths, types

Change = Callable[[Column, spark.DataType], dict[str, Column]]
"""From a field's value and type to the fields that take its place; none drops it."""


def change(df: DataFrame, parts: list[str], make: Change, together: bool = False) -> DataFrame:
    """Puts other fields in the place of one.

    Args:
        df: the frame.
        parts: names along the path, as the schema writes them; arrays on the way are gone through.
        make: the new fields. The first takes the old one's place, others come last among its siblings.
        together: they all take the old one's place.
    """
    if len(parts) == 1:
        return df.select(*_rebuilt(None, df.schema, parts, make, together))
    top = parts[0]
    return df.withColumn(top, _inside(paths.column([top]), df.schema[top].dataType, parts[1:], make, together))


def _inside(column: Column, kind: spark.DataType, parts: list[str], make: Change, together: bool) -> Column:
    if isinstance(kind, spark.ArrayType):
        inner = kind.elementType
        return F.transform(column, lambda item: _inside(item, inner, parts, make, together))
    assert isinstance(kind, spark.StructType)  # noqa: S101 - the path was located in the schema
    fields = _rebuilt(column, kind, parts, make, together)
    return F.when(column.isNotNull(), F.struct(*fields)) if fields else F.lit(None)


def _rebuilt(
    column: Column | None, kind: spark.StructType, parts: list[str], make: Change, together: bool
) -> list[Column]:
    kept: list[Column] = []
    last: list[Column] = []
    for field in kind.fields:
        value = F.col(paths.quote(field.name)) if column is None else column.getField(field.name)
        if field.name != parts[0]:
            kept.append(value.alias(field.name, metadata=field.metadata))
        elif len(parts) > 1:
            kept.append(_inside(value, field.dataType, parts[1:], make, together).alias(field.name))
        else:
            made = [new.alias(name) for name, new in make(value, field.dataType).items()]
            first = len(made) if together else 1
            kept.extend(made[:first])
            last.extend(made[first:])
    return kept + last


def choices(kind: spark.DataType, above: tuple[str, ...] = ()) -> list[tuple[list[str], spark.StructType]]:
    """The outermost choices of a type, wherever they are: path (arrays on the way are not named) and type.

    A choice that is an array's element has the array's own path.
    """
    found: list[tuple[list[str], spark.StructType]] = []
    while isinstance(kind, spark.ArrayType):
        kind = kind.elementType
    if not isinstance(kind, spark.StructType):
        return found
    if types.is_choice(kind):
        return [(list(above), kind)]
    for field in kind.fields:
        found.extend(choices(field.dataType, (*above, field.name)))
    return found
