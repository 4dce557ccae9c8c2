"""Times in the requests that the AWS SDK for Java sends to Kinesis: AT_TIMESTAMP, which `latest` of many readers means.

It counts milliseconds, in CBOR (https://github.com/aws/aws-sdk-java-v2/issues/4661) and, with CBOR switched off, in
JSON. Seen in LocalStack 4.13.1 with cbor2 5.9 and the SDK 1.12 (2026-11): neither was read.
"""
# ruff: noqa: SLF001 - the names are LocalStack's and cbor2's own

from datetime import UTC, datetime

from cbor2._decoder import CBORDecoder
from localstack.aws.protocol.parser import RequestParser
from localstack.runtime import hooks

_OLD_NAME = "_decode"
LARGEST_SECONDS = 100_000_000_000
"""The year 5138: what is larger counts milliseconds."""


@hooks.on_infra_start()
def read_times_in_milliseconds() -> None:
    """LocalStack's reader of CBOR times calls `_decode`, which cbor2 has renamed; JSON times were seconds alone."""
    setattr(CBORDecoder, _OLD_NAME, CBORDecoder.decode)
    RequestParser._timestamp_unixtimestamp = staticmethod(_time)


def _time(number: str | float) -> datetime:
    seconds = float(number)
    return datetime.fromtimestamp(seconds / 1000 if seconds > LARGEST_SECONDS else seconds, UTC)
