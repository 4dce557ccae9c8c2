"""Spark types and Glue types, to and fro, and how a choice is kept in a Spark type."""

import re
from functools import lru_cache

from pyspark.errors import ParseException
from pyspark.sql import types as spark

from awsglue import gluetypes as glue
from awsglue.errors import OptionError

CHOICE = "awsglue.choice"
"""Metadata key on the members of a struct that stands for a choice."""

RESOLVED = "awsglue.resolved"
"""Metadata key on the members of a choice that was made a struct: it overrides the mark, which Spark would copy."""

_ATOMIC: dict[type[spark.DataType], type[glue.AtomicType]] = {
    spark.BinaryType: glue.BinaryType,
    spark.BooleanType: glue.BooleanType,
    spark.ByteType: glue.ByteType,
    spark.DateType: glue.DateType,
    spark.DoubleType: glue.DoubleType,
    spark.FloatType: glue.FloatType,
    spark.IntegerType: glue.IntegerType,
    spark.LongType: glue.LongType,
    spark.NullType: glue.NullType,
    spark.ShortType: glue.ShortType,
    spark.StringType: glue.StringType,
    spark.TimestampType: glue.TimestampType,
    spark.TimestampNTZType: glue.TimestampNTZType,
}
_SPARK: dict[type[glue.DataType], type[spark.DataType]] = {g: s for s, g in _ATOMIC.items()}

_TEXT = re.compile(r"(?<![\w`])(?:var)?char(?:\s*\(\s*\d+\s*\))?(?![\w:`])", re.IGNORECASE)
_SYNONYMS = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint", "null": "void"}
_WORD = re.compile(r"(?<![\w:`])(long|integer|short|byte|null)(?![\w:`])", re.IGNORECASE)
COMPLEX = frozenset({"struct", "array", "map", "set", "choice"})
"""Type names that a mapping may use without saying what is inside; they keep the type as it is."""


def is_choice(kind: spark.DataType) -> bool:
    return isinstance(kind, spark.StructType) and bool(kind.fields) and all(_is_member(f) for f in kind.fields)


def _is_member(field: spark.StructField) -> bool:
    return CHOICE in field.metadata and RESOLVED not in field.metadata


def has_choices(kind: glue.DataType) -> bool:
    """Whether a type holds a choice anywhere."""
    if isinstance(kind, glue.StructType):
        return any(has_choices(field.dataType) for field in kind.fields)
    if isinstance(kind, glue.ArrayType):
        return has_choices(kind.elementType)
    if isinstance(kind, glue.MapType):
        return has_choices(kind.valueType)
    return isinstance(kind, glue.ChoiceType)


def to_glue(kind: spark.DataType) -> glue.DataType:
    """The Glue type of a Spark type."""
    if isinstance(kind, spark.StructType):
        if is_choice(kind):
            return glue.ChoiceType([to_glue(f.dataType) for f in kind.fields])
        return glue.StructType([glue.Field(f.name, to_glue(f.dataType)) for f in kind.fields])
    if isinstance(kind, spark.ArrayType):
        return glue.ArrayType(to_glue(kind.elementType))
    if isinstance(kind, spark.MapType):
        return glue.MapType(to_glue(kind.valueType))
    if isinstance(kind, spark.DecimalType):
        return glue.DecimalType(kind.precision, kind.scale)
    return _ATOMIC.get(type(kind), glue.UnknownType)()


def to_spark(kind: glue.DataType) -> spark.DataType:
    """The Spark type that holds values of a Glue type; a choice becomes a marked struct."""
    if isinstance(kind, glue.StructType):
        return spark.StructType([spark.StructField(f.name, to_spark(f.dataType)) for f in kind.fields])
    if isinstance(kind, glue.ChoiceType):
        return spark.StructType([choice_field(name, to_spark(kind.choices[name])) for name in sorted(kind.choices)])
    if isinstance(kind, glue.ArrayType):
        return spark.ArrayType(to_spark(kind.elementType))
    if isinstance(kind, glue.MapType):
        return spark.MapType(spark.StringType(), to_spark(kind.valueType))
    if isinstance(kind, glue.DecimalType):
        return spark.DecimalType(kind.precision, kind.scale)
    return _SPARK.get(type(kind), spark.NullType)()


