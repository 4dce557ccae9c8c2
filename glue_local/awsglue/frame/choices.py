"""Resolving choices: what becomes of a field whose values have several types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-resolveChoice
"""

from collections.abc import Iterable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import paths, types
from awsglue.frame.casts import cast

ACTIONS = "cast:TYPE, project:TYPE, make_cols, make_struct, match_catalog"


def resolve_specs(df: DataFrame, specs: Iterable[Sequence[str]]) -> DataFrame:
    """Resolves fields one by one.

    Args:
        df: the frame.
        specs: (path, action) pairs. A path that is not there is passed over.
    """
    for path, action in specs:
        if "[]" in path:
            raise NotSupportedError(f"resolveChoice inside an array ({path!r})")
        found = paths.locate(df.schema, path)
        if found:
            df = _resolve(df, found[0], found[1], action)
    return df


def resolve_all(df: DataFrame, action: str) -> DataFrame:
    """Resolves every choice of the frame, wherever it is outside of arrays, by the same action."""
    for parts, kind in choices(df.schema):
        df = _resolve(df, parts, kind, action)
    return df


def match_catalog(df: DataFrame, table: dict[str, spark.DataType]) -> DataFrame:
    """Casts every top-level choice to the type that the catalog's table has for it."""
    for parts, kind in choices(df.schema):
        wanted = table.get(parts[0].lower())
        if wanted is not None and len(parts) == 1:
            df = df.withColumn(parts[0], cast(paths.column(parts), kind, wanted))
    return df


def choices(kind: spark.StructType, above: tuple[str, ...] = ()) -> list[tuple[list[str], spark.DataType]]:
    """Every choice outside of arrays: its path and type."""
    found: list[tuple[list[str], spark.DataType]] = []
    for field in kind.fields:
        path = (*above, field.name)
        if types.is_choice(field.dataType):
            found.append((list(path), field.dataType))
        elif isinstance(field.dataType, spark.StructType):
            found.extend(choices(field.dataType, path))
    return found


def _resolve(df: DataFrame, parts: list[str], kind: spark.DataType, action: str) -> DataFrame:
    name, _, argument = action.partition(":")
    column = paths.column(parts)
    match name.lower():
        case "cast":
            return _replace(df, parts, cast(column, kind, types.parse(argument)))
        case "project":
            return _replace(df, parts, _project(column, kind, types.parse(argument)))
        case "make_struct":
            return _replace(df, parts, column.cast(types.plain(kind)) if types.is_choice(kind) else column)
        case "make_cols":
            return _make_cols(df, parts, kind) if types.is_choice(kind) else df
    raise OptionError(f"resolveChoice: {action!r} is not an action. Valid: {ACTIONS}.")


def _project(column: Column, kind: spark.DataType, wanted: spark.DataType) -> Column:
    """The values of one type; those of another are null."""
    if types.is_choice(kind):
        assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
        member = next((f for f in kind.fields if f.dataType == wanted), None)
        return column.getField(member.name) if member else F.lit(None).cast(wanted)
    return column if kind == wanted else F.lit(None).cast(wanted)


def _replace(df: DataFrame, parts: list[str], value: Column) -> DataFrame:
    if len(parts) == 1:
        return df.withColumn(parts[0], value)
    return df.withColumn(parts[0], F.col(paths.quote(parts[0])).withField(".".join(map(paths.quote, parts[1:])), value))


def _make_cols(df: DataFrame, parts: list[str], kind: spark.DataType) -> DataFrame:
    """`price` of long and string becomes `price_long`, in its place, and `price_string`, at the end."""
    assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
    if len(parts) > 1:
        raise NotSupportedError(f"resolveChoice make_cols inside a struct ({'.'.join(parts)!r})")
    name = parts[0]
    source = paths.column(parts)
    made = [source.getField(f.name).alias(f"{name}_{f.name}") for f in kind.fields]
    kept = [made[0] if c == name else paths.column([c]) for c in df.columns]
    return df.select(*kept, *made[1:])
