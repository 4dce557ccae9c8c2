"""The user's story through the commands themselves: demo, again, a killed emulator, a file of one's own, down."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from rapid.core import aws
from rapid.core import config as configuration
from rapid.core.config import ROOT
from tests.waiting import until

pytestmark = pytest.mark.slow
REAL = ROOT.parent / "shared" / "data" / "real"


@dataclass(frozen=True)
class Rapid:
    """`./rapid` with a home and ports of its own."""

    environment: dict[str, str]

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(ROOT / "rapid"), *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{arguments} exited {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture(scope="module")
def rapid(tmp_path_factory: pytest.TempPathFactory, free_ports: list[int]) -> Iterator[Rapid]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAPID_", "AWS_"))}
    defaults = configuration.load()
    names = ("RAPID_EMULATOR_PORT", "RAPID_RUNNER_PORT", "RAPID_SUPERSET_PORT")
    own = {
        "RAPID_HOME": str(tmp_path_factory.mktemp("home")),
        "RAPID_ENVIRONMENTS": str(defaults.environments),
        "RAPID_CACHE": str(defaults.cache),
        **{name: str(port) for name, port in zip(names, free_ports, strict=False)},
    }
    command = Rapid({**kept, **own})
    yield command
    command("down")


@pytest.fixture(scope="module")
def demo(rapid: Rapid) -> Any:
    return rapid.json("demo")


def test_demo_balances_and_every_total_is_right(demo: Any) -> None:
    assert demo["ok"]
    assert len(demo["reconciliation"]) == 8
    for row in demo["reconciliation"]:
        assert row["sent"] == row["accepted"] + row["rejected"]
        assert row["accepted"] == row["curated"] + row["duplicates"] + row["quarantined"]
    assert sum(row["quarantined"] for row in demo["reconciliation"]) > 0, "the seed data has dirt"
    assert len(demo["checks"]) > 10, "totals are compared with the truth, not only with each other"


def test_demo_again_adds_nothing_but_duplicates(rapid: Rapid, demo: Any) -> None:
    again = rapid.json("demo")
    assert again["ok"]
    for before, after in zip(demo["reconciliation"], again["reconciliation"], strict=True):
        assert after["sent"] == before["sent"]
        assert after["curated"] == 0
        assert after["duplicates"] == before["curated"] + before["duplicates"]


def test_everything_is_there_after_the_emulator_was_killed(rapid: Rapid, demo: Any) -> None:
    question = "select sum(cost), sum(installs) from campaign_performance"
    before = rapid.json("sql", question)
    (pid,) = (s["pid"] for s in rapid.json("status") if s["name"] == "emulator")
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=60)
    rapid("status", code=3)
    rapid("up")
    assert rapid.json("sql", question) == before
    assert rapid.json("demo")["ok"], "API, functions, rules, workflow and queues work after the restart"


def test_load_takes_a_file_that_nobody_described(rapid: Rapid, demo: Any, tmp_path: Path) -> None:
    path = tmp_path / "Kunden Umsätze.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["PLZ", "Straße / Nr.", "Umsatz", "Datum", "Bemerkung"])
        for n in range(500):
            writer.writerow(
                [f"0{1000 + n}", f'Weg "{n}"; Hof', f"{n}.25", f"2026-01-{1 + n % 28:02}", "a\nb" if n % 7 else ""]
            )
    facts = rapid.json("load", str(path), "--dataset", "umsaetze")
    assert (facts["records_in"], facts["curated"], facts["rows_in_table"]) == (500, 500, 500)
    types = {c["name"]: c["type"] for c in facts["columns"]}
    assert types["plz"] == "string", "leading zeros are kept"
    assert types["umsatz"] == "double"
    assert types["datum"] == "date"
    (row,) = rapid.json("sql", "select sum(umsatz) total, min(plz) first, count(distinct datum) days from umsaetze")
    assert row == {"total": 124875.0, "first": "01000", "days": 28}


HEEDING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Becomes a command that heeds Ctrl-C, also below a shell that had its background ignore it."""


