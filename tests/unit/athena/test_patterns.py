"""Patterns that DuckDB's RE2 cannot match."""

import threading

import pytest

from rapid.emulator.athena.sql.computed import patterns


def test_a_pattern_that_tries_every_way_ends_and_lets_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(patterns._LIMITS, "timeout", 0.3)
    begun, failures = threading.Event(), []

    def match() -> None:
        begun.set()
        try:
            patterns.like("a" * 60 + "!", r"^(a|aa)+\1$")
        except ValueError as error:
            failures.append(str(error))

    thread = threading.Thread(target=match)
    thread.start()
    begun.wait()
    assert thread.is_alive(), "this thread runs while the other matches"
    thread.join()
    assert failures == ["INVALID_FUNCTION_ARGUMENT: Regular expression matching took more than 5 s for one value"]


def test_what_python_matches_is_as_java_has_it() -> None:
    assert patterns.extract("user=ann", r"(?<name>\w+)=(?<value>\w+)", 2) == "ann"
    assert patterns.replace("a1b2", r"(?<=[a-z])(\d)", "<$1>") == "a<1>b<2>"
    assert patterns.split("aXXbX", r"X{1,2}+") == ["a", "b", ""]
    with pytest.raises(ValueError, match="INVALID_FUNCTION_ARGUMENT"):
        patterns.like("a", r"(?<=a+")
