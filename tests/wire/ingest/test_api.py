"""The deployed API: a request with the key is in S3 when the answer comes.

API Gateway's own answers: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from rapid import deploy
from rapid.core.config import Config

RECORD = {"service": "web", "instance": "i1", "checked_at": "2026-01-01T00:00:00Z", "status": "up", "latency_ms": 1.5}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def stack(emulator: Config) -> dict[str, str]:
    """The stack, deployed."""
    return deploy.deploy(emulator)


@pytest.fixture(scope="module")
def api(stack: dict[str, str], aws: Callable[[str], Any]) -> httpx.Client:
    key = aws("apigateway").get_api_key(apiKey=stack["ApiKeyId"], includeValue=True)["value"]
    return httpx.Client(base_url=stack["ApiUrl"], headers={"x-api-key": key}, timeout=60, trust_env=False)


def lines(aws: Callable[[str], Any], bucket: str, prefix: str) -> list[dict[str, Any]]:
    s3 = aws("s3")
    found: list[dict[str, Any]] = []
    for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ()):
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        found += [json.loads(line) for line in body.splitlines()]
    return found


def test_a_record_is_in_s3_when_the_answer_comes(
    api: httpx.Client, stack: dict[str, str], aws: Callable[[str], Any]
) -> None:
    answer = api.post("/ingest/service_health", json={**RECORD, "instance": "first"})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    stored = lines(aws, stack["DataBucket"], "raw/service_health/dt=")
    assert [line for line in stored if line["instance"] == "first"]


def test_gzip_arrives_byte_for_byte(api: httpx.Client) -> None:
    body = gzip.compress("\n".join(json.dumps({**RECORD, "note": "größer"}) for _ in range(50)).encode())
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answer = api.post("/ingest/service_health", content=body, headers=headers)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 50)


def test_broken_gzip_is_refused_with_the_reason(api: httpx.Client) -> None:
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    whole = gzip.compress(json.dumps(RECORD).encode())
    for body in (b"no gzip", whole[:-9], whole[:-1]):
        answer = api.post("/ingest/service_health", content=body, headers=headers)
        assert (answer.status_code, "gzip" in answer.json()["message"]) == (400, True), answer.text


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_the_key_nothing_gets_in(api: httpx.Client, key: str | None) -> None:
    headers = {"x-api-key": key or ""}
    answer = httpx.post(
        f"{api.base_url}ingest/service_health", json=RECORD, headers=headers if key else {}, trust_env=False
    )
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_refused_records_are_named_and_kept(
    api: httpx.Client, stack: dict[str, str], aws: Callable[[str], Any]
) -> None:
    answer = api.post("/ingest/service_health", json=[RECORD, {**RECORD, "status": "broken"}])
    assert answer.status_code == 202
    assert answer.json()["rejected"] == [{"index": 1, "reason": "status: 'broken' is none of up, degraded, down"}]
    kept = lines(aws, stack["DataBucket"], "quarantine/service_health/ingest/")
    assert [line for line in kept if line.get("record", {}).get("status") == "broken"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (json.dumps({**RECORD, "latency_ms": "slow"}), JSON, 400),
        ('{"service": ', JSON, 400),
        ("<a/>", {"content-type": "application/xml"}, 415),
        (" " * 4_194_305, JSON, 413),
    ],
)
def test_what_cannot_be_taken_has_its_status(
    api: httpx.Client, content: str, headers: dict[str, str], status: int
) -> None:
    assert api.post("/ingest/service_health", content=content, headers=headers).status_code == status


def test_a_path_that_is_not_there_is_api_gateways_403(api: httpx.Client) -> None:
    answer = api.post("/ingest/nothing", json=RECORD)
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_repeated_request_makes_no_second_object(
    api: httpx.Client, stack: dict[str, str], aws: Callable[[str], Any]
) -> None:
    def send(_: int) -> int:
        record = {**RECORD, "instance": "repeated"}
        return api.post("/ingest/service_health", json=record, headers={"idempotency-key": "k1"}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {202}
    stored = lines(aws, stack["DataBucket"], "raw/service_health/keyed/")
    assert len([line for line in stored if line["instance"] == "repeated"]) == 1


def test_deploying_again_changes_nothing(emulator: Config, stack: dict[str, str]) -> None:
    seen: list[deploy.Event] = []
    assert deploy.deploy(emulator, seen.append) == stack
    assert seen == []
