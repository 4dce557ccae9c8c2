"""Every setting of the project, declared once.

A setting comes from the environment, else from the `.env` file of the checkout, else from its default.
`load()` reads them once into a frozen `Config`; nothing else in `rapid` reads `os.environ`.
The table in the README and `./rapid config` are made from `SETTINGS`.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapid.core.errors import SettingError

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Setting:
    """One declared setting. `parse` turns its text into its value and raises ValueError on nonsense."""

    name: str
    default: str
    help: str
    parse: Callable[[str], Any] = str
    secret: bool = False

    @property
    def field(self) -> str:
        return self.name.removeprefix("RAPID_").lower()


def _whole(text: str, least: int, most: int, wanted: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise ValueError(wanted)
    return value


def _port(text: str) -> int:
    return _whole(text, 1, 65535, "a port is a whole number from 1 to 65535")


def _path(text: str) -> Path:
    path = Path(text).expanduser()
    return path if path.is_absolute() else ROOT / path


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("use 1 or 0")


def _positive(text: str) -> int:
    return _whole(text, 1, sys.maxsize, "use a whole number above 0")


def _count(text: str) -> int:
    return _whole(text, 0, sys.maxsize, "use a whole number, 0 or above")


def _account(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise ValueError("an account has 12 digits")
    return text


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("use DEBUG, INFO, WARNING or ERROR")
    return text.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("RAPID_HOST", "127.0.0.1", "address that every service binds to"),
    Setting("RAPID_EMULATOR_PORT", "4566", "port of the AWS endpoint", _port),
    Setting("RAPID_RUNNER_PORT", "4580", "port of the Glue runner's API", _port),
    Setting("RAPID_SUPERSET_PORT", "8088", "port of Superset", _port),
    Setting("RAPID_RUNNER_HOST", "", "host of the Glue runner as the emulator reaches it; empty: RAPID_HOST"),
    Setting("RAPID_EMULATOR_HOST", "", "host of the AWS endpoint as clients reach it; empty: RAPID_HOST"),
    Setting("RAPID_SUPERSET_HOST", "", "host of Superset as clients reach it; empty: RAPID_HOST"),
    Setting(
        "RAPID_EMULATOR_PUBLIC", "", "host:port of the AWS endpoint in addresses that are handed out; empty: its own"
    ),
    Setting("RAPID_SUPERSET_PUBLIC", "", "host:port of Superset in addresses that are handed out; empty: its own"),
    Setting("RAPID_HOME", ".rapid", "folder for state, logs and process files", _path),
    Setting("RAPID_ENVIRONMENTS", ".rapid/envs", "folder of the Python environments, one per part", _path),
    Setting("RAPID_CACHE", "~/.cache/rapid-analytics", "folder for downloads that outlive a checkout (jars)", _path),
    Setting("RAPID_REGION", "us-east-1", "AWS region that is emulated"),
    Setting("RAPID_ACCOUNT", "000000000000", "AWS account that is emulated", _account),
    Setting("RAPID_STACK_NAME", "rapid-analytics", "name of the CloudFormation stack"),
    Setting("RAPID_SPARK_MASTER", "local[*]", "where Glue jobs run: local[*] or spark://host:7077"),
    Setting("RAPID_GLUE_WARM", "2", "JVMs that the Glue runner keeps ready; 0 starts each job cold", _count),
    Setting("RAPID_GLUE_PARALLEL", "3", "Glue jobs that run at the same time; more are queued", _positive),
    Setting("RAPID_GLUE_MEMORY_MB", "1024", "Java heap of one Glue job, in MiB", _positive),
    Setting("RAPID_ATHENA_TIMEOUT_MINUTES", "30", "minutes after which an Athena query fails; AWS's quota", _positive),
    Setting("RAPID_RUNNER_TOKEN", "", "bearer token of the Glue runner's API; empty: generated", secret=True),
    Setting("RAPID_DURABLE", "1", "keep the emulator's state on disk, safe from kill -9", _flag),
    Setting("RAPID_LOG_LEVEL", "INFO", "least level that the services log: DEBUG, INFO, WARNING or ERROR", _level),
)


@dataclass(frozen=True)
class Config:
    """The settings, parsed. One attribute per entry of `SETTINGS`, plus the paths that follow from them."""

    host: str
    emulator_port: int
    runner_port: int
    superset_port: int
    runner_host: str
    emulator_host: str
    superset_host: str
    emulator_public: str
    superset_public: str
    home: Path
    environments: Path
    cache: Path
    region: str
    account: str
    stack_name: str
    spark_master: str
    glue_warm: int
    glue_parallel: int
    glue_memory_mb: int
    athena_timeout_minutes: int
    runner_token: str
    durable: bool
    log_level: str

    @property
    def emulator_url(self) -> str:
        return f"http://{self.emulator_host or self.host}:{self.emulator_port}"

    @property
    def runner_url(self) -> str:
        return f"http://{self.runner_host or self.host}:{self.runner_port}"

    @property
    def superset_url(self) -> str:
        return f"http://{self.superset_host or self.host}:{self.superset_port}"

    @property
    def emulator_address(self) -> str:
        """host:port that the emulator puts into the addresses it hands out: APIs, queues, presigned objects."""
        return self.emulator_public or f"{self.emulator_host or self.host}:{self.emulator_port}"

    @property
    def superset_public_url(self) -> str:
        """Where a person's browser finds Superset."""
        return f"http://{self.superset_public}" if self.superset_public else self.superset_url

    @property
    def state(self) -> Path:
        """What must survive a restart: objects, stores, the runner's and Superset's data."""
        return self.home / "state"

    @property
    def run(self) -> Path:
        """Process files, sockets and secrets of what is running."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def python(self, environment: str) -> Path:
        """The interpreter of one of our environments."""
        return self.environments / environment / "bin" / "python"

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process that calls `load()`."""
        raw = {s.name: getattr(self, s.field) for s in SETTINGS}
        return {name: str(int(v)) if isinstance(v, bool) else str(v) for name, v in raw.items()}


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a `.env` file; blank lines and `#` comments are skipped.

    Raises:
        SettingError: a line that is none of these.
    """
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.removeprefix("export ").partition("=")
        if not equals:
            raise SettingError(f"{path}:{number}: expected NAME=value, found {text!r}.")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def sources(environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> dict[str, tuple[str, str]]:
    """For each setting its text and where it came from: `environment`, `.env` or `default`.

    Raises:
        SettingError: a `RAPID_` name that no setting has, in the environment or the file.
    """
    environ = os.environ if environ is None else environ
    known = {s.name for s in SETTINGS}
    from_file = read_dotenv(dotenv or ROOT / ".env")
    unknown = sorted(n for n in {*environ, *from_file} if n.startswith("RAPID_") and n not in known)
    if unknown:
        raise SettingError(f"No such setting: {', '.join(unknown)}. Valid: {', '.join(sorted(known))}.")
    found: dict[str, tuple[str, str]] = {}
    for setting in SETTINGS:
        if setting.name in environ:
            found[setting.name] = (environ[setting.name], "environment")
        elif setting.name in from_file:
            found[setting.name] = (from_file[setting.name], ".env")
        else:
            found[setting.name] = (setting.default, "default")
    return found


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Config:
    """Reads and parses every setting.

    Raises:
        SettingError: an unknown name, a value that does not parse, or one port for two services.
    """
    values: dict[str, Any] = {}
    texts = sources(environ, dotenv)
    for setting in SETTINGS:
        text, origin = texts[setting.name]
        try:
            values[setting.field] = setting.parse(text)
        except ValueError as error:
            raise SettingError(f"{setting.name}={text!r} (from {origin}): {error}.") from error
    ports: dict[int, str] = {}
    for setting in SETTINGS:
        port = values[setting.field]
        if setting.parse is _port and ports.setdefault(port, setting.name) != setting.name:
            raise SettingError(f"{ports[port]} and {setting.name} are both {port}: each service needs its own port.")
    return Config(**values)
