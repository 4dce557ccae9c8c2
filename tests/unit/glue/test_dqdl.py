"""Rules of a ruleset one by one: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (read 2026-11)."""

import pytest

from rapid.emulator.glue import dqdl
from rapid.emulator.glue.errors import InvalidInputException


@pytest.mark.parametrize(
    ("ruleset", "count"),
    [
        ("Rules = [ RowCount > 1 ]", 1),
        ('Rules=[IsComplete "a,]b",ColumnValues "c" in ["x", "y"],]', 2),
        ('# Rules = [ no ]\nRules = [ (IsComplete "a") and (Mean "b" > 2), # [this]\n RowCount > avg(last(3))\n]', 2),
        ("Rules = [ RowCount > 0 ]\nAnalyzers = [ RowCount, AllStatistics ]", 1),
        ('Metadata = { "Version": "1.0" } Rules = [ CustomSql "select \\"a\\", b from primary" > 1 ]', 1),
    ],
)  # fmt: skip
def test_rules(ruleset: str, count: int) -> None:
    assert len(dqdl.rules(ruleset)) == count


@pytest.mark.parametrize(
    "ruleset", ["", "Rules = []", "Rules = [ Nonsense ]", "Rules = [ RowCount > 1", "RowCount > 1"]
)
def test_no_rulesets(ruleset: str) -> None:
    with pytest.raises(InvalidInputException, match="Parsing Error"):
        dqdl.rules(ruleset)
