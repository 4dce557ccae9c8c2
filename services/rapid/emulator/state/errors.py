"""Errors of durable state.

RapidError
└── StateError        saved state cannot be read, or could not be written
"""

from rapid.core.errors import RapidError


class StateError(RapidError):
    """Saved state cannot be read, or could not be written."""
