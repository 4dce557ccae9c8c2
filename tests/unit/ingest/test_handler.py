"""The function, with S3 in memory."""

import io
import json
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from rapid.core.config import ROOT
from rapid.ingest import endpoints, handler

PATH = "/ingest/service_health"
GOOD = {"service": "s", "instance": "i", "checked_at": "2026-01-01T00:00:00Z", "status": "up"}


class Bucket:
    """The part of S3 that the function uses."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.fails = False

    def put_object(self, *, Key: str, IfNoneMatch: str = "", **put: Any) -> None:
        if self.fails:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "Reduce your request rate."}}, "PutObject")
        if IfNoneMatch and Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": ""}}, "PutObject")
        self.objects[Key] = put

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        return self.objects[Key]

    def lines(self, prefix: str) -> list[dict[str, Any]]:
        found = [put["Body"] for key, put in sorted(self.objects.items()) if key.startswith(prefix)]
        return [json.loads(line) for body in found for line in io.BytesIO(body)]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    made = Bucket()
    document = yaml.safe_load((ROOT / "endpoints.yaml").read_text())
    monkeypatch.setattr(handler, "_s3", lambda: made)
    monkeypatch.setattr(endpoints, "load", lambda: endpoints.parse(document))
    monkeypatch.setenv("DATA_BUCKET", "b")
    return made


def post(body: Any, request_id: str = "r1", path: str = PATH, **headers: str) -> tuple[int, dict[str, Any]]:
    event = {
        "requestContext": {"requestId": request_id},
        "httpMethod": "POST",
        "resource": path,
        "headers": {"Content-Type": "application/json", **headers},
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }
    answer = handler.handle(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_good_record_is_stored_as_sent_with_id_and_time(bucket: Bucket) -> None:
    status, answer = post({**GOOD, "note": "grün", "n": 0.1})
    assert status == 202
    assert (answer["received"], answer["accepted"], answer["rejected"]) == (1, 1, [])
    (line,) = bucket.lines("raw/service_health/dt=")
    assert {k: v for k, v in line.items() if not k.startswith("_")} == {**GOOD, "note": "grün", "n": 0.1}
    assert line["_received_at"].endswith("Z")
    assert len(line["_ingest_id"]) == 36


def test_sent_is_accepted_plus_refused_and_every_refused_record_is_kept(bucket: Bucket) -> None:
    status, answer = post([GOOD, {**GOOD, "status": "meh"}, 7, GOOD])
    assert (status, answer["received"], answer["accepted"], answer["rejected_count"]) == (202, 4, 2, 2)
    assert [each["index"] for each in answer["rejected"]] == [1, 2]
    kept = bucket.lines("quarantine/service_health/ingest/")
    assert [line["index"] for line in kept] == [1, 2]
    assert kept[0]["record"] == {**GOOD, "status": "meh"}
    assert len({line["_ingest_id"] for line in bucket.lines("raw/")}) == 2


def test_nothing_good_is_400_and_kept(bucket: Bucket) -> None:
    status, answer = post({**GOOD, "service": None})
    assert (status, answer["accepted"], answer["rejected_count"]) == (400, 0, 1)
    assert bucket.lines("raw/") == []
    assert bucket.lines("quarantine/")[0]["reason"] == "service: required, but missing"


def test_a_body_that_cannot_be_read_is_400_with_the_place_and_kept_as_text(bucket: Bucket) -> None:
    status, answer = post('{"a": 1,')
    assert (status, answer["position"], answer["line"], answer["column"]) == (400, 8, 1, 9)
    assert bucket.lines("quarantine/")[0]["text"] == '{"a": 1,'


def test_a_repeated_key_makes_no_second_object_and_another_body_is_422(bucket: Bucket) -> None:
    for request in ("r1", "r2"):
        assert post(GOOD, request, **{"Idempotency-Key": "k"})[0] == 202
    assert len(bucket.objects) == 1
    assert post([GOOD], "r3", **{"Idempotency-Key": "k"})[0] == 422
    assert post(GOOD, "r4", **{"Idempotency-Key": "other"})[0] == 202
    assert len(bucket.objects) == 2


def test_s3_that_refuses_is_503_and_nothing_accepted(bucket: Bucket) -> None:
    bucket.fails = True
    status, answer = post(GOOD)
    assert status == 503
    assert "accepted" not in answer
    assert bucket.objects == {}


def test_a_lone_surrogate_survives(bucket: Bucket) -> None:
    assert (
        post('{"service": "\\ud800", "instance": "i", "checked_at": "2026-01-01T00:00:00Z", "status": "up"}')[0] == 202
    )
    assert bucket.lines("raw/")[0]["service"] == "\ud800"


def test_an_unknown_path_and_too_long_a_key(bucket: Bucket) -> None:
    assert post(GOOD, path="/ingest/nothing")[0] == 404
    assert post(GOOD, **{"Idempotency-Key": "k" * 257})[0] == 400