def test_a_load_that_is_interrupted_is_mended_by_the_same_command(rapid: Rapid, demo: Any, tmp_path: Path) -> None:
    path, bucket = tmp_path / "broken.csv", demo["outputs"]["DataBucket"]
    path.write_text("id,amount\n" + "".join(f"{n},{n}.5\n" for n in range(1000)))
    s3 = aws.client(configuration.load(rapid.environment), "s3")
    command = [sys.executable, "-c", HEEDING, str(ROOT / "rapid"), "load", str(path), "--dataset", "broken_off"]
    with subprocess.Popen(command, env=rapid.environment, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="raw/broken_off/").get("Contents"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "The same command goes on where this ends, and loads nothing twice." in said
    assert "Traceback" not in said
    for _ in range(2):
        facts = rapid.json("load", str(path), "--dataset", "broken_off")
        assert (facts["curated"], facts["rows_in_table"]) == (1000, 1000)
    assert facts["loaded_before"]
    assert rapid.json("load", str(path), "--dataset", "broken_off", "--again")["rows_in_table"] == 2000


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not on this machine")
def test_load_online_retail(rapid: Rapid, demo: Any) -> None:
    facts = rapid.json("load", str(REAL / "online_retail.parquet"), "--dataset", "online_retail")
    assert facts["ok"]
    assert facts["rows_in_table"] == 541_909
    names = {c["name"].replace("_", ""): c["name"] for c in facts["columns"]}
    (row,) = rapid.json(
        "sql",
        f"select sum({names['quantity']} * {names['unitprice']}) total, count(distinct {names['customerid']}) customers"
        " from online_retail",
    )
    assert abs(float(row["total"]) - 9_747_747.934) < 0.01
    assert row["customers"] == 4372


ELSEWHERE = {
    "./rapid demo": "has run when these tests begin",
    "./rapid test": "runs this",
    "./rapid down": "ends these tests",
    "./rapid reset": "would end them too early",
    "./rapid doctor": "also looks for what is not needed here",
    "./rapid logs emulator -f": "does not end",
    "aws cloudformation create-stack": "is tested in e2e/deploy",
    "unset AWS_ENDPOINT_URL": "leads to an AWS account",
    "./rapid deploy --aws": "needs an AWS account",
    "docker compose up": "is tested in test_compose.py",
    "RAPID_SPARK_MASTER=": "needs Docker",
}
"""Beginnings of commands in the README that are not run by the test below, and why."""


def readme_commands() -> list[str]:
    """Every command of the README: of its blocks for the shell, and those beginning with ./rapid in its text."""
    text = (ROOT / "README.md").read_text()
    blocks = [re.sub(r"\\\n\s*", "", block) for block in re.findall(r"```sh\n(.*?)```", text, re.S)]
    lines = [re.sub(r"\s{2,}#.*", "", line) for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`(\./rapid [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [line for line in [*lines, *inline] if line.strip()]


def test_commands_of_the_readme_work_as_written(rapid: Rapid, demo: Any, tmp_path: Path) -> None:
    commands = readme_commands()
    assert [start for start in ELSEWHERE if not any(c.startswith(start) for c in commands)] == [], "no longer there"
    run = [command for command in commands if not command.startswith(tuple(ELSEWHERE))]
    assert len(run) > 8
    (tmp_path / "sales.csv").write_text("id,amount\n1,2.50\n2,3.75\n")
    for name in ("rapid", "rapid-analytics.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    tools = configuration.load().python("emulator").parent  # AWS's command line
    environment = {**rapid.environment, "PATH": f"{tools}{os.pathsep}{rapid.environment['PATH']}"}
    script = "set -eux\n" + "\n".join(run)
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert '"accepted": 1' in done.stdout
