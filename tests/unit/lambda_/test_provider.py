"""What is done with state that an earlier version kept."""

import pytest
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider

from rapid.emulator.lambda_.provider import RapidLambdaProvider


def test_mappings_of_sources_that_cannot_be_read_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """LocalStack would not start with them."""
    queue, kafka = ("arn:aws:sqs:us-east-1:000000000000:q", "arn:aws:kafka:us-east-1:000000000000:cluster/c/0")
    mappings = lambda_stores["000000000000"]["us-east-1"].event_source_mappings
    kept = {"queue": {"EventSourceArn": queue}, "kafka": {"EventSourceArn": kafka}, "own": {"Topics": ["t"]}}
    monkeypatch.setattr(LambdaProvider, "on_after_state_load", lambda _: None)
    mappings.update(kept)
    try:
        RapidLambdaProvider.on_after_state_load(RapidLambdaProvider.__new__(RapidLambdaProvider))
        assert kept.keys() & mappings.keys() == {"queue"}
    finally:
        for name in kept:
            mappings.pop(name, None)
