"""Lists of keys, page after page, with the keys as they are.

LocalStack encodes keys where a client asks for it, as all SDKs do, and then compares them with the unencoded key at
which a page begins: lists of keys with `=`, spaces or letters outside ASCII lost what came after their first page, or
never ended. Here its own listing runs on plain keys, and its answer is encoded.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, EncodingType (read 2026-11).
"""

from typing import Any
from urllib.parse import quote

from localstack.aws.api import RequestContext
from localstack.services.s3.provider import S3Provider

Response = dict[str, Any]
_MEMBERS = ("Delimiter", "Prefix", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker")
_LISTS = {"Contents": "Key", "Versions": "Key", "DeleteMarkers": "Key", "Uploads": "Key", "CommonPrefixes": "Prefix"}


class ListingProvider(S3Provider):
    """LocalStack's provider with lists that go on where a page ended."""

    def list_objects(self, context: RequestContext, encoding_type: str | None = None, **request: Any) -> Response:
        return _encoded(super().list_objects(context, **request), encoding_type)

    def list_objects_v2(self, context: RequestContext, encoding_type: str | None = None, **request: Any) -> Response:
        return _encoded(super().list_objects_v2(context, **request), encoding_type)

    def list_object_versions(
        self, context: RequestContext, encoding_type: str | None = None, **request: Any
    ) -> Response:
        return _encoded(super().list_object_versions(context, **request), encoding_type)

    def list_multipart_uploads(
        self, context: RequestContext, encoding_type: str | None = None, **request: Any
    ) -> Response:
        return _encoded(super().list_multipart_uploads(context, **request), encoding_type)


def _encoded(response: Response, encoding_type: str | None) -> Response:
    """The answer with its keys as a URL has them, if that was asked for."""
    if not encoding_type:
        return response
    for member in _MEMBERS:
        if member in response:
            response[member] = quote(response[member])
    for name, member in _LISTS.items():
        for item in response.get(name, ()):
            item[member] = quote(item[member])
    return {**response, "EncodingType": encoding_type}
