"""Requests that are none: what AWS answers with 400, and LocalStack with 500, which SDKs take for a passing error.

Two points of a request's path: the parser, which cannot read it, and what it read, which lacks members that an
operation requires or has values of another type. The words are those of AWS's protocols, seen in many answers:
https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, and for queries
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html (read 2026-11).
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from localstack.runtime import hooks

OWN_CHECKS = frozenset({"athena", "s3", "s3control"})
"""Services that check their requests themselves, or whose members come in so many places that their words differ."""
_OWN_SIGNATURES = frozenset({"s3", "s3control"})
"""Services with words of their own for a broken signature."""
_SCOPE_ELEMENTS = 5
Problem = tuple[str, str | None]
"""A member's path, and what is wrong with its type; None for a required member that is missing."""
_QUERIES = frozenset({"query", "ec2"})
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "character": (str,), "boolean": (bool,), "blob": (bytes, str), "timestamp": (datetime,),
    "integer": (int, float), "long": (int, float), "float": (int, float, str), "double": (int, float, str),
}  # fmt: skip
_NAMES = {str: "STRING_VALUE", bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


@hooks.on_infra_start()
def refuse_malformed_requests() -> None:
    """Puts both checks in their place."""
    from localstack.aws.api import RequestContext
    from localstack.aws.handlers.service import ServiceExceptionSerializer, ServiceRequestParser

    from rapid.emulator.unknown_operations import refuse_unwritten_operations

    refuse_unwritten_operations()
    serialize, parse = ServiceExceptionSerializer.create_exception_response, ServiceRequestParser.parse_and_enrich

    def create_exception_response(
        self: ServiceExceptionSerializer, exception: Exception, context: RequestContext
    ) -> Any:
        told = _refusal_of(exception, context)
        if told is not exception:
            # The serializer wants an operation to write an answer of; any will do for an error.
            context.operation = context.operation or context.service.operation_model(context.service.operation_names[0])
        return serialize(self, told, context)

    def parse_and_enrich(self: ServiceRequestParser, context: RequestContext) -> None:
        parse(self, context)
        if context.service.service_name not in _OWN_SIGNATURES:
            _check_signature(context)
        if context.service.service_name not in OWN_CHECKS:
            _check(context)

    ServiceExceptionSerializer.create_exception_response = create_exception_response
    ServiceRequestParser.parse_and_enrich = parse_and_enrich


def _refusal_of(exception: Exception, context: Any) -> Exception:
    """What is answered in an exception's place: it could not be read, or nobody knows the operation; else itself."""
    from localstack.aws.protocol.parser import RequestParserError

    from rapid.emulator.unknown_operations import is_unknown, refusal

    unread = context.operation is None and isinstance(exception, RequestParserError)
    if unread and is_unknown(exception):
        unread = _is_query(context)  # queries have their own word for an unknown operation
    if unread or isinstance(exception, gzip.BadGzipFile | EOFError | zlib.error):
        return _unreadable(context)
    return refusal(exception, context)


def _is_query(context: Any) -> bool:
    return (context.protocol or context.service.protocol) in _QUERIES


def _refusal(code: str, message: str) -> Exception:
    from localstack.aws.api import CommonServiceException

    refusal: Exception = CommonServiceException(code, message, status_code=400, sender_fault=True)
    return refusal


def _unreadable(context: Any) -> Exception:
    """The refusal of a request that could not be read, in the words of its protocol."""
    if _is_query(context):
        values = {} if context.request.headers.get("Content-Encoding") else context.request.values
        if action := values.get("Action"):
            version = values.get("Version", "")
            return _refusal("InvalidAction", f"Could not find operation {action} for version {version}")
        return _refusal("MissingAction", "The request must contain the parameter Action.")
    if (context.protocol or context.service.protocol) == "rest-xml":
        return _refusal(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    if context.service.service_name == "lambda":
        return _refusal("InvalidRequestContentException", "Could not parse request body into json.")
    return _refusal("SerializationException", "The request's body could not be read.")


def _check_signature(context: Any) -> None:
    """Looks at the form of a signature in the Authorization header; whether it is right is not looked at.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html (read 2026-11)

    Raises:
        CommonServiceException: it lacks a parameter, or its scope is none.
    """
    from localstack.aws.api import CommonServiceException

    header = context.request.headers.get("Authorization", "")
    if not header.startswith("AWS4-HMAC-SHA256"):
        return
    given = dict(part.strip().partition("=")[::2] for part in header.removeprefix("AWS4-HMAC-SHA256").split(","))
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if name not in given]
    if missing:
        told = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        told += f" Authorization={header}"
    elif given["Credential"].count("/") < _SCOPE_ELEMENTS - 1:
        form = "keyid/date/region/service/term"
        told = f"Credential must have exactly 5 slash-delimited elements, e.g. {form}, got '{given['Credential']}'"
    else:
        return
    code = "IncompleteSignature" if _is_query(context) else "IncompleteSignatureException"
    raise CommonServiceException(code, told, status_code=403, sender_fault=True)


def _check(context: Any) -> None:
    """Looks at what was read.

    Raises:
        CommonServiceException: a value has another type than its member, or a required member is missing.
    """
    shape, request = context.operation.input_shape, context.service_request or {}
    if shape is None:
        return
    query = _is_query(context)
    missing: list[str] = []
    for path, problem in _problems(shape, request, ""):
        if problem is None:
            missing.append(path)
        elif not query:
            raise _refusal("SerializationException", f"{problem} ({path})")
    if not missing:
        return
    if context.service.service_name in ("sqs", "ec2"):
        name = missing[0][:1].upper() + missing[0][1:]
        raise _refusal("MissingParameter", f"The request must contain the parameter {name}.")
    told = [f"Value null at '{path}' failed to satisfy constraint: Member must not be null" for path in missing]
    many = "s" if len(told) > 1 else ""
    code = "ValidationError" if query else "ValidationException"
    raise _refusal(code, f"{len(told)} validation error{many} detected: {'; '.join(told)}")


def _problems(shape: Shape, value: Any, path: str) -> Iterator[Problem]:
    if isinstance(shape, StructureShape):
        if not shape.is_document_type:
            yield from _of_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _of_list(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _of_map(shape, value, path)
    elif (wanted := _TYPES.get(shape.type_name)) and not _fits(value, wanted):
        yield path, f"{_said(value)} can not be converted to a {shape.type_name}"


def _of_structure(shape: StructureShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"{_said(value)} can not be converted to a structure"
        return
    for name in shape.required_members:
        if value.get(name) is None and not shape.members[name].metadata.get("idempotencyToken"):
            yield _join(path, name), None
    for name, item in value.items():
        member = shape.members.get(name)
        # What comes in headers and addresses is text, which the parser leaves as it is.
        if item is not None and member is not None and "location" not in member.serialization:
            yield from _problems(member, item, _join(path, name))


def _of_list(shape: ListShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield path, f"{_said(value)} can not be converted to a list"
        return
    for number, item in enumerate(value, 1):
        where = f"{path}.{number}.member"
        if item is None:
            yield where, None
        else:
            yield from _problems(shape.member, item, where)


def _of_map(shape: MapShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"{_said(value)} can not be converted to a map"
        return
    for key, item in value.items():
        if item is not None:
            yield from _problems(shape.value, item, f"{path}.{key}")


def _fits(value: Any, wanted: tuple[type, ...]) -> bool:
    if isinstance(value, bool) and bool not in wanted:
        return False
    return isinstance(value, wanted) or hasattr(value, "read")  # a payload that is a stream


def _said(value: Any) -> str:
    return _NAMES.get(type(value), "STRUCTURE_VALUE" if isinstance(value, dict) else "ARRAY_VALUE")


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member
