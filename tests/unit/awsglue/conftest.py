"""The fixtures that we ship for tests of Glue scripts, and a GlueContext under its old name."""

from typing import Any

import pytest

from glue_runner.testing import glue_context, glue_script, spark

__all__ = ["glue_context", "glue_script", "spark"]


@pytest.fixture(scope="session")
def glue(glue_context: Any) -> Any:
    return glue_context
