"""GetPartitions' Expression. https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html"""

import pytest

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.expressions import compiled

KEYS = (("year", "int"), ("day", "date"), ("at", "timestamp"), ("price", "decimal(10,2)"), ("name", "string"))
ROW = ("2024", "2024-02-29", "2024-02-29 10:00:00", "9.50", "alpha")
NULL = "__HIVE_DEFAULT_PARTITION__"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("year = 2024", True),
        ("year=2024 and name='alpha'", True),
        ("YEAR = '2024'", True),
        ("year <> 2024", False),
        ("year != 2023", True),
        ("2023 < year", True),
        ("2024 >= year", True),
        ("year > 999", True),
        ("year between 2020 and 2024", True),
        ("year not between 2020 and 2024", False),
        ("year in (1, 2024)", True),
        ("year not in (1, 2024)", False),
        ("day > '2024-02-28'", True),
        ("day = date '2024-02-29'", True),
        ("day < date '2024-02-29'", False),
        ("at >= timestamp '2024-02-29 09:59:59'", True),
        ("at = '2024-02-29 10:00:00'", True),
        ("price = 9.5", True),
        ("price > 9.49 and price < 10", True),
        ("price > -1", True),
        ("name like 'al%'", True),
        ("name like 'alph_'", True),
        ("name not like '%z%'", True),
        ("not name = 'alpha'", False),
        ("name = 'x' or (year = 2024 and not price = 1)", True),
        ("name > 'aa'", True),
        ("name is null", False),
        ("name is not null", True),
        ("`year` = 2024", True),
        ('"year" = 2024', True),
        ("(year = 2024)", True),
        ("name = 'it''s'", False),
    ],
)
def test_row(expression: str, wanted: bool) -> None:
    assert compiled(expression, KEYS)(ROW) is wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("year = 2024", False),
        ("year <> 2024", False),
        ("not year = 2024", False),
        ("year is null", True),
        ("year is not null", False),
        ("year in (2024)", False),
        ("year not in (2024)", False),
        ("year = 2024 or name = 'a'", True),
        ("year = 2024 and name = 'a'", False),
        ("name like '%'", True),
    ],
)
def test_null_selects_nothing_but_is_null(expression: str, wanted: bool) -> None:
    assert compiled(expression, (("year", "int"), ("name", "string")))((NULL, "a")) is wanted


@pytest.mark.parametrize(
    "expression",
    [
        "nothing = 1",
        "year = 'x'",
        "year",
        "year =",
        "year + 1 = 2",
        "count(year) = 1",
        "day = 'tomorrow'",
        "year = name(",
        "year LIKE '2'",
    ],
)
def test_refused(expression: str) -> None:
    with pytest.raises(
        InvalidInputException, match=r"Unsupported expression|Unknown column|is not (an?|of)|support operation"
    ):
        compiled(expression, KEYS)
