"""Records against the rules at the head of endpoints.yaml."""

from typing import Any

import pytest

from rapid.ingest import endpoints
from rapid.ingest.check import fault


def endpoint(**schema: dict[str, Any]) -> endpoints.Endpoint:
    entry = {
        "path": "/ingest/things",
        "method": "POST",
        "auth": "api_key",
        "formats": ["json"],
        "max_bytes": 1000,
        "rate_limit": {"rate": 1, "burst": 1},
        "schema": schema,
    }
    return endpoints.parse({"datasets": {"things": entry}})["/ingest/things"]


GOOD = {
    "string": ["x", 5, 1.5, "  "],
    "integer": [12, "12", 12.0, "-3", "12.0", 10**30],
    "number": [1, 1.5, "12.5", "-1e3"],
    "boolean": [True, False, "true", "False"],
    "timestamp": [
        "2026-09-01T10:20:30Z",
        "2026-09-01 10:20:30",
        "2026-09-01 10:20:30.123456+02:00",
        "2026/09/01 10:20:30",
        "09/01/2026 10:20:30",
        "09/01/2026 01:20:30 PM",
        1756722030,
        1756722030123,
        "1756722030",
    ],
    "date": ["2026-09-01", "2026/09/01", "09/01/2026", "2026-09-01T10:20:30Z"],
    "json": [{"a": 1}, [1], "{}", 5],
}
BAD: dict[str, list[Any]] = {
    "string": [{"a": 1}, [1], True],
    "integer": ["x", 1.5, "1.5", True, "1e3", [1]],
    "number": ["x", "nan", "inf", True, {}],
    "boolean": [1, "yes", "1"],
    "timestamp": ["yesterday", "2026-13-01T00:00:00", "2026-09-01", True, "20260901"],
    "date": ["2026-02-30", "today"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in GOOD.items() for value in values])
def test_a_value_of_its_type_fits(kind: str, value: Any) -> None:
    assert fault(endpoint(v={"type": kind, "required": True}), {"v": value}) is None


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values])
def test_a_value_of_another_type_is_named(kind: str, value: Any) -> None:
    reason = fault(endpoint(v={"type": kind}), {"v": value})
    assert reason is not None
    assert reason.startswith("v: ")
    assert reason.endswith(kind)


@pytest.mark.parametrize("missing", [{}, {"v": None}, {"v": ""}])
def test_missing_fails_only_where_required(missing: dict[str, Any]) -> None:
    assert fault(endpoint(v={"type": "string", "required": True}), missing) == "v: required, but missing"
    assert fault(endpoint(v={"type": "string"}), missing) is None


def test_limits_and_enumerations() -> None:
    of = endpoint(n={"type": "number", "min": 0, "max": 1}, e={"type": "string", "enum": ["a", "b"]})
    assert fault(of, {"n": 0, "e": "a"}) is None
    assert fault(of, {"n": "-0.5", "e": "c"}) == "n: '-0.5' is below 0; e: 'c' is none of a, b"
    assert fault(of, {"n": 2}) == "n: 2 is above 1"


def test_a_required_field_may_come_under_an_alias_or_another_spelling() -> None:
    of = endpoint(af_c_id={"type": "string", "required": True, "aliases": ["campaign_id"]})
    assert fault(of, {"Campaign ID": "7"}) is None
    assert fault(of, {"AF C-ID": "7"}) is None


def test_what_is_not_an_object_or_uses_reserved_names_is_refused() -> None:
    of = endpoint(v={"type": "string"})
    assert fault(of, [1]) == "a record is a JSON object, not [1]"
    assert fault(of, {"_ingest_id": "x"}) == "_ingest_id: reserved for the data lake"


def test_unknown_fields_are_kept() -> None:
    assert fault(endpoint(v={"type": "string"}), {"w": {"deep": [1]}}) is None


@pytest.mark.parametrize(
    ("rule", "message"),
    [({"type": "text"}, "none of string"), ({"type": "string", "minimum": 1}, "no such rule: minimum")],
)
def test_a_rule_that_does_not_exist_is_refused_when_loaded(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        endpoint(v=rule)
