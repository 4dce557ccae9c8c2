"""DynamoDB targets: the schema of a table from a sample of its items, or from all of them.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html (read 2026-11)
"""

from typing import Any

from rapid.emulator.glue.crawling.layout import table_name
from rapid.emulator.glue.crawling.schema import Array, Schema, Struct, Type, merge, merge_schemas
from rapid.emulator.glue.crawling.writer import Writer
from rapid.emulator.glue.models import Structure

SAMPLE = 1000
"""Items that are read unless `scanAll`."""


def crawl(writer: Writer, target: Structure, client: Any) -> None:
    """Writes the table of one DynamoDB table.

    Raises:
        ClientError: ResourceNotFoundException.
    """
    described = client.describe_table(TableName=target["Path"])["Table"]
    scan_all = target.get("scanAll", True)
    schema: Schema = {}
    count, size = 0, 0
    for page in client.get_paginator("scan").paginate(TableName=target["Path"]):
        for item in page["Items"]:
            schema = merge_schemas(schema, {name.lower(): of_attribute(value) for name, value in item.items()})
            count += 1
        size += len(str(page["Items"]))
        if not scan_all and count >= SAMPLE:
            break
    parameters = {
        "averageRecordSize": str(size // count if count else 0),
        "classification": "dynamodb",
        "compressionType": "none",
        "hasReadUnits": "true",
        "recordCount": str(described.get("ItemCount") or count),
        "sizeKey": str(described.get("TableSizeBytes") or 0),
        "typeOfData": "table",
    }
    writer.put(writer.plain(table_name(described["TableName"]), described["TableArn"], schema, parameters))


def of_attribute(value: dict[str, Any]) -> Type:  # noqa: C901, PLR0911 - one return per attribute type
    """The catalog's type of an AttributeValue."""
    kind, content = next(iter(value.items()))
    match kind:
        case "N":
            return _number(content)
        case "BOOL":
            return "boolean"
        case "B":
            return "binary"
        case "NULL":
            return None
        case "L":
            item: Type = None
            for element in content:
                item = merge(item, of_attribute(element))
            return Array(item)
        case "M":
            return Struct(tuple((name, of_attribute(element)) for name, element in content.items()))
        case "SS":
            return Array("string")
        case "NS":
            return Array("double" if any(_number(text) == "double" for text in content) else "bigint")
        case "BS":
            return Array("binary")
    return "string"


def _number(text: str) -> str:
    return "bigint" if text.lstrip("+-").isdigit() and len(text) < 20 else "double"
