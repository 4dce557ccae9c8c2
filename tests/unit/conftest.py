"""The fixtures that we ship for tests of Glue scripts: in one place, so that one process has one Spark session."""

from glue_runner.testing import glue_context, glue_script, spark

__all__ = ["glue_context", "glue_script", "spark"]
