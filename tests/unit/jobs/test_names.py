"""Column names for Athena."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake import names


@pytest.mark.parametrize(
    ("original", "clean"),
    [
        ("Cost Total $", "cost_total"),
        ("AppsFlyer ID", "appsflyer_id"),
        ("On- or off-budget", "on_or_off_budget"),
        ("Größe (cm)", "grosse_cm"),
        ("_received_at", "_received_at"),
        ("1962", "1962"),
        ("日", "u65e5"),
        ("  ", ""),
    ],
)
def test_clean(original: str, clean: str) -> None:
    assert names.clean(original) == clean


def test_names_that_collide_are_numbered() -> None:
    assert names.assign(["Id", "id", "ID!", "$"]) == {"Id": "id", "id": "id_2", "ID!": "id_3", "$": "column_4"}


def test_known_names_stay() -> None:
    assert names.assign(["id", "Id"], {"Id": "id"}) == {"Id": "id", "id": "id_2"}


@given(st.lists(st.text(max_size=300), unique=True, max_size=20))
def test_every_column_gets_a_name_of_its_own(originals: list[str]) -> None:
    given_names = names.assign(originals)
    assert list(given_names) == originals or set(given_names) == set(originals)
    assert len(set(given_names.values())) == len(originals)
    assert all(re.fullmatch(r"[a-z0-9_]{1,255}", name) for name in given_names.values())
