"""The root of this package's errors.

RapidError              what a user can act on; the command line prints its message and exits 1
├── SettingError        a setting has a value that cannot be used
└── ServiceError        a service of ours did not start, or died
"""


class RapidError(Exception):
    """Something a user can act on. The message says what was wrong, where, and what to do next."""


class SettingError(RapidError):
    """A setting has a value that cannot be used."""


class ServiceError(RapidError):
    """A service (emulator, Glue runner, Superset) did not start, or is not there."""
