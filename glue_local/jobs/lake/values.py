"""From text to typed values: what a column of texts holds, and how one text is read as a type.

`classify` names the class of each text inside Spark; `decide` turns the classes found in all of a column into one
type, so nothing is guessed from a sample; `read` and `fits` then read texts as that type.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake.sniff import MISSING

Order = Literal["mdy", "dmy"]
Style = Literal["any", "iso", "numeric", "named"]

LONG_INTEGER = r"^-?[1-9][0-9]{18,37}$"
DECIMAL = r"^-?(0|[1-9][0-9]*)?\.[0-9]+([eE][+-]?[0-9]+)?$|^-?(0|[1-9][0-9]*)\.?([eE][+-][0-9]+)?$"
ANY_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
WHOLE = r"^[+-]?[0-9]+(\.0*)?$"
CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
ISO_DATE = r"^[0-9]{4}([-/])[0-9]{1,2}\1[0-9]{1,2}$"
ISO_TIME = rf"^[0-9]{{4}}([-/])[0-9]{{1,2}}\1[0-9]{{1,2}}[T ]{CLOCK} ?(Z|UTC|GMT|[+-][0-9]{{2}}:?[0-9]{{2}})?$"
NUMERIC_DATE = r"^[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4}$"
NUMERIC_TIME = r"^[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{4} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?$"
_MONTH = (
    "(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?"
    "|Aug(ust)?|Sep(t(ember)?)?|Oct(ober)?|Nov(ember)?|Dec(ember)?)"
)
NAMED_DATE = rf"(?i)^{_MONTH}\.? [0-9]{{1,2}},? [0-9]{{4}}$|^[0-9]{{1,2}}[ -]{_MONTH}\.?[ -][0-9]{{4}}$"


def _numeric_stamp(text: Column, order: Order) -> Column:
    """`9/1/2026`, `01.09.2026 10:20`, `09/01/2026 08:32:12 PM` as a timestamp, the parts in `order`."""
    even = F.upper(F.regexp_replace(text, "[.-]", "/"))
    spaced = F.regexp_replace(even, " ?([AP]M)$", " $1")
    day = "M/d/yyyy" if order == "mdy" else "d/M/yyyy"
    half = F.to_timestamp(spaced, f"{day} h:mm[:ss] a")
    return F.when(spaced.rlike("[AP]M$"), half).otherwise(F.to_timestamp(spaced, f"{day}[ H:mm[:ss]]"))


def _named_stamp(text: Column) -> Column:
    """`Jun 12 1998`, `June 12, 1998`, `12-Jun-1998` as a timestamp."""
    plain = F.regexp_replace(F.regexp_replace(text, "[,.]", ""), "-", " ")
    short = F.regexp_replace(plain, "([A-Za-z]{3})[A-Za-z]*", "$1")
    return F.when(short.rlike("^[0-9]"), F.to_timestamp(short, "d MMM yyyy")).otherwise(
        F.to_timestamp(short, "MMM d yyyy")
    )


def _iso_stamp(text: Column) -> Column:
    dashed = F.when(text.contains("/"), F.regexp_replace(text, "^([0-9]{4})/([0-9]{1,2})/", "$1-$2-")).otherwise(text)
    zoned = F.when(
        F.substring(dashed, -5, 1).isin("+", "-"), F.regexp_replace(dashed, "([+-][0-9]{2})([0-9]{2})$", "$1:$2")
    ).otherwise(dashed)
    return zoned.cast("timestamp")


def stamp(text: Column, order: Order = "mdy", style: Style = "any") -> Column:
    """A date or time as a timestamp in UTC, or null. A text without a zone is UTC.

    With a `style` other than any, all of the texts are known to be dates of that style.
    """
    trimmed = F.trim(text)
    if style == "iso":
        return _iso_stamp(trimmed)
    if style == "numeric":
        return _numeric_stamp(trimmed, order)
    if style == "named":
        return _named_stamp(trimmed)
    return (
        F.when(trimmed.rlike(ISO_DATE) | trimmed.rlike(ISO_TIME), _iso_stamp(trimmed))
        .when(trimmed.rlike(NUMERIC_DATE) | trimmed.rlike(NUMERIC_TIME), _numeric_stamp(trimmed, order))
        .when(trimmed.rlike(NAMED_DATE), _named_stamp(trimmed))
    )


def epoch(text: Column) -> Column:
    """A number as a timestamp: epoch seconds, or milliseconds from 10^11 up; null where it is none."""
    number = F.when(F.trim(text).rlike(ANY_NUMBER), F.trim(text).cast("double"))
    return F.when(F.abs(number) >= 1e11, F.timestamp_seconds(number / 1000)).otherwise(F.timestamp_seconds(number))


CLASSES = frozenset(
    {"missing", "integer", "long", "decimal", "boolean", "date", "time", "named", "text"}
    | {"mdy", "dmy", "either", "mdy_time", "dmy_time", "either_time"}
)
PLAIN = "text"
"""The class of a text that is nothing else. A column that has it is text."""


def _tests(trimmed: Column) -> dict[str, Column]:
    """Whether a trimmed text that is not blank has a class, for the classes that do not take more to tell.

    They are in order: a text has the first one that says so.
    """
    whole = trimmed.cast("bigint")
    return {
        "missing": trimmed.isin(*MISSING),
        "integer": whole.isNotNull() & ((whole.cast("string") == trimmed) | (trimmed == "-0")),
        "long": trimmed.rlike(LONG_INTEGER) & whole.isNull(),
        "decimal": trimmed.rlike(DECIMAL),
        "boolean": F.lower(trimmed).isin("true", "false"),
        "date": trimmed.rlike(ISO_DATE) & _iso_stamp(trimmed).isNotNull(),
        "time": trimmed.rlike(ISO_TIME) & _iso_stamp(trimmed).isNotNull(),
    }


def classify(text: Column) -> Column:
    """The class of one text: null (blank), missing, integer, long, decimal, boolean, date, time, named, text, or of a
    date in numbers.

    long: an integer beyond 64 bits. named: a date with its month as a word. Dates in numbers are `mdy`, `dmy` or
    `either`, by which part can be the month, and have `_time` added if they go on with one.
    """
    trimmed = F.trim(text)
    first = F.regexp_extract(trimmed, r"^([0-9]{1,2})[-/.]", 1).cast("int")
    second = F.regexp_extract(trimmed, r"^[0-9]{1,2}[-/.]([0-9]{1,2})", 1).cast("int")
    side = F.when(first > 12, "dmy").when(second > 12, "mdy").otherwise("either")
    order_free = F.when(side == "dmy", _numeric_stamp(trimmed, "dmy")).otherwise(_numeric_stamp(trimmed, "mdy"))
    found = F.when(trimmed.isNull() | (trimmed == ""), F.lit(None))
    for name, test in _tests(trimmed).items():
        found = found.when(test, name)
    return (
        found.when(trimmed.rlike(NUMERIC_DATE) & order_free.isNotNull(), side)
        .when(trimmed.rlike(NUMERIC_TIME) & order_free.isNotNull(), F.concat(side, F.lit("_time")))
        .when(trimmed.rlike(NAMED_DATE) & _named_stamp(trimmed).isNotNull(), "named")
        .otherwise(PLAIN)
    )


def harmless(classes: Collection[str], numbers: bool) -> frozenset[str]:
    """The classes that other texts of a column may have without changing the type that these classes decide."""
    decided = decide(classes, numbers)
    return frozenset(each for each in CLASSES if decide({*classes, each}, numbers) == decided)


def belongs(text: Column, classes: frozenset[str]) -> Column:
    """Whether a text is blank or has one of these classes."""
    trimmed = F.trim(text)
    tests = _tests(trimmed)
    simple = [tests[name] for name in reversed(tests) if name in classes]
    others = classes - tests.keys()
    hard = [classify(text).isin(*others)] if others else []
    return text.isNull() | (trimmed == "") | reduce(or_, [*simple, *hard])


@dataclass(frozen=True)
class ColumnType:
    """A column's type; `order` is how its dates in numbers read, `style` how all of its dates are written."""

    type: T.DataType
    order: Order = "mdy"
    style: Style = "any"


