"""Python functions that DuckDB calls: https://duckdb.org/docs/stable/clients/python/function (NULL handling)."""

import inspect
from typing import get_args, get_type_hints

import pytest

from rapid.emulator.athena.sql.computed import HELPERS, Helper

RETURNING = [h for h in HELPERS.values() if h.parameters is not None and h.name != "t_error"]


@pytest.mark.parametrize("declared", RETURNING, ids=[h.name for h in RETURNING])
def test_a_function_that_may_give_null_says_so(declared: Helper) -> None:
    """DuckDB fails the query where one that does not say so gives NULL."""
    result = get_type_hints(inspect.unwrap(declared.function))["return"]
    assert declared.null or type(None) not in get_args(result)
