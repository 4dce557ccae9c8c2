"""Superset's metadata database, built once per Superset version and copied for each installation.

Building takes Superset's 340 migrations, 10 to 20 s; copying takes milliseconds. The copy that is cached holds
nothing secret: no encrypted value, and an administrator with a random password that nobody knows. An installation
gets its own secret key and password, in files that only their owner reads.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from rapid.core.config import Config
from rapid.dashboards.errors import DashboardError

ADMIN = "admin"
BUILD_SECONDS = 300
_DATABASE, _VERSION, _KEY, _PASSWORD = "superset.db", "version", "secret-key", "admin-password"


def home(config: Config) -> Path:
    """Superset's folder: database, caches and secrets, which only make sense together."""
    return config.state / "superset"


def password(config: Config) -> str:
    """The administrator's password.

    Raises:
        DashboardError: there is none yet.
    """
    path = home(config) / _PASSWORD
    if not path.is_file():
        raise DashboardError(f"Superset has no log-in yet: {path} is missing. Run ./rapid up.")
    return path.read_text()


def prepare(config: Config, settings: Path, environment: Mapping[str, str], report: Callable[[str], None]) -> None:
    """Makes the installation's database and secrets; upgrades them when Superset or its settings changed.

    Raises:
        DashboardError: Superset could not build its database.
    """
    folder = home(config)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not (folder / _KEY).is_file():
        _write_secret(folder / _KEY, secrets.token_urlsafe(42))
    version = _version(config, settings)
    if not (folder / _DATABASE).is_file():
        _place(_template(config, settings, environment, report).read_bytes(), folder / _DATABASE)
    elif _read(folder / _VERSION) != version:
        report("upgrading its database")
        _place(_build(config, settings, environment, existing=folder), folder / _DATABASE)
    (folder / _VERSION).write_text(version)
    if not (folder / _PASSWORD).is_file():
        plain = secrets.token_urlsafe(12)
        _set_password(folder / _DATABASE, plain)
        _write_secret(folder / _PASSWORD, plain)


def _template(config: Config, settings: Path, environment: Mapping[str, str], report: Callable[[str], None]) -> Path:
    path = config.cache / "superset" / f"metadata-{_version(config, settings)}.db"
    if not path.is_file():
        report("building its database, once (about 15 s)")
        path.parent.mkdir(parents=True, exist_ok=True)
        _place(_build(config, settings, environment), path)
    return path


def _version(config: Config, settings: Path) -> str:
    """What a database depends on: the Superset and Flask-AppBuilder installed, and our settings."""
    packages = config.python("dashboards").parent.parent / "lib"
    found = sorted(
        path.name
        for pattern in ("apache_superset-*.dist-info", "flask_appbuilder-*.dist-info")
        for path in packages.glob(f"python3*/site-packages/{pattern}")
    )
    if not found:
        raise DashboardError(f"Superset is not installed under {packages}. Run ./rapid setup.")
    digest = hashlib.sha256("\n".join(found).encode())
    for name in ("build_metadata.py", "superset_config.py"):
        digest.update((settings / name).read_bytes())
    return digest.hexdigest()[:16]


def _build(config: Config, settings: Path, environment: Mapping[str, str], existing: Path | None = None) -> bytes:
    """A database at the newest migration: a new one, or that of the folder `existing` upgraded. Works on a copy."""
    with tempfile.TemporaryDirectory(prefix="superset-") as name:
        folder = Path(name)
        if existing:
            shutil.copyfile(existing / _KEY, folder / _KEY)
            _place(_content(existing / _DATABASE), folder / _DATABASE)
        else:
            _write_secret(folder / _KEY, secrets.token_urlsafe(42))
        try:
            process = subprocess.run(
                [str(config.python("dashboards")), str(settings / "build_metadata.py")],
                env={**environment, "DASHBOARDS_HOME": name},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DashboardError(f"Superset did not build its database within {BUILD_SECONDS} s.") from error
        if process.returncode:
            end = "\n".join((process.stderr or process.stdout).splitlines()[-15:])
            raise DashboardError(f"Superset could not build its database. The end of its output:\n{end}")
        return _content(folder / _DATABASE)


def _content(database: Path) -> bytes:
    """A database that no process has open, with what its write-ahead log still holds."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.serialize()


def _place(database: bytes, path: Path) -> None:
    """Writes a database so that it is there whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(database)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _set_password(database: Path, plain: str) -> None:
    from werkzeug.security import generate_password_hash

    with closing(sqlite3.connect(database)) as connection, connection:
        changed = connection.execute(
            "UPDATE ab_user SET password = ? WHERE username = ?", (generate_password_hash(plain), ADMIN)
        ).rowcount
    if changed != 1:
        raise DashboardError(f"Superset's database has no user {ADMIN}. Run ./rapid reset to make it anew.")


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
