"""Spark for the few parts of the jobs that are nothing without it."""

from glue_runner.testing import spark

__all__ = ["spark"]