TEXT = ColumnType(T.StringType())


def decide(classes: Iterable[str], numbers: bool = True) -> ColumnType:
    """The one type that every class fits; text where there is none, or where days and months cannot be told apart.

    `numbers=False` keeps numbers and booleans as text: the JSON source already said that they are text.
    """
    found = set(classes) - {"missing"}
    if not found or (not numbers and found & {"integer", "long", "decimal", "boolean"}):
        return TEXT
    if found <= {"integer", "long", "decimal"}:
        return ColumnType(
            T.DoubleType() if "decimal" in found else T.DecimalType(38, 0) if "long" in found else T.LongType()
        )
    if found == {"boolean"}:
        return ColumnType(T.BooleanType())
    sides = {name.removesuffix("_time") for name in found} - {"date", "time", "named"}
    timed = any(name.endswith("time") for name in found)
    if sides <= {"mdy", "dmy", "either"} and len(sides - {"either"}) <= 1 and sides != {"either"}:
        order: Order = "dmy" if "dmy" in sides else "mdy"
        families = {"iso" if name in {"date", "time"} else "named" if name == "named" else "numeric" for name in found}
        style: Style = families.pop() if len(families) == 1 else "any"  # type: ignore[assignment]
        return ColumnType(T.TimestampType() if timed else T.DateType(), order, style)
    return TEXT