def choice_field(name: str, kind: spark.DataType) -> spark.StructField:
    return spark.StructField(name, kind, True, {CHOICE: True})


def member_name(kind: spark.DataType) -> str:
    """What a type is called as a member of a choice."""
    return to_glue(kind).typeName()


def plain(kind: spark.DataType) -> spark.DataType:
    """The same type as a script may see it: choices are ordinary structs, null columns are strings."""
    if isinstance(kind, spark.StructType):
        return spark.StructType(
            [
                spark.StructField(
                    f.name,
                    plain(f.dataType),
                    f.nullable,
                    {k: v for k, v in f.metadata.items() if k not in {CHOICE, RESOLVED}},
                )
                for f in kind.fields
            ]
        )
    if isinstance(kind, spark.ArrayType):
        return spark.ArrayType(plain(kind.elementType), kind.containsNull)
    if isinstance(kind, spark.MapType):
        return spark.MapType(plain(kind.keyType), plain(kind.valueType), kind.valueContainsNull)
    return spark.StringType() if isinstance(kind, spark.NullType) else kind


@lru_cache(maxsize=4096)
def parse(name: str) -> spark.DataType:
    """A type from its name, as Glue (`long`), Spark or Hive (`bigint`, `struct<a:int>`) write it.

    Raises:
        OptionError: no such type.
    """
    text = _WORD.sub(lambda word: _SYNONYMS[word.group().lower()], _TEXT.sub("string", name.strip()))
    if text.lower() == "void":
        return spark.NullType()
    try:
        return spark._parse_datatype_string(text)
    except ParseException as error:
        raise OptionError(f"{name!r} is not a type. Examples: string, long, decimal(10,2), array<int>.") from error


def named(name: str) -> spark.DataType:
    """A type as mappings and resolutions name it. `decimal`, or `numeric`, alone has Glue's own digits, (10,2).

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
    """
    return parse("decimal(10,2)" if name.strip().lower() in {"decimal", "numeric"} else name)


def name_of(kind: glue.DataType) -> str:
    """A Glue type's name, as `parse` takes it."""
    return str(to_spark(kind).simpleString())


def hive_name(kind: spark.DataType) -> str:
    """The type as the Glue catalog writes it, e.g. `struct<a:bigint>`."""
    return str(plain(kind).simpleString())


def describe(schema: glue.StructType) -> str:
    """A schema as Glue prints it: `root`, then one line per field.

    The form is that of the examples in https://github.com/aws-samples/aws-glue-samples (examples/*.md).
    """
    return "\n".join(["root", *_lines(schema, "")])


def _lines(kind: glue.DataType, indent: str) -> list[str]:
    below = indent + "|    "
    if isinstance(kind, glue.StructType):
        return [
            line
            for f in kind.fields
            for line in (f"{indent}|-- {f.name}: {_label(f.dataType)}", *_lines(f.dataType, below))
        ]
    if isinstance(kind, glue.ArrayType):
        return [f"{indent}|-- element: {_label(kind.elementType)}", *_lines(kind.elementType, below)]
    if isinstance(kind, glue.MapType):
        inner = _lines(kind.valueType, below)
        return [f"{indent}|-- keyType: string", f"{indent}|-- valueType: {_label(kind.valueType)}", *inner]
    if isinstance(kind, glue.ChoiceType):
        return [
            line for _, c in sorted(kind.choices.items()) for line in (f"{indent}|-- {_label(c)}", *_lines(c, below))
        ]
    return []


def _label(kind: glue.DataType) -> str:
    return f"decimal({kind.precision},{kind.scale})" if isinstance(kind, glue.DecimalType) else kind.typeName()
