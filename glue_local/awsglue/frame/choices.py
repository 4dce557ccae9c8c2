"""Resolving choices: what becomes of a field whose values have several types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-resolveChoice
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import nested, paths, types
from awsglue.frame.casts import cast

ACTIONS = "cast:TYPE, project:TYPE, make_cols, make_struct, match_catalog"


def resolve_specs(df: DataFrame, specs: Iterable[Sequence[str]]) -> DataFrame:
    """Resolves fields one by one.

    Args:
        df: the frame.
        specs: (path, action) pairs; `list[].price` goes through an array. A path that is not there is passed over.
    """
    for path, action in specs:
        found = paths.locate(df.schema, path.replace("[]", ""))
        if found:
            df = _resolve(df, found[0], action)
    return df


def resolve_all(df: DataFrame, action: str) -> DataFrame:
    """Resolves every choice of the frame, wherever it is, by the same action.

    The columns of make_cols stand in the choice's place, the last type's first, as AWS's page prints them.
    """
    seen = 0
    while found := nested.choices(df.schema)[seen:]:
        before, parts = df.schema, found[0][0]
        if action.strip().lower() == "make_cols":
            df = nested.change(df, parts, partial(_reversed_members, parts[-1]), together=True)
        else:
            df = _resolve(df, parts, action)
        if df.schema == before:
            seen += 1
    return df


def match_catalog(df: DataFrame, table: Mapping[str, spark.DataType]) -> DataFrame:
    """Casts every choice to the type that the catalog's table has for it; others stay."""
    columns = spark.StructType([spark.StructField(name, kind) for name, kind in table.items()])
    for parts, _ in nested.choices(df.schema):
        wanted = paths.locate(columns, ".".join(map(paths.quote, parts)))
        if wanted:
            df = _resolve(df, parts, "cast:" + wanted[1].simpleString())
    return df


def _resolve(df: DataFrame, parts: list[str], action: str) -> DataFrame:
    name, _, argument = action.partition(":")
    match name.strip().lower():
        case "cast":
            return _each(df, parts, types.named(argument), cast)
        case "project":
            return _each(df, parts, types.named(argument), project)
        case "make_struct":
            return _each(df, parts, None, lambda column, kind, _: _plain(column, kind))
        case "make_cols":
            return nested.change(df, parts, lambda column, kind: _members(parts[-1], column, kind))
    raise OptionError(f"resolveChoice: {action!r} is not an action. Valid: {ACTIONS}.")


def _each(
    df: DataFrame,
    parts: list[str],
    wanted: spark.DataType | None,
    value: Callable[[Column, spark.DataType, spark.DataType], Column],
) -> DataFrame:
    """Changes a field; of an array, each of its elements, unless what is wanted is an array."""

    def through(column: Column, kind: spark.DataType) -> Column:
        if isinstance(kind, spark.ArrayType) and nested.choices(kind) and not isinstance(wanted, spark.ArrayType):
            inner = kind.elementType
            return F.transform(column, lambda item: through(item, inner))
        return value(column, kind, wanted or kind)

    return nested.change(df, parts, lambda column, kind: {parts[-1]: through(column, kind)})


def _plain(column: Column, kind: spark.DataType) -> Column:
    """A choice as the struct that it is kept in. Choices within its members stay choices."""
    if not types.is_choice(kind):
        return column
    assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
    members = [paths.member(column, f.name) for f in kind.fields]
    return F.when(column.isNotNull(), F.struct(*members))


def _members(name: str, column: Column, kind: spark.DataType) -> dict[str, Column]:
    """`price` of long and string becomes `price_long`, in its place, and `price_string`, at the end."""
    if not types.is_choice(kind):
        return {name: column}
    assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
    return {f"{name}_{field.name}": paths.member(column, field.name) for field in kind.fields}


def _reversed_members(name: str, column: Column, kind: spark.DataType) -> dict[str, Column]:
    return dict(reversed(_members(name, column, kind).items()))


def project(column: Column, kind: spark.DataType, wanted: spark.DataType) -> Column:
    """The values of one type, and those that become one without a guess: anything as text, numbers as wider numbers."""
    if not types.is_choice(kind):
        return column if kind == wanted else cast(column, kind, wanted)
    assert isinstance(kind, spark.StructType)  # noqa: S101 - is_choice said so
    own = [f for f in kind.fields if f.dataType == wanted]
    others = [f for f in kind.fields if f.dataType != wanted and _is_sure(f.dataType, wanted)]
    values = [cast(column.getField(f.name), f.dataType, wanted) for f in own + others]
    return F.coalesce(*values) if values else F.lit(None).cast(wanted)


def _is_sure(kind: spark.DataType, wanted: spark.DataType) -> bool:
    numbers = isinstance(kind, spark.NumericType) and isinstance(wanted, spark.NumericType)
    return isinstance(wanted, spark.StringType) or numbers
