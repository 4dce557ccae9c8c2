"""How the Superset process is started: its files, its command, its environment and its log-in.

Needs the standard library and werkzeug only, so that the same code runs in the command line's environment and in
Superset's own (a container has no other).
"""

from collections.abc import Callable

from rapid.core import aws
from rapid.core.config import ROOT, Config
from rapid.dashboards import metadata

SETTINGS = ROOT / "dashboards" / "superset"
"""Superset's own configuration: its settings, gunicorn's, its templates and the script that makes its database."""


def command(config: Config) -> list[str]:
    return [
        str(config.python("dashboards")),
        *("-m", "gunicorn"),
        *("--config", str(SETTINGS / "gunicorn.conf.py")),
        *("--bind", f"{config.host}:{config.superset_port}"),
        "superset.app:create_app()",
    ]


def environment(config: Config) -> dict[str, str]:
    """What `superset_config.py` reads, and what points PyAthena at the local AWS."""
    return {
        **aws.environment(config),
        # Eight threads would each keep memory of their own: a quarter of what Superset takes after some use.
        "MALLOC_ARENA_MAX": "2",
        "DASHBOARDS_LOG_LEVEL": config.log_level,
        "DASHBOARDS_HOME": str(metadata.home(config)),
        "SUPERSET_CONFIG_PATH": str(SETTINGS / "superset_config.py"),
    }


def prepare(config: Config, report: Callable[[str], None] = lambda _text: None) -> None:
    """Makes what Superset needs before it starts: secrets and metadata database. Does nothing when they are there.

    Args:
        report: told what is being done, when it takes more than a moment.

    Raises:
        DashboardError: Superset could not build its database.
    """
    metadata.prepare(config, SETTINGS, environment(config), report)


def login(config: Config) -> tuple[str, str]:
    """User name and password of the administrator of this installation.

    Raises:
        DashboardError: `prepare` never ran.
    """
    return metadata.ADMIN, metadata.password(config)
