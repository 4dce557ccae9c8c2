"""RapidError └── DashboardError: a dashboard's files are wrong, or Superset did not do what it was asked."""

from rapid.core.errors import RapidError


class DashboardError(RapidError):
    """A dashboard's files are wrong, or Superset did not do what it was asked."""
