"""Sends dashboards to the running Superset over its REST API, as its own administrator.

https://superset.apache.org/docs/api (6.1, read 2026-11). Importing takes under a second, because nothing of Superset
is loaded here; all errors an author can make are found before, by `checks`, since Superset would not name them.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import requests

from rapid.core import aws
from rapid.core.config import ROOT, Config
from rapid.dashboards import bundle, checks, definitions, start
from rapid.dashboards.definitions import Dashboard
from rapid.dashboards.errors import DashboardError

FOLDER = ROOT / "dashboards"
TIMEOUT_SECONDS = 60
POLL_SECONDS = 0.05
"""PyAthena asks whether a query is done this often; its own default, 1 s, would be most of a local query's time."""


def import_dashboards(config: Config, outputs: Mapping[str, str]) -> list[str]:
    """Imports every dashboard of `dashboards/`, replacing what was imported before.

    Args:
        outputs: the stack's outputs; GlueDatabase and AthenaWorkGroup are used.

    Returns:
        The dashboards' addresses.

    Raises:
        DashboardError: the files have mistakes, Superset does not answer, or it refused the import.
    """
    missing = [name for name in ("GlueDatabase", "AthenaWorkGroup") if not outputs.get(name)]
    if missing:
        raise DashboardError(f"The stack has no output {', '.join(missing)}. Run ./rapid deploy first.")
    dashboards = definitions.load(FOLDER)
    checks.check(dashboards)
    _check_tables(config, outputs["GlueDatabase"], dashboards)
    files = bundle.build(dashboards, athena_uri(config, outputs), outputs["GlueDatabase"])
    with _session(config) as session:
        _send(config, session, bundle.pack(files))
    return [_url(config, dashboard) for dashboard in dashboards]


def dashboard_urls(config: Config) -> dict[str, str]:
    """Address of each dashboard, by title.

    Raises:
        DashboardError: the files cannot be read.
    """
    return {dashboard.title: _url(config, dashboard) for dashboard in definitions.load(FOLDER)}


def athena_uri(config: Config, outputs: Mapping[str, str]) -> str:
    """Athena's address for SQLAlchemy. It holds no credentials and no endpoint: boto3 finds both, here as on AWS."""
    options = {"work_group": outputs["AthenaWorkGroup"], "poll_interval": POLL_SECONDS}
    host = f"athena.{config.region}.amazonaws.com:443"
    return f"awsathena+rest://{host}/{quote(outputs['GlueDatabase'], safe='')}?{urlencode(options)}"


def _check_tables(config: Config, database: str, dashboards: list[Dashboard]) -> None:
    """Compares datasets with the tables they name, where those exist: a mart is made by the first run of its job."""
    from botocore.exceptions import BotoCoreError

    glue = aws.client(config, "glue")
    problems = []
    for name, dataset in ((n, d) for board in dashboards for n, d in board.datasets.items() if d.table):
        try:
            table = glue.get_table(DatabaseName=database, Name=dataset.table)["Table"]
        except glue.exceptions.EntityNotFoundException:
            continue
        except BotoCoreError as error:
            raise DashboardError(f"The emulator does not answer: {error}. Run ./rapid up.") from error
        columns = {c["Name"] for c in [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", ())]}
        if missing := sorted(dataset.columns.keys() - columns):
            problems.append(f"  dataset {name}: table {database}.{dataset.table} has no {', '.join(missing)}")
    if problems:
        raise DashboardError("Datasets that their tables do not fit:\n" + "\n".join(problems))


def _url(config: Config, dashboard: Dashboard) -> str:
    return f"{config.superset_public_url}/superset/dashboard/{dashboard.slug}/"


def _session(config: Config) -> requests.Session:
    """A session that is logged in and may write."""
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"Accept": "application/json", "Referer": config.superset_url})
    user, password = start.login(config)
    credentials = {"username": user, "password": password, "provider": "db", "refresh": False}
    try:
        answer = session.post(f"{config.superset_url}/api/v1/security/login", json=credentials, timeout=TIMEOUT_SECONDS)
        if answer.status_code == 401:
            raise DashboardError(
                f"Superset at {config.superset_url} refused this installation's log-in: its password was changed, "
                "or it belongs to another RAPID_HOME."
            )
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        token = session.get(f"{config.superset_url}/api/v1/security/csrf_token/", timeout=TIMEOUT_SECONDS)
        token.raise_for_status()
        session.headers["X-CSRFToken"] = token.json()["result"]
    except requests.RequestException as error:
        raise DashboardError(f"Superset does not answer: {error}. Run ./rapid up.") from error
    return session


def _send(config: Config, session: requests.Session, archive: bytes) -> None:
    log = config.logs / "superset.log"
    try:
        answer = session.post(
            f"{config.superset_url}/api/v1/assets/import/",
            files={"bundle": ("dashboards.zip", archive, "application/zip")},
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise DashboardError(f"Superset did not finish the import: {error}. See {log}.") from error
    if not answer.ok:
        raise DashboardError(f"Superset refused the dashboards ({answer.status_code}): {answer.text[:500]} See {log}.")
