"""Lines that DuckDB would leave out without a word."""

from pathlib import Path

import pytest

from rapid.emulator.athena.formats import DataFile, lines
from rapid.emulator.athena.sql.errors import SqlError


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("short\n" * 10, False),
        ("123456789\n" * 4, False),  # a line and its end are as long as may be
        ("1234567890\n", True),
        ("short\n1234567890\n", True),
        ("a\n" * 20 + "1234567890", True),
        ("a\n" * 20 + "123456789", False),
        ("", False),
    ],
)
def test_a_line_that_is_too_long_is_found(
    text: str, lost: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_LOST_LINE", 10)
    path = tmp_path / "part.txt"
    path.write_text(text)
    files = [DataFile("s3://b/part.txt", str(path), len(text))]
    if not lost:
        lines.check(files)
        return
    with pytest.raises(SqlError, match=r"A line of s3://b/part\.txt is longer than 67108864 bytes"):
        lines.check(files)