WHOLE_TYPES = (T.LongType, T.IntegerType, T.ShortType, T.ByteType)
NUMBER_TYPES = (*WHOLE_TYPES, T.DecimalType, T.DoubleType, T.FloatType)


def _exact(one: T.DataType, other: T.DataType) -> T.DecimalType | None:
    """The decimal that holds both, or None where one is a floating-point number or 38 digits do not do."""
    decimals = [T.DecimalType(19, 0) if isinstance(each, WHOLE_TYPES) else each for each in (one, other)]
    if not all(isinstance(each, T.DecimalType) for each in decimals):
        return None
    scale = max(each.scale for each in decimals)
    whole = max(each.precision - each.scale for each in decimals)
    return T.DecimalType(whole + scale, scale) if whole + scale <= 38 else None


def merge(one: T.DataType, other: T.DataType) -> T.DataType:  # noqa: PLR0911 - one line per pair of types
    """The type that holds both, text at worst. Structs are merged member by member."""
    if one == other or isinstance(other, T.NullType):
        return one
    if isinstance(one, T.NullType):
        return other
    if isinstance(one, WHOLE_TYPES) and isinstance(other, WHOLE_TYPES):
        return T.LongType()
    if isinstance(one, NUMBER_TYPES) and isinstance(other, NUMBER_TYPES):
        return _exact(one, other) or T.DoubleType()
    if {type(one), type(other)} == {T.DateType, T.TimestampType}:
        return T.TimestampType()
    if isinstance(one, T.ArrayType) and isinstance(other, T.ArrayType):
        return T.ArrayType(merge(one.elementType, other.elementType))
    if isinstance(one, T.StructType) and isinstance(other, T.StructType):
        names = {field.name: field.dataType for field in other}
        fields = [T.StructField(f.name, merge(f.dataType, names.pop(f.name, f.dataType))) for f in one]
        return T.StructType(fields + [T.StructField(name, kind) for name, kind in names.items()])
    return T.StringType()


def join(one: ColumnType, other: ColumnType) -> ColumnType:
    """The column type that holds the texts of both."""
    merged = merge(one.type, other.type)
    if not isinstance(merged, (T.DateType, T.TimestampType)):
        return ColumnType(merged)
    numeric = {each.order for each in (one, other) if each.style in {"any", "numeric"}}
    if len(numeric) > 1:
        return TEXT
    return ColumnType(merged, numeric.pop() if numeric else "mdy", one.style if one.style == other.style else "any")


def read(text: Column, to: ColumnType, fits: bool = False) -> Column:  # noqa: PLR0911 - one line per type
    """The text as a value of a scalar type, or null where it does not fit. Empty text is null, but stays in strings.

    `fits` says that every text that is not null is of the type, so that numbers need no check of their own.
    """
    trimmed = F.trim(text)
    kind = to.type
    if fits and isinstance(kind, NUMBER_TYPES):
        return trimmed.cast(kind)
    if isinstance(kind, T.StringType):
        return text
    if isinstance(kind, T.BooleanType):
        return F.when(F.lower(trimmed).isin("true", "false"), trimmed.cast("boolean"))
    if isinstance(kind, (T.LongType, T.IntegerType, T.ShortType, T.ByteType)):
        return F.when(trimmed.rlike(WHOLE), F.regexp_replace(trimmed, r"\..*$", "").cast(kind))
    if isinstance(kind, (T.DoubleType, T.FloatType, T.DecimalType)):
        return F.when(trimmed.rlike(ANY_NUMBER), trimmed.cast(kind))
    if isinstance(kind, T.TimestampType):
        known = stamp(trimmed, to.order, to.style)
        return known if to.style != "any" else F.coalesce(known, epoch(trimmed))
    if isinstance(kind, T.DateType):
        return stamp(trimmed, to.order, to.style).cast("date")
    return trimmed.cast(kind)
