"""The form in which a client wants its answer (JSON, XML, CBOR) is worked out once per wish, not once per answer.

LocalStack parses the headers Accept and Content-Type for each answer, which was a twelfth of a small request's work.
"""
# ruff: noqa: SLF001 - the name is LocalStack's own

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from localstack.aws.protocol.serializer import ResponseSerializer
from localstack.runtime import hooks

_wanted = ResponseSerializer._get_mime_type


@lru_cache(maxsize=256)
def _known(serializer: Any, accept: str | None, content_type: str | None) -> str:
    """By the two headers that count, and the forms that a serializer's class can write."""
    headers = {name: value for name, value in (("Accept", accept), ("Content-Type", content_type)) if value}
    return str(_wanted(serializer.__new__(serializer), headers))


@hooks.on_infra_start()
def remember_mime_types() -> None:
    def mime_type(self: ResponseSerializer, headers: Mapping[str, Any] | None) -> str:
        headers = headers or {}
        serializer: Any = type(self)
        return _known(serializer, headers.get("Accept"), headers.get("Content-Type"))

    ResponseSerializer._get_mime_type = mime_type
