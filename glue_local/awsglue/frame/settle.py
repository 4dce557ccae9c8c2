"""Fields whose type is in doubt: text files with a catalog table that says what the text should mean.

A table says `bigint`; the file may hold words all the same. Glue then shows a choice of long and string, and only
then. Whether it must be shown takes a pass over the data, so it is put off: such a field is read as a choice, and
`settled` looks, when someone asks for the frame's type, which members have values. Mappings and resolutions that name
the table's type have the same result either way, and skip the look.
"""

from collections.abc import Iterable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import paths, types
from awsglue.frame.casts import cast
from awsglue.frame.formats import Read

_WHOLE = 4
"""Elements of a mapping that names both types."""


def doubtful(name: str, kind: spark.DataType) -> Column:
    """A column of text as a choice of a type, where it is a value of it, and text, where not. Empty text is null."""
    text = F.col(paths.quote(name))
    value = cast(F.trim(text), spark.StringType(), kind)
    members = {types.member_name(kind): value, "string": F.when(value.isNull() & (F.trim(text) != ""), text)}
    fields = [members[key].alias(key, metadata={types.CHOICE: True}) for key in sorted(members)]
    return F.struct(*fields).alias(name)


def settled(read: Read) -> DataFrame:
    """The records, with the doubtful fields that hold no stray text in the type that their table gives them."""
    if not read.doubtful:
        return read.df
    strays = [F.max(paths.column([name, "string"]).isNotNull()).alias(str(i)) for i, name in enumerate(read.doubtful)]
    row = read.df.agg(*strays).first()
    certain = [name for i, name in enumerate(read.doubtful) if not (row and row[i])]
    return read.df.withColumns({name: paths.member(paths.column([name]), _member(read.df, name)) for name in certain})


def mapping_decides(read: Read, mappings: Iterable[Sequence[str]]) -> bool:
    """Whether each doubtful field is mapped from the type that its table gives it, or not at all."""
    rules = [tuple(mapping) for mapping in mappings]
    if any(len(rule) != _WHOLE for rule in rules):
        return False
    return all(
        _is_member(read.df, rule[0].strip("`"), rule[1]) for rule in rules if rule[0].strip("`") in read.doubtful
    )


def specs_decide(read: Read, specs: Iterable[Sequence[str]]) -> bool:
    """Whether each doubtful field is resolved by a cast or a projection."""
    actions = {path.strip("`"): action for path, action in specs}
    return all(actions.get(name, "").lower().startswith(("cast:", "project:")) for name in read.doubtful)


def _member(df: DataFrame, name: str) -> str:
    kind = df.schema[name].dataType
    assert isinstance(kind, spark.StructType)  # noqa: S101 - `doubtful` made it
    found: str = next(field.name for field in kind.fields if field.name != "string")
    return found


def _is_member(df: DataFrame, name: str, source_type: str) -> bool:
    kind = df.schema[name].dataType
    assert isinstance(kind, spark.StructType)  # noqa: S101 - `doubtful` made it
    return bool(kind[_member(df, name)].dataType == types.parse(source_type))
