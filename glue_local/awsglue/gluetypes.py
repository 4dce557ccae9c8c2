"""Glue's own type system: what `DynamicFrame.schema()` returns and records are made of.

A `ChoiceType` says that a field holds values of several types.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

Properties = Mapping[str, Any]


class DataType:
    """The root of all types. Two types are equal when they print alike as JSON, properties aside."""

    def __init__(self, properties: Properties | None = None) -> None:
        self.properties = dict(properties or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @classmethod
    def typeName(cls) -> str:
        return cls.__name__.removesuffix("Type").lower()

    def jsonValue(self) -> dict[str, Any]:
        value: dict[str, Any] = {"dataType": self.typeName()}
        if self.properties:
            value["properties"] = self.properties
        return value

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "DataType":
        return cls(json_value.get("properties", {}))


class AtomicType(DataType):
    """A type without parts."""


class BinaryType(AtomicType):
    pass


class BooleanType(AtomicType):
    pass


class ByteType(AtomicType):
    pass


class DateType(AtomicType):
    pass


class DoubleType(AtomicType):
    pass


class FloatType(AtomicType):
    pass


class IntegerType(AtomicType):
    @classmethod
    def typeName(cls) -> str:
        return "int"


class LongType(AtomicType):
    pass


class NullType(AtomicType):
    pass


class ShortType(AtomicType):
    pass


class StringType(AtomicType):
    pass


class TimestampType(AtomicType):
    pass


class TimestampNTZType(AtomicType):
    @classmethod
    def typeName(cls) -> str:
        return "timestamp_ntz"


class UnknownType(AtomicType):
    pass


class DecimalType(AtomicType):
    def __init__(self, precision: int = 10, scale: int = 2, properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.precision, self.scale = precision, scale

    def __repr__(self) -> str:
        return f"DecimalType({self.precision},{self.scale})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "DecimalType":
        return cls(json_value.get("precision", 10), json_value.get("scale", 2), json_value.get("properties"))


class EnumType(AtomicType):
    def __init__(self, options: Iterable[str], properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.options = list(options)

    def __repr__(self) -> str:
        return f"EnumType({','.join(self.options)})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "options": self.options}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "EnumType":
        return cls(json_value["options"], json_value.get("properties"))


class ArrayType(DataType):
    def __init__(self, elementType: DataType | None = None, properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.elementType = elementType or UnknownType()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.elementType!r})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "ArrayType":
        return cls(_deserialize_json_value(json_value["elementType"]), json_value.get("properties"))


class SetType(ArrayType):
    pass


class MapType(DataType):
    """Keys are text."""

    def __init__(self, valueType: DataType | None = None, properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.valueType = valueType or UnknownType()

    def __repr__(self) -> str:
        return f"MapType({self.valueType!r})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "MapType":
        return cls(_deserialize_json_value(json_value["valueType"]), json_value.get("properties"))


class ChoiceType(DataType):
    """One of several types, at most one of each name."""

    def __init__(self, choices: Iterable[DataType] = (), properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.choices: dict[str, DataType] = {}
        for choice in choices:
            self.add(choice)

    def __repr__(self) -> str:
        return f"ChoiceType([{','.join(repr(self.choices[name]) for name in sorted(self.choices))}])"

    def add(self, new_choice: DataType) -> None:
        """Adds a type; one of the same name is merged with it."""
        name = new_choice.typeName()
        known = self.choices.get(name)
        self.choices[name] = mergeDataTypes(known, new_choice) if known else new_choice

    def merge(self, new_choices: "Iterable[DataType] | ChoiceType") -> None:
        found = new_choices.choices.values() if isinstance(new_choices, ChoiceType) else new_choices
        for choice in found:
            self.add(choice)

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "choices": [choice.jsonValue() for choice in self.choices.values()]}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "ChoiceType":
        return cls([_deserialize_json_value(choice) for choice in json_value["choices"]], json_value.get("properties"))


class Field:
    """A named part of a struct."""

    def __init__(self, name: str, dataType: DataType, properties: Properties | None = None) -> None:
        self.name, self.dataType, self.properties = name, dataType, dict(properties or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType!r})"

    def jsonValue(self) -> dict[str, Any]:
        return {"name": self.name, "container": self.dataType.jsonValue(), "properties": self.properties}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "Field":
        return cls(json_value["name"], _deserialize_json_value(json_value["container"]), json_value.get("properties"))


class StructType(DataType):
    """Named fields, in order."""

    def __init__(self, fields: Iterable[Field] = (), properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.fields = list(fields)
        self.field_map = {field.name: field for field in self.fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __repr__(self) -> str:
        return f"StructType([{','.join(map(repr, self.fields))}])"

    def add(self, field: Field) -> None:
        """Adds a field; one of the same name is merged with it."""
        known = self.field_map.get(field.name)
        if known:
            known.dataType = mergeDataTypes(known.dataType, field.dataType)
        else:
            self.fields.append(field)
            self.field_map[field.name] = field

    def hasField(self, field: str | Field) -> bool:
        return (field.name if isinstance(field, Field) else field) in self.field_map

    def getField(self, field: str) -> Field:
        return self.field_map[field]

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "StructType":
        return cls([Field.fromJsonValue(field) for field in json_value["fields"]], json_value.get("properties"))


class EntityType(DataType):
    """A type with a meaning of its own, over a base type."""

    def __init__(self, entity: str, base_type: DataType, properties: Properties | None = None) -> None:
        super().__init__(properties)
        self.entity, self.base_type = entity, base_type

    def __repr__(self) -> str:
        return f"EntityType({self.entity},{self.base_type!r})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "entity": self.entity, "baseType": self.base_type.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> "EntityType":
        base = _deserialize_json_value(json_value["baseType"])
        return cls(json_value["entity"], base, json_value.get("properties"))


_ALL_TYPES: tuple[type[DataType], ...] = (
    *(BinaryType, BooleanType, ByteType, DateType, DecimalType, DoubleType, EnumType, FloatType, IntegerType, LongType),
    *(NullType, ShortType, StringType, TimestampType, TimestampNTZType, UnknownType),
    *(ArrayType, SetType, ChoiceType, MapType, StructType, EntityType),
)
_atomic_types = [kind for kind in _ALL_TYPES if issubclass(kind, AtomicType)]
_complex_types = [kind for kind in _ALL_TYPES if not issubclass(kind, AtomicType)]
_atomic_type_map = {kind.typeName(): kind for kind in _atomic_types}
_complex_type_map = {kind.typeName(): kind for kind in _complex_types}
_all_type_map = {kind.typeName(): kind for kind in _ALL_TYPES}


def _deserialize_json_string(json_str: str) -> DataType:
    return _deserialize_json_value(json.loads(json_str))


def _deserialize_json_value(json_val: Mapping[str, Any]) -> DataType:
    return _all_type_map[json_val["dataType"]].fromJsonValue(json_val)


def _serialize_schema(schema: DataType) -> str:
    return json.dumps(schema.jsonValue())


def _make_choice(s1: DataType, s2: DataType) -> ChoiceType:
    choice = ChoiceType()
    for kind in (s1, s2):
        choice.merge(kind if isinstance(kind, ChoiceType) else [kind])
    return choice


def mergeDataTypes(s1: DataType, s2: DataType) -> DataType:  # noqa: PLR0911 - one return per pair
    """The type of a field that is `s1` in some records and `s2` in others.

    Nothing is widened: int and long, or long and string, become a choice. Null and unknown give way to the other.
    """
    for kind, other in ((s1, s2), (s2, s1)):
        if isinstance(kind, NullType | UnknownType):
            return other
    if isinstance(s1, StructType) and isinstance(s2, StructType):
        merged = StructType([Field(f.name, f.dataType, f.properties) for f in s1.fields], s1.properties)
        for field in s2.fields:
            merged.add(Field(field.name, field.dataType, field.properties))
        return merged
    if type(s1) is type(s2):
        if isinstance(s1, ArrayType) and isinstance(s2, ArrayType):
            return type(s1)(mergeDataTypes(s1.elementType, s2.elementType), s1.properties)
        if isinstance(s1, MapType) and isinstance(s2, MapType):
            return MapType(mergeDataTypes(s1.valueType, s2.valueType), s1.properties)
        if isinstance(s1, DecimalType) and isinstance(s2, DecimalType):
            scale = max(s1.scale, s2.scale)
            whole = max(s1.precision - s1.scale, s2.precision - s2.scale)
            return DecimalType(min(whole + scale, 38), scale)
        if not isinstance(s1, ChoiceType):
            return s1
    return _make_choice(s1, s2)


class DynamicRecord(dict[str, Any]):
    """A record as a script's function sees it: a dict whose keys are attributes too."""

    __slots__: ClassVar[tuple[str, ...]] = ()

    def __getattr__(self, attr: str) -> Any:
        try:
            return self[attr]
        except KeyError:
            raise AttributeError(attr) from None

    def __setattr__(self, attr: str, value: Any) -> None:
        self[attr] = value


def _create_dynamic_record(dynamicRecord: Mapping[str, Any]) -> DynamicRecord:
    """A dict, and the dicts within it, as records."""
    return DynamicRecord(
        {k: _create_dynamic_record(v) if isinstance(v, Mapping) else v for k, v in dynamicRecord.items()}
    )


def _revert_to_dict(dynamicRecord: Mapping[str, Any]) -> dict[str, Any]:
    """A record, and the records within it, as plain dicts."""
    return {k: _revert_to_dict(v) if isinstance(v, Mapping) else v for k, v in dynamicRecord.items()}
