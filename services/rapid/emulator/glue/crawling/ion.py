"""The Amazon Ion classifier: text and binary.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html (read 2026-11). The catalog's types are those that Ion's
Hive SerDe reads: https://github.com/amazon-ion/ion-hive-serde/blob/master/docs/type-mapping.md (read 2026-11).
"""

from typing import Any

from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.schema import BIGINT_RANGE, INT_RANGE, Array, Schema, Struct, Type, merge
from rapid.emulator.glue.crawling.texts import MOST_RECORDS, Sample
from rapid.emulator.ion_values import MARKER, BrokenIonError, values

DECIMAL = "decimal(38,18)"
"""Ion's decimals have any number of digits, and a sample does not tell how many the others have."""
SCALARS = {
    "BOOL": "boolean",
    "FLOAT": "double",
    "DECIMAL": DECIMAL,
    "TIMESTAMP": "timestamp",
    "BLOB": "binary",
    "CLOB": "binary",
}


def ion_file(sample: Sample) -> Found | None:
    """The schema of Ion structs one after another."""
    if not sample.is_text and not sample.head.startswith(MARKER):
        return None
    structs, whole = _structs(sample)
    if not structs and not sample.complete:
        sample = sample.longer()
        structs, whole = _structs(sample)
    if not structs or (sample.complete and not whole):
        return None
    schema: Schema = {}
    for struct in structs[:MOST_RECORDS]:
        for name, value in struct.items():
            schema[name.lower()] = merge(schema.get(name.lower()), _type(value))
    count, average = sample.size(len(structs))
    return Found("ion", schema, "ion", records=count, average=average, compression=sample.compression)


def _structs(sample: Sample) -> tuple[list[Any], bool]:
    """The structs of a sample, and whether it is Ion to its end; none if anything else stands at the top."""
    found: list[Any] = []
    try:
        for value in values(sample.head):
            if value.ion_type.name != "STRUCT":  # words of any text are symbols of Ion
                return [], False
            found.append(value)
    except BrokenIonError:
        return found, False
    return found, True


def _type(value: Any) -> Type:
    from amazon.ion.simple_types import IonPyNull  # type: ignore[import-untyped]

    if isinstance(value, IonPyNull):
        return None
    match kind := value.ion_type.name:
        case "INT":
            number = int(value)  # Ion's own kind of int is looked for in a range one number after another
            return "int" if number in INT_RANGE else "bigint" if number in BIGINT_RANGE else "decimal(38,0)"
        case "STRUCT":
            return Struct(tuple((name, _type(inner)) for name, inner in value.items()))
        case "LIST" | "SEXP":
            item: Type = None
            for element in value:
                item = merge(item, _type(element))
            return Array(item)
    return SCALARS.get(kind, "string")
