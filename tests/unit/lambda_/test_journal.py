"""Accepted events on disk."""

from pathlib import Path

from rapid.emulator.lambda_.journal import Journal


def test_entries_survive_and_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "events.sqlite"
    first = Journal(path)
    ids = [first.add("arn:f", f"body {n}", delay=60 * n) for n in range(3)]
    first.add("arn:g", "other", 0)
    first.remove(ids[0])
    second = Journal(path)  # the first was never closed, as after a kill
    assert [(e.id, e.body) for e in second.entries("arn:f")] == [(ids[1], "body 1"), (ids[2], "body 2")]
    assert second.entries("arn:f")[1].due - second.entries("arn:f")[0].due > 59
    second.clear("arn:f")
    assert second.entries("arn:f") == []
    assert [e.body for e in second.entries("arn:g")] == ["other"]


def test_a_journal_in_memory() -> None:
    journal = Journal(":memory:")
    journal.remove(journal.add("arn:f", "x", 0))
    assert journal.entries("arn:f") == []
