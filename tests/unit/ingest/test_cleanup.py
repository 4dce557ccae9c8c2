"""The custom resource answers whatever happens."""

from typing import Any

import pytest

from rapid.ingest import cleanup

EVENT = {
    "RequestType": "Delete",
    "ResponseURL": "https://example.invalid/answer",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Content",
    "ResourceProperties": {"Bucket": "b"},
}


class Context:
    def __init__(self, milliseconds: int = 900_000) -> None:
        self.left = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.left


class Bucket:
    def __init__(self, refused: list[dict[str, str]] | None = None) -> None:
        self.keys, self.refused = [f"k{n}" for n in range(3)], refused

    def get_paginator(self, _name: str) -> "Bucket":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key}]} for key in self.keys] + [{}]

    def delete_objects(self, *, Delete: dict[str, Any], **_: Any) -> dict[str, Any]:
        if self.refused:
            return {"Errors": self.refused}
        self.keys = [key for key in self.keys if {"Key": key} not in Delete["Objects"]]
        return {}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(cleanup, "_send", lambda _url, answer: sent.append(answer))
    return sent


def run(monkeypatch: pytest.MonkeyPatch, bucket: Bucket, context: Context, kind: str = "Delete") -> None:
    monkeypatch.setattr(cleanup.boto3, "client", lambda _name: bucket)
    cleanup.handle({**EVENT, "RequestType": kind}, context)


def test_delete_empties_the_bucket(monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]) -> None:
    bucket = Bucket()
    run(monkeypatch, bucket, Context())
    assert bucket.keys == []
    assert (answers[0]["Status"], answers[0]["RequestId"]) == ("SUCCESS", "request")


def test_create_and_update_touch_nothing(monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]) -> None:
    bucket = Bucket()
    for kind in ("Create", "Update"):
        run(monkeypatch, bucket, Context(), kind)
    assert len(bucket.keys) == 3
    assert {answer["Status"] for answer in answers} == {"SUCCESS"}


def test_a_refusal_or_too_little_time_is_failed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    run(monkeypatch, Bucket([{"Key": "k0", "Message": "Access Denied"}]), Context())
    run(monkeypatch, Bucket(), Context(1000))
    assert [answer["Status"] for answer in answers] == ["FAILED", "FAILED"]
    assert "k0: Access Denied" in answers[0]["Reason"]
    assert "delete the stack once more" in answers[1]["Reason"]
