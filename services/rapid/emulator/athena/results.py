"""Result files as Athena writes them: `<id>.csv` or `<id>.txt`, and `.metadata` beside it; `stored` reads them.

CSV: header and every value quoted, quotes doubled, NULL nothing at all, `\\n` ends every line.
https://docs.aws.amazon.com/athena/latest/ug/querying.html and the notes on issue 4 (read 2026-11).
"""

from collections.abc import Iterable
from typing import Any

from rapid.emulator.athena.sql.scope import Column
from rapid.emulator.athena.sql.types import Type

_PRECISION = {
    "boolean": 0, "tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "real": 17, "double": 17, "date": 0,
    "timestamp": 3, "timestamp with time zone": 3, "time": 3, "varbinary": 1073741824, "uuid": 0,
}  # fmt: skip
_UNBOUNDED = 2147483647


def column_info(column: Column, hive: bool = False) -> dict[str, Any]:
    """ColumnInfo of a result column. DDL names the type as Hive does (`string`); clients see `Geometry` small."""
    kind = column.type
    name = {"real": "float"}.get(kind.name, kind.name.lower())
    precision, scale = _PRECISION.get(kind.name, 0), 0
    if kind.is_string:
        precision = kind.args[0] if kind.args else _UNBOUNDED
        if hive:
            name, precision = "string", 0
    elif kind.name == "decimal":
        precision, scale = kind.args
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": name,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind.is_string and not hive,
    }


def csv_line(values: Iterable[str | None]) -> str:
    return ",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in values) + "\n"


def metadata(query_id: str, columns: list[dict[str, Any]], update: str = "") -> bytes:
    """The `.metadata` object: protobuf with the query id and its columns, as Athena's JDBC driver reads it."""
    body = _text(1, query_id)
    if update:
        body += _text(2, update)
    for column in columns:
        inner = _text(1, "hive") + _text(4, column["Name"]) + _text(5, column["Label"]) + _text(6, column["Type"])
        inner += _number(7, column["Precision"]) + _number(8, column["Scale"])
        inner += _number(9, {"NOT_NULL": 1, "NULLABLE": 2}.get(column["Nullable"], 3))
        inner += _number(10, int(column["CaseSensitive"]))
        body += _bytes(4, inner)
    return body


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def text_column(name: str) -> Column:
    return Column(name, Type("varchar"))


def put_options(configuration: dict[str, Any]) -> dict[str, str]:
    """PutObject's arguments for a ResultConfiguration: its encryption, expected owner and ACL.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_ResultConfiguration.html (read 2026-11). CSE_KMS encrypts
    in the client, which no result of Athena engine version 3 needs: it is written as SSE_KMS.
    """
    options: dict[str, str] = {}
    encryption = configuration.get("EncryptionConfiguration") or {}
    if encryption:
        options["ServerSideEncryption"] = "AES256" if encryption["EncryptionOption"] == "SSE_S3" else "aws:kms"
        if encryption.get("KmsKey"):
            options["SSEKMSKeyId"] = encryption["KmsKey"]
    if owner := configuration.get("ExpectedBucketOwner"):
        options["ExpectedBucketOwner"] = owner
    if acl := (configuration.get("AclConfiguration") or {}).get("S3AclOption"):
        options["ACL"] = acl.lower().replace("_", "-")
    return options
