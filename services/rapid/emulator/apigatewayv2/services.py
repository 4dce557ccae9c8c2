"""AWS services as integrations of HTTP APIs: one operation of a service, its arguments mapped from the request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
(read 2026-11). The caller gets what the service answers on the wire: XML from SQS, JSON from the others.
"""

import base64
import binascii
import uuid
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from localstack.aws.api import CommonServiceException
from localstack.aws.connect import connect_to
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.http import Response

from rapid.emulator.apigatewayv2 import mapping
from rapid.emulator.apigatewayv2.events import Call
from rapid.emulator.schemas import Model, fit

_NO_PREFIX = Config(inject_host_prefix=False)  # `sync-states...` is no other host here
OPERATIONS = {
    "EventBridge-PutEvents": ("events", "PutEvents"),
    "Kinesis-PutRecord": ("kinesis", "PutRecord"),
    "SQS-DeleteMessage": ("sqs", "DeleteMessage"),
    "SQS-PurgeQueue": ("sqs", "PurgeQueue"),
    "SQS-ReceiveMessage": ("sqs", "ReceiveMessage"),
    "SQS-SendMessage": ("sqs", "SendMessage"),
    "StepFunctions-StartExecution": ("stepfunctions", "StartExecution"),
    "StepFunctions-StartSyncExecution": ("stepfunctions", "StartSyncExecution"),
    "StepFunctions-StopExecution": ("stepfunctions", "StopExecution"),
}
"""Per subtype, the service and its operation. AppConfig is not here."""


def _entry(arguments: Model) -> Model:
    return {"Entries": [arguments]}


def _decoded(arguments: Model) -> Model:
    """The data of a record come in base64, as in a request to Kinesis itself."""
    try:
        return {**arguments, "Data": base64.b64decode(arguments.get("Data") or "", validate=True)}
    except binascii.Error as error:
        raise CommonServiceException("SerializationException", "Data is not in base64.", 400) from error


SHAPED = {"PutEvents": _entry, "PutRecord": _decoded}
"""Operations whose arguments are not the parameters as they are."""


def answer(call: Call, region: str, integration: Any) -> Response:
    """Calls the service of an integration with a subtype."""
    subtype = integration.integration_subtype
    if subtype not in OPERATIONS:
        raise NotImplementedError(f"Rapid Analytics does not support {subtype} of HTTP APIs yet.")
    service, operation = OPERATIONS[subtype]
    mapped = {name: mapping.value(text, call) for name, text in (integration.request_parameters or {}).items()}
    arguments = {name: text for name, text in mapped.items() if text is not None}
    where = arguments.pop("Region", region)
    model = load_service(service, protocol="query" if service == "sqs" else None)
    serializer, called = create_serializer(model), model.operation_model(operation)
    client = connect_to(aws_access_key_id=call.account, region_name=where, config=_NO_PREFIX).get_client(service)
    methods = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    shape = client.meta.service_model.operation_model(operation).input_shape
    identity = str(uuid.uuid4())
    try:
        shaped = SHAPED.get(operation, lambda given: given)(arguments)
        told = getattr(client, methods[operation])(**fit(shaped, shape))
        told.pop("ResponseMetadata", None)
        return serializer.serialize_to_response(told, called, None, identity)
    except ClientError as error:
        detail = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        refusal = CommonServiceException(detail["Code"], detail["Message"], status)
    except (ParamValidationError, ValueError) as error:
        refusal = CommonServiceException("ValidationException", str(error), 400)
    except CommonServiceException as error:
        refusal = error
    return serializer.serialize_error_to_response(refusal, called, None, identity)
