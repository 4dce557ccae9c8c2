"""endpoints.yaml as the jobs read it."""

from pathlib import Path

import pytest
from lake import contract

ENDPOINTS = Path(__file__).parents[3] / "endpoints.yaml"


def test_the_project_s_own_file() -> None:
    found = contract.parse(ENDPOINTS.read_text())
    assert found.of("orders").primary_key == ("order_id",)
    assert found.of("orders").configured
    assert not found.of("whatever").configured


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{schema: {a: {type: money}}}", "has type 'money'"),
        ("{schema: {a: {type: string}}, primary_key: [b]}", "uses b"),
        ("{schema: {a: {type: string}}, event_time: t}", "uses t"),
    ],
)
def test_nonsense_is_named(entry: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contract.parse(f"datasets: {{x: {entry}}}")
