"""The remembered answer is LocalStack's own, for every serializer and pair of headers."""

import pytest
from localstack.aws.protocol.serializer import (
    CBORResponseSerializer,
    JSONResponseSerializer,
    QueryResponseSerializer,
    ResponseSerializer,
)
from werkzeug.datastructures import Headers

from rapid.emulator import mime_types

HEADERS = [
    {},
    {"Accept": "*/*"},
    {"Accept": "*/*", "Content-Type": "application/x-amz-cbor-1.1"},
    {"Accept": "application/json;q=0.5, text/xml"},
    {"Content-Type": "application/x-amz-json-1.1"},
    {"Content-Type": "nonsense"},
    {"Accept": "image/png"},
]


@pytest.mark.parametrize("serializer", [JSONResponseSerializer, QueryResponseSerializer, CBORResponseSerializer])
@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_as_localstack_answers(
    serializer: type[ResponseSerializer], headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = mime_types._wanted(serializer(), Headers(headers))
    monkeypatch.setattr(ResponseSerializer, "_get_mime_type", None)  # put back when the test is over
    mime_types.remember_mime_types()
    assert [serializer()._get_mime_type(Headers(headers)) for _ in range(2)] == [expected, expected]
