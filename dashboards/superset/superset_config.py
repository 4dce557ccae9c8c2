"""Superset's settings: everything in one folder, no outside service, nothing sent to anyone.

Read by Superset itself (SUPERSET_CONFIG_PATH). The folder is DASHBOARDS_HOME: metadata database, caches, secret key.
AWS is reached as any AWS client reaches it, by the AWS_* variables, so no credentials are stored or logged.
https://superset.apache.org/docs/configuration/configuring-superset (6.1, read 2026-11)
"""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.engine.url import URL
from superset.utils.log import DBEventLogger

HOME = Path(os.environ["DASHBOARDS_HOME"])
HERE = Path(__file__).parent

SECRET_KEY = (HOME / "secret-key").read_text().strip()
GUEST_TOKEN_JWT_SECRET = GLOBAL_ASYNC_QUERIES_JWT_SECRET = SECRET_KEY
DATA_DIR = str(HOME)
UPLOAD_FOLDER = str(HOME / "uploads")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}?timeout=30"
SQLALCHEMY_EXAMPLES_URI = SQLALCHEMY_DATABASE_URI

APP_NAME = "Rapid Analytics"
FAB_API_SWAGGER_UI = False
LOG_LEVEL = os.environ["DASHBOARDS_LOG_LEVEL"]
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
ROW_LIMIT = 10_000
# Packing megabytes of JavaScript for each new browser costs seconds and memory, and spares a loopback nothing.
COMPRESS_REGISTER = False
SUPERSET_WEBSERVER_TIMEOUT = 120
# What needs Celery stays off, as it is by default: alerts, thumbnails, asynchronous SQL Lab. This one brings pop_kpi.
FEATURE_FLAGS = {"CHART_PLUGINS_EXPERIMENTAL": True}


class VisitLogger(DBEventLogger):
    """Superset's log of who opened what, without the six rows (and six waits for the disk) that each chart writes."""

    STEPS = frozenset(
        {
            *("ChartDataRestApi.data", "ChartDataRestApi.json_dumps", "_get_data_response"),
            *("QueryObject.post_processing", "execute_sql", "load_into_dataframe"),
        }
    )

    def log(self, user_id: int | None, action: str, *rest: Any, **more: Any) -> None:
        if action not in self.STEPS:
            super().log(user_id, action, *rest, **more)


EVENT_LOGGER = VisitLogger()


def _cache(name: str, lifetime: timedelta) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": str(HOME / "cache" / name),
        "CACHE_DEFAULT_TIMEOUT": int(lifetime.total_seconds()),
        "CACHE_THRESHOLD": 2_000,
    }


CACHE_CONFIG = _cache("metadata", timedelta(hours=1))
# Short, because a mart changes minutes after its raw files do.
DATA_CACHE_CONFIG = _cache("data", timedelta(minutes=1))
FILTER_STATE_CACHE_CONFIG = {**_cache("filters", timedelta(days=90)), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}
EXPLORE_FORM_DATA_CACHE_CONFIG = {**_cache("explore", timedelta(days=7)), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}

# The front end asks for a tracking pixel whatever the settings say, and for fonts and map tiles; the browser refuses.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}


class AthenaSession(boto3.Session):
    """Makes each client once, whoever asks: PyAthena wants one of S3 for each result, though it reads none there."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._made: dict[str, Any] = {}
        self._lock = Lock()

    def client(self, service: str, **settings: Any) -> Any:  # type: ignore[override]
        with self._lock:
            if service not in self._made:
                self._made[service] = super().client(service, **settings)
            return self._made[service]


_CONNECTIONS: dict[URL, Any] = {}
_CONNECTING = Lock()


def _athena(url: URL) -> Any:
    """One PyAthena connection per address, which threads may share: making one takes 0.2 to 0.8 s and 15 MB."""
    import pyathena

    with _CONNECTING:
        if url not in _CONNECTIONS:
            _none, options = url.get_dialect()().create_connect_args(url)
            session = AthenaSession(region_name=options["region_name"])
            _CONNECTIONS[url] = pyathena.connect(**options, session=session)
        return _CONNECTIONS[url]


def DB_CONNECTION_MUTATOR(  # noqa: N802 - Superset's name
    url: URL, options: dict[str, Any], *_user_manager_source: object
) -> tuple[URL, dict[str, Any]]:
    """Reuses Athena connections: Superset makes an engine per query and would make a client with each."""
    if url.get_backend_name() == "awsathena":
        options["creator"] = partial(_athena, url)
    return url, options


def FLASK_APP_MUTATOR(app: Flask) -> None:  # noqa: N802 - Superset's name
    """Puts our templates first, and skips a check at each start.

    Superset's own pages set no viewport, and its grid does not fold: ours has phones show a desktop's page, to zoom
    into. And it loads its 340 migrations (0.5 to 1 s) to learn whether any is pending, which whoever starts it has
    seen to: `rapid.dashboards.metadata`.
    """
    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE / "templates"), app.jinja_loader])
    if (HOME / "version").is_file():
        app._is_database_up_to_date = lambda: True  # noqa: SLF001
