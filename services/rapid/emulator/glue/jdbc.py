"""Databases behind connections: where they are and as whom to log in, and a cursor on PostgreSQL or MySQL.

https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html (read 2026-11). Drivers are pure Python; other
databases have none here.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.scope import Scope

URL = re.compile(
    r"jdbc:(?P<kind>[a-z0-9]+)(?::[a-z0-9]+)*:(?://|@)(?P<host>[^:/;?]+)(?::(?P<port>\d+))?(?:[/:;](?P<name>[^?;]*))?"
)
PORTS = {"postgresql": 5432, "redshift": 5439, "mysql": 3306, "mariadb": 3306}
CONNECT_SECONDS = 10


class DatabaseError(InvalidInputException):
    """A database that cannot be reached or refuses the login; the message is its own."""


@dataclass(frozen=True)
class Place:
    """A database. `kind` is the classification that crawlers write: postgresql, redshift, mysql."""

    kind: str
    host: str
    port: int
    name: str
    user: str
    password: str


def place(scope: Scope, connection: Structure) -> Place:
    """Where a JDBC connection leads.

    Raises:
        InvalidInputException: no URL, one of a database without a driver here, or a secret that does not exist.
    """
    given = connection.get("ConnectionProperties") or {}
    url = given.get("JDBC_CONNECTION_URL") or ""
    found = URL.match(url)
    if found is None:
        raise InvalidInputException(
            f"The JDBC_CONNECTION_URL {url!r} of connection {connection['Name']} is not a JDBC URL."
        )
    kind = found["kind"]
    if kind not in PORTS:
        raise InvalidInputException(f"Connections to {kind} are not supported here; {', '.join(sorted(PORTS))} are.")
    secret = _secret(scope, given["SECRET_ID"]) if given.get("SECRET_ID") else {}
    user, password = given.get("USERNAME") or secret.get("username"), given.get("PASSWORD") or secret.get("password")
    return Place(
        "mysql" if kind == "mariadb" else kind, found["host"], int(found["port"] or PORTS[kind]),
        (found["name"] or "").partition("/")[0], user or "", password or "",
    )  # fmt: skip


def _secret(scope: Scope, name: str) -> dict[str, str]:
    try:
        text = scope.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    except ClientError as error:
        raise InvalidInputException(f"Secret {name}: {error.response['Error'].get('Message')}") from error
    found: dict[str, str] = json.loads(text)
    return found


@contextmanager
def cursor(where: Place) -> Iterator[Any]:
    """A cursor (PEP 249) on the database.

    Raises:
        DatabaseError: it does not answer, or refuses what it is asked.
    """
    connection = None
    try:
        connection = _connect(where)
        yield connection.cursor()
    except (OSError, _errors(where.kind)) as error:
        raise DatabaseError(f"{where.kind} at {where.host}:{where.port}: {error}") from error
    finally:
        if connection is not None:
            connection.close()


def _errors(kind: str) -> Any:
    import pg8000.dbapi  # type: ignore[import-untyped]
    import pymysql  # type: ignore[import-untyped]

    return pymysql.Error if kind == "mysql" else pg8000.dbapi.Error


def _connect(where: Place) -> Any:
    options: dict[str, Any] = {
        "host": where.host, "port": where.port, "user": where.user, "password": where.password,
        "database": where.name or None,
    }  # fmt: skip
    if where.kind == "mysql":
        import pymysql

        return pymysql.connect(connect_timeout=CONNECT_SECONDS, **options)
    import pg8000.dbapi

    return pg8000.dbapi.connect(timeout=CONNECT_SECONDS, **options)
