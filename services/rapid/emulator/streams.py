"""What Moto's Kinesis answers otherwise than AWS."""

from typing import Any

from localstack.aws.api import RequestContext, handler
from moto.kinesis.models import kinesis_backends

from rapid.emulator.moto_services import MotoProvider

_PAGE = 100
_SUMMARY = ("StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "StreamCreationTimestamp")


class KinesisProvider(MotoProvider):
    """Kinesis Data Streams."""

    def __init__(self) -> None:
        super().__init__("kinesis", "moto.kinesis.models")

    @handler("ListStreams", expand=False)
    def list_streams(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """By name, in pages; Moto's have no token, and all summaries with each.

        https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html (read 2026-11)
        """
        after = request.get("NextToken") or request.get("ExclusiveStartStreamName") or ""
        streams = sorted(kinesis_backends[context.account_id][context.region].streams.items())
        found = [stream for name, stream in streams if name > after]
        page = found[: int(request.get("Limit") or _PAGE)]
        described = [stream.to_json_summary()["StreamDescriptionSummary"] for stream in page]
        answer = {
            "StreamNames": [stream.stream_name for stream in page],
            "HasMoreStreams": len(found) > len(page),
            "StreamSummaries": [{name: one[name] for name in _SUMMARY} for one in described],
        }
        return answer | ({"NextToken": page[-1].stream_name} if len(found) > len(page) else {})
