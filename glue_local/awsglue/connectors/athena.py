"""Connectors written against Athena's federation SDK, which run as AWS Lambda functions in Java."""

from typing import Any, NoReturn

from awsglue.errors import NotSupportedError


def _refuse(kind: str) -> NoReturn:
    raise NotSupportedError(f"connection_type={kind!r}", "Athena federation connectors need AWS's own runtime.")


def read(_session: Any, kind: str, _options: Any, _ctx: str) -> NoReturn:
    _refuse(kind)


def write(_df: Any, kind: str, _options: Any) -> NoReturn:
    _refuse(kind)


def table_options(_table: Any, _options: Any) -> NoReturn:
    _refuse("custom.athena")
