"""The demo's stages, in order. Each tells `Stage` what it does and adds its facts to one result."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rapid.core import aws
from rapid.core.config import Config
from rapid.demo import checks, ledger, sending
from rapid.pipeline import Pipeline, Progress
from rapid.query import run as run_query


class View(Protocol):
    """Where the demo shows what it does."""

    def stage(self, name: str) -> None: ...

    def detail(self, text: str, done: float | None = None) -> None:
        """What is happening in the stage; `done` is its share, 0 to 1, where it is known."""

    def finished(self, name: str, seconds: float, facts: str) -> None: ...


@dataclass
class Story:
    """One run of the demo. `bring_up` starts the services; it is None where they run already.

    `check` raises if one of them has ended.
    """

    config: Config
    scale: int
    view: View
    bring_up: Callable[[], object] | None = None
    check: Callable[[], object] = lambda: None
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def _stage(self, name: str) -> Iterator[list[str]]:
        begin = time.monotonic()
        self.view.stage(name)
        said: list[str] = []
        yield said
        seconds = round(time.monotonic() - begin, 2)
        self.facts.setdefault("stages", []).append({"stage": name, "seconds": seconds, "facts": "; ".join(said)})
        self.view.finished(name, seconds, "; ".join(said))

    def _client(self, service: str) -> Any:
        return aws.client(self.config, service)

    def tell(self) -> dict[str, Any]:
        """Runs every stage and returns the facts; `ok` is true only if all of it balanced and every check held.

        Raises:
            RapidError: a stage could not be finished; its message says which part and what to do.
        """
        begin = time.monotonic()
        if self.bring_up:
            with self._stage("start the services") as said:
                self.bring_up()
                said.append(f"AWS at {self.config.emulator_url}")
        stack = self._deploy()
        pipeline = Pipeline(self._client, stack, self.check)
        before = pipeline.raw_objects()
        with tempfile.TemporaryDirectory(prefix="rapid-demo-") as folder:
            truth, sent = self._send(Path(folder), stack)
        ledger.remember(self._client("s3"), stack["DataBucket"], self.scale, sent)  # it counts whatever follows
        manifests = self._follow(pipeline, pipeline.raw_objects() - before)
        rows = ledger.balance(sent, manifests)
        found = self._check(stack, pipeline, truth)
        self._dashboards(stack)
        self.facts |= {
            "scale": self.scale,
            "reconciliation": [row.as_dict() for row in rows],
            "checks": [check.as_dict() for check in found],
            "ok": all(row.balanced for row in rows) and all(check.ok for check in found),
            "seconds": round(time.monotonic() - begin, 2),
        }
        return self.facts

    def _deploy(self) -> dict[str, str]:
        from rapid.deploy import deploy

        with self._stage("deploy the stack") as said:
            resources: set[str] = set()

            def on_event(event: Any) -> None:
                resources.add(event.resource)
                self.view.detail(f"{event.resource} {event.status}")

            stack = deploy(self.config, on_event)
            said.append(f"{len(resources)} resources changed" if resources else "nothing to change")
        self.facts["outputs"] = stack
        return stack

    def _send(self, folder: Path, stack: dict[str, str]) -> tuple[dict[str, Any], sending.Sent]:
        with self._stage("send the seed data") as said:
            truth = sending.generate(folder, self.scale)
            total = sum(d["records"] for d in truth["deliveries"])
            gone = 0

            def on_sent(records: int) -> None:
                nonlocal gone
                gone += records
                self.view.detail(f"{gone:,} of {total:,} records", gone / total)

            sent = sending.send(self.config, stack, folder, truth, on_sent)
            said.append(f"{total:,} records in {sent.requests} requests and {sent.files} files")
            said.append(f"{sum(sent.rejected.values()):,} rejected by the API")
        return truth, sent

    def _follow(self, pipeline: Pipeline, objects: set[tuple[str, str]]) -> list[dict[str, Any]]:
        with self._stage("S3 events, Glue workflow, marts") as said:

            def on_progress(progress: Progress) -> None:
                text = f"{progress.stage}: {progress.curated} of {progress.objects} objects curated"
                self.view.detail(text, progress.curated / max(progress.objects, 1))

            manifests = pipeline.wait(objects, on_progress)
            said.append(f"{len(objects)} objects, {sum(m['curated'] for m in manifests):,} records curated")
        return manifests

    def _check(self, stack: dict[str, str], pipeline: Pipeline, truth: dict[str, Any]) -> list[checks.Check]:
        with self._stage("ask Athena") as said:
            athena = self._client("athena")

            def query(sql: str) -> list[list[str | None]]:
                return run_query(athena, sql, stack["GlueDatabase"], stack["AthenaWorkGroup"])[1]

            found = checks.consistency(query)
            if ledger.only_this(self._client("s3"), stack["DataBucket"], self.scale, pipeline.manifests()):
                found += checks.truth(query, truth)
            else:
                said.append("the lake holds other data too, so totals are checked against curated tables only")
            said.append(f"{sum(c.ok for c in found)} of {len(found)} checks hold")
        return found

    def _dashboards(self, stack: dict[str, str]) -> None:
        from rapid.dashboards import importer, start

        with self._stage("import the dashboards") as said:
            importer.import_dashboards(self.config, stack)
            user, password = start.login(self.config)
            self.facts["dashboards"] = importer.dashboard_urls(self.config)
            self.facts["login"] = {"user": user, "password": password}
            said.append(", ".join(self.facts["dashboards"]))
