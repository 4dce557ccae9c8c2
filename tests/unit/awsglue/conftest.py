"""A GlueContext under its short name."""

from typing import Any

import pytest


@pytest.fixture(scope="session")
def glue(glue_context: Any) -> Any:
    return glue_context
