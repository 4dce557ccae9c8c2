"""CREATE TABLE."""

from dataclasses import dataclass, field

from rapid.emulator.athena.hive.columns import HiveColumn, columns
from rapid.emulator.athena.hive.words import Name, Properties, Words


@dataclass(frozen=True)
class Transform:
    """One item of PARTITIONED BY of an Iceberg table: `bucket(16, id)`, `day(ts)`, or a column itself (`identity`)."""

    name: str
    column: str
    argument: int | None = None


@dataclass
class CreateTable:
    """CREATE [EXTERNAL] TABLE. `transforms` is what an Iceberg table has in place of `keys`."""

    name: Name
    columns: list[HiveColumn] = field(default_factory=list)
    keys: list[HiveColumn] = field(default_factory=list)
    transforms: list[Transform] = field(default_factory=list)
    if_not_exists: bool = False
    comment: str | None = None
    buckets: tuple[list[str], int] | None = None
    serde: str | None = None
    serde_properties: Properties = field(default_factory=dict)
    stored_as: str | None = None
    formats: tuple[str, str] | None = None
    location: str | None = None
    properties: Properties = field(default_factory=dict)


def is_query_next(words: Words) -> bool:
    """Whether what follows CREATE TABLE is a CREATE TABLE AS."""
    at = words.at
    words.accept("IF", "NOT", "EXISTS")
    words.name()
    found = words.peek() in ("WITH", "AS", "<EOF>")
    words.at = at
    return found


def transforms(words: Words) -> list[Transform]:
    """`(category, bucket(16, id), day(ts))`."""
    found = []
    words.expect("(")
    while True:
        name = words.identifier()
        if words.accept("("):
            argument = int(words.value()) if words.tokens[words.at].kind == "number" else None
            if argument is not None:
                words.expect(",")
            found.append(Transform(name, words.identifier(), argument))
            words.expect(")")
        else:
            found.append(Transform("identity", name))
        if not words.accept(","):
            break
    words.expect(")")
    return found


def create_table(words: Words) -> CreateTable:
    """Everything after CREATE [EXTERNAL] TABLE."""
    made = CreateTable(Name(None, ""))
    made.if_not_exists = words.accept("IF", "NOT", "EXISTS")
    made.name = words.name()
    if words.peek() == "(":
        made.columns = columns(words)
    while words.at < len(words.tokens) and words.peek() != ";":
        _table_clause(words, made)
    words.end()
    return made


_DELIMITERS = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


def _table_clause(words: Words, made: CreateTable) -> None:
    if words.accept("COMMENT"):
        made.comment = words.string()
    elif words.accept("PARTITIONED", "BY"):
        if words.peek(2) in (",", ")", "("):
            made.transforms = transforms(words)
        else:
            made.keys = columns(words)
    elif words.accept("CLUSTERED", "BY"):
        names = [n.strip().strip("`").lower() for n in words.parenthesised().split(",")]
        if words.accept("SORTED", "BY"):
            words.parenthesised()
        words.expect("INTO")
        made.buckets = names, int(words.value())
        words.expect("BUCKETS")
    elif words.accept("ROW", "FORMAT", "SERDE"):
        made.serde = words.string()
    elif words.accept("ROW", "FORMAT", "DELIMITED"):
        made.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
        while any(words.peek() == phrase[0] for phrase in _DELIMITERS):
            phrase = next((p for p in _DELIMITERS if words.accept(*p)), None)
            if phrase is None:
                raise words.fail("'TERMINATED'")
            made.serde_properties[_DELIMITERS[phrase]] = words.string()
        if "field.delim" in made.serde_properties:
            made.serde_properties["serialization.format"] = made.serde_properties["field.delim"]
    elif words.accept("WITH", "SERDEPROPERTIES"):
        made.serde_properties.update(words.properties())
    elif words.accept("STORED", "AS", "INPUTFORMAT"):
        first = words.string()
        words.expect("OUTPUTFORMAT")
        made.formats = first, words.string()
    elif words.accept("STORED", "AS"):
        made.stored_as = words.identifier().upper()
    elif words.accept("LOCATION"):
        made.location = words.string()
    elif words.accept("TBLPROPERTIES"):
        made.properties = words.properties()
    else:
        raise words.fail("'LOCATION', 'PARTITIONED', 'ROW', 'STORED', 'TBLPROPERTIES', <EOF>")
