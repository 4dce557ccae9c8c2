import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rapid.emulator.state.errors import StateError
from rapid.emulator.state.journal import Journal, open_checked


def test_keeps_the_order_of_first_writes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.write({"b": b"1", "a": b"2"})
    journal.write({"b": b"3"})
    assert list(Journal(tmp_path / "j.db").items()) == [("b", b"3"), ("a", b"2")]


def test_deletes_by_name_and_prefix(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.db")
    journal.write({"q1/a": b"", "q1/b": b"", "q10/a": b"", "x": b""})
    journal.delete_prefix("q1/")
    journal.delete(["x"])
    assert [key for key, _ in journal.items()] == ["q10/a"]


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    journal = Journal(path)
    journal.write({"key": b"some value that is long enough to find"})
    journal.close()
    path.write_bytes(path.read_bytes().replace(b"long enough", b"lonG enough"))
    with pytest.raises(StateError, match="does not match its checksum"):
        list(Journal(path).items())


def test_a_damaged_file_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(b"nonsense" * 1000)
    with caplog.at_level(logging.ERROR):
        assert list(open_checked(path).items()) == []
    assert str(path) in caplog.text
    assert [p.read_bytes() for p in tmp_path.glob("j.db.damaged-*")] == [b"nonsense" * 1000]


def test_whoever_waits_is_written_for(tmp_path: Path) -> None:
    """Thirty that come while one holds the lock are on disk when they return; a refused one alone is refused."""
    journal = Journal(tmp_path / "j.db")
    bad = {"\ud800": b"a name that is no UTF-8"}
    with ThreadPoolExecutor(31) as writers:
        with journal._lock:
            good = [writers.submit(journal.write, {f"a{n}": b"1", f"b{n}": b"2"}) for n in range(30)]
            refused = writers.submit(journal.write, bad)
            while len(journal._waiting) < 31:
                time.sleep(0)
        for each in good:
            each.result()
        with pytest.raises(StateError, match="cannot be written"):
            refused.result()
    assert sorted(key for key, _ in Journal(tmp_path / "j.db").items()) == sorted(
        f"{letter}{n}" for letter in "ab" for n in range(30)
    )
