"""The Query protocol as API Gateway speaks it: answers in JSON, and a list of one item without a number.

API Gateway asks for JSON (`Accept: application/json`). AWS then names every member, absent ones as null, and writes
lists as lists; LocalStack writes its XML in JSON, in which a list of one is no list. No page of AWS tells the form: it
is that of the answers that https://serverlessland.com/patterns/apigw-sqs-receive-messages prints (read 2026-11).
"""
# ruff: noqa: SLF001 - the names are LocalStack's

import json
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from localstack.aws.protocol.parser import QueryRequestParser
from localstack.aws.protocol.serializer import APPLICATION_JSON, QueryResponseSerializer
from localstack.runtime import hooks

_NAMES = {"Messages": "messages"}
"""Members whose name in JSON is another than the model's."""


@hooks.on_infra_start()
def answer_in_json() -> None:
    """Puts ours in the place of LocalStack's."""
    in_xml, parse_list = QueryResponseSerializer._serialize_body_params, QueryRequestParser._parse_list

    def serialize(self: Any, params: Any, shape: Any, operation: Any, mime_type: str, request_id: str) -> Any:
        if mime_type != APPLICATION_JSON:
            return in_xml(self, params, shape, operation, mime_type, request_id)
        return json.dumps(answered(operation, shape, params, request_id))

    def parse(self: Any, request: Any, shape: Any, node: dict[str, Any], uri_params: Any = None) -> Any:
        if node.get(""):  # an empty list has an empty value
            node = {f"{self._get_list_key_prefix(shape, node)}1": node[""], **node}
        return parse_list(self, request, shape, node, uri_params)

    QueryResponseSerializer._serialize_body_params = serialize
    QueryRequestParser._parse_list = parse


def answered(operation: OperationModel, shape: Shape | None, params: Any, request_id: str) -> dict[str, Any]:
    """An answer with the names around it that the protocol adds."""
    result = {f"{operation.name}Result": _value(shape, params or {})} if shape else {}
    return {f"{operation.name}Response": {**result, "ResponseMetadata": {"RequestId": request_id}}}


def _value(shape: Shape, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        return {_NAMES.get(name, name): _value(member, value.get(name)) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [_value(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        items = {name: _value(shape.value, item) for name, item in value.items()}
        if not shape.serialization.get("flattened"):
            return items
        key, told = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        return [{key: name, told: item} for name, item in items.items()]
    return value.timestamp() if isinstance(value, datetime) else value
