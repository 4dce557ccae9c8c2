"""Errors of durable state.

RapidError
└── StateError          saved state cannot be read, or could not be written
    └── PicklingError   a service holds something that cannot be saved at all
"""

from rapid.core.errors import RapidError


class StateError(RapidError):
    """Saved state cannot be read, or could not be written."""


class PicklingError(StateError):
    """A service holds something that cannot be saved at all."""
