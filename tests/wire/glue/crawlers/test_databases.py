"""JDBC targets and TestConnection against real servers: Debian's `postgresql` and `mariadb-server`, if installed.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapid.emulator.glue import jdbc

PASSWORD = "secret"


def _tool(name: str) -> str:
    places = [*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"], "/usr/sbin"]
    return shutil.which(name, path=os.pathsep.join(places)) or pytest.skip(f"{name} is not installed")


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _server(user: str, prepare: Any, start: Any, ready: Any) -> Iterator[int]:
    """A database server in a folder of its own, under the user that its package brings."""
    owner: dict[str, Any] = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}}
    folder, port = Path(tempfile.mkdtemp(prefix="rapid-db-", dir="/tmp")), _port()
    if getpass.getuser() == "root":
        owner |= {"user": user, "group": user, "extra_groups": []}
        shutil.chown(folder, user)
    process = None
    try:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        subprocess.run(prepare(folder), **owner, cwd=folder, check=True, capture_output=True)
        process = subprocess.Popen(start(folder, port), **owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError, jdbc.DatabaseError):  # one that listens may still be starting up
                ready(port)
                break
            time.sleep(0.05)
        yield port
    finally:
        if process:
            process.terminate()
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[int]:
    initdb, server = _tool("initdb"), _tool("postgres")
    yield from _port_of(
        "postgres",
        lambda f: [initdb, "-D", str(f / "d"), "-U", "me", "-A", "scram-sha-256", f"--pwfile={f / 'password'}", "-N"],
        lambda f, port: [server, "-D", str(f / "d"), "-p", str(port), "-c", f"unix_socket_directories={f}",
                         "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
        lambda port: _run("postgresql", port, "me", PASSWORD, "postgres"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def mysql() -> Iterator[int]:
    install, server = _tool("mariadb-install-db"), _tool("mariadbd")
    base = lambda f: ["--no-defaults", f"--datadir={f / 'd'}"]  # noqa: E731
    yield from _port_of(
        "mysql",
        lambda f: [install, *base(f), "--auth-root-authentication-method=normal", "--skip-test-db"],
        lambda f, port: [server, *base(f), f"--port={port}", "--bind-address=127.0.0.1", f"--socket={f / 's'}",
                         f"--pid-file={f / 'p'}", "--skip-name-resolve"],
        lambda port: socket.create_connection(("127.0.0.1", port), 1).close(),
    )  # fmt: skip


def _port_of(user: str, prepare: Any, start: Any, ready: Any) -> Iterator[int]:
    with _server(user, prepare, start, ready) as port:
        yield port


def _connect(lake: Any, kind: str, port: int, database: str, **properties: str) -> str:
    name = f"{kind}-{lake.bucket}"
    given = {"JDBC_CONNECTION_URL": f"jdbc:{kind}://127.0.0.1:{port}/{database}", **properties}
    connection = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": given}
    lake.glue.create_connection(ConnectionInput=connection)
    return name


def _run(kind: str, port: int, user: str, password: str, database: str, *statements: str) -> None:
    with jdbc.cursor(jdbc.Place(kind, "127.0.0.1", port, database, user, password)) as cursor:
        for statement in (*statements, "COMMIT"):
            cursor.execute(statement)


def test_postgresql(lake: Any, columns_of: Any, postgresql: int) -> None:
    _run(
        "postgresql", postgresql, "me", PASSWORD, "postgres",
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.orders (id bigint, n int, price numeric(10,2), note text, at timestamptz, day date, "
        "ok boolean, x double precision, doc jsonb)",
        "CREATE TABLE shop.secret (id int)",
        "CREATE VIEW shop.recent AS SELECT id FROM shop.orders",
        "CREATE TABLE public.other (id int)",
    )  # fmt: skip
    secret = lake.aws("secretsmanager").create_secret(
        Name=lake.bucket, SecretString=f'{{"username": "me", "password": "{PASSWORD}"}}'
    )["ARN"]
    name = _connect(lake, "postgresql", postgresql, "postgres", SECRET_ID=secret)
    lake.glue.test_connection(ConnectionName=name)
    target = {"ConnectionName": name, "Path": "postgres/shop/%", "Exclusions": ["secret"]}
    tables = lake.crawl(Targets={"JdbcTargets": [target]}, TablePrefix="pg_")
    assert set(tables) == {"pg_postgres_shop_orders", "pg_postgres_shop_recent"}
    orders = tables["pg_postgres_shop_orders"]
    assert columns_of(orders) == {
        "id": "bigint", "n": "int", "price": "decimal(10,2)", "note": "string", "at": "timestamp", "day": "date",
        "ok": "boolean", "x": "double", "doc": "string",
    }  # fmt: skip
    parameters = orders["Parameters"]
    found = [parameters[key] for key in ("classification", "connectionName", "typeOfData")]
    assert found == ["postgresql", name, "table"]
    assert orders["StorageDescriptor"]["Location"] == "postgres.shop.orders"
    assert tables["pg_postgres_shop_recent"]["Parameters"]["typeOfData"] == "view"


def test_mysql(lake: Any, columns_of: Any, mysql: int) -> None:
    _run(
        "mysql", mysql, "root", "", "mysql",
        "CREATE DATABASE shop",
        f"CREATE USER me@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT ALL ON *.* TO me@'%'",
        "CREATE TABLE shop.Orders (id int, at datetime, name varchar(20), price decimal(8,3))",
    )  # fmt: skip
    name = _connect(lake, "mysql", mysql, "shop", USERNAME="me", PASSWORD=PASSWORD)
    lake.glue.test_connection(ConnectionName=name)
    table = lake.crawl(Targets={"JdbcTargets": [{"ConnectionName": name, "Path": "shop/%"}]})["shop_orders"]
    assert columns_of(table) == {"id": "int", "at": "timestamp", "name": "string", "price": "decimal(8,3)"}
    assert (table["Parameters"]["classification"], table["StorageDescriptor"]["Location"]) == ("mysql", "shop.Orders")


def test_what_cannot_be_reached_is_said(lake: Any) -> None:
    name = _connect(lake, "postgresql", _port(), "db", USERNAME="u", PASSWORD="p")
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="Can't create a connection"):
        lake.glue.test_connection(ConnectionName=name)
    crawler = lake.create(Targets={"JdbcTargets": [{"ConnectionName": name, "Path": "db/%"}]})
    assert "127.0.0.1" in lake.run(crawler, "FAILED")["LastCrawl"]["ErrorMessage"]
    other = _connect(lake, "oracle", 1521, "db")
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="oracle are not supported"):
        lake.glue.test_connection(ConnectionName=other)
