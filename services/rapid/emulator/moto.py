"""Joins a provider of ours with Moto: operations we wrote go to us, the rest of botocore's model to Moto.

LocalStack's own fallback covers only operations that the provider class already has as stubs; our providers are
plain classes with `@handler` methods, so the list comes from botocore's service model instead.
"""

from datetime import datetime

from localstack.aws.api import RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.skeleton import DispatchTable, create_dispatch_table
from localstack.aws.spec import load_service
from localstack.http import Response

CBOR = "application/x-amz-cbor"


def not_supported(context: RequestContext) -> NotImplementedError:
    service = context.service.service_name
    return NotImplementedError(f"Rapid Analytics does not support {service}.{context.operation.name} yet.")


def moto(context: RequestContext, request: ServiceRequest) -> ServiceResponse | Response | None:
    """Forwards one operation to Moto: as it was sent, or written anew where Moto could not read it (CBOR, times).

    Raises:
        NotImplementedError: Moto has no such operation; LocalStack answers 501 with the message.
    """
    from localstack.services.moto import call_moto, call_moto_with_request

    try:
        if context.request.mimetype.startswith(CBOR) or any(isinstance(v, datetime) for v in request.values()):
            return call_moto_with_request(context, request)
        return call_moto(context)
    except NotImplementedError as error:
        raise not_supported(context) from error


def with_moto(provider: object) -> DispatchTable:
    """A dispatch table for `Service.for_provider`: the provider's own operations, and Moto's for the rest."""
    service = load_service(provider.service)  # type: ignore[attr-defined]
    table: DispatchTable = dict.fromkeys(service.operation_names, moto)
    table.update(create_dispatch_table(provider))
    return table
