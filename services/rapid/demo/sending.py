"""Sends generated seed data the way real sources do: request bodies to the HTTP API, files to S3."""

import json
import subprocess
import sys
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from rapid.core import aws
from rapid.core.config import ROOT, Config
from rapid.core.errors import RapidError

CLIENTS = 4
SEED = 42
_RETRIES = 5


class SendingError(RapidError):
    """The API or S3 did not take a delivery."""


@dataclass
class Sent:
    """What was sent and how the API answered, in records per dataset."""

    sent: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    accepted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rejected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    requests: int = 0
    files: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, dataset: str, records: int, accepted: int, rejected: int) -> None:
        with self.lock:
            self.sent[dataset] += records
            self.accepted[dataset] += accepted
            self.rejected[dataset] += rejected


def generate(folder: Path, scale: int) -> dict[str, Any]:
    """Writes the seed data into `folder` and returns its truth (`seed_data.truth.Truth` as JSON).

    Raises:
        SendingError: the generator failed.
    """
    command = [sys.executable, "-m", "seed_data", str(folder), "--scale", str(scale), "--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SendingError(f"The seed data could not be generated: {done.stderr.strip().splitlines()[-1]}")
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    return truth


@dataclass(frozen=True)
class Sender:
    """Sends deliveries to one stack."""

    config: Config
    stack: dict[str, str]
    folder: Path
    session: requests.Session
    key: str
    run: str

    def api(self, delivery: dict[str, Any]) -> tuple[int, int]:
        """Posts one body; returns how many of its records were accepted and rejected."""
        body = (self.folder / delivery["path"]).read_bytes()
        url = f"{aws.local_api_url(self.config, self.stack['ApiUrl'])}/ingest/{delivery['dataset']}"
        headers = {
            "x-api-key": self.key,
            "content-type": delivery["content_type"],
            "idempotency-key": f"{self.run}-{delivery['path']}",
        }
        reply = self.session.post(url, data=body, headers=headers, timeout=35)
        answer = reply.json() if reply.headers.get("content-type", "").startswith("application/json") else {}
        if reply.status_code not in {202, 400} or "accepted" not in answer:
            raise SendingError(f"POST {url} ({delivery['path']}) was answered {reply.status_code}: {reply.text[:300]}")
        return answer["accepted"], answer["rejected_count"]

    def file(self, delivery: dict[str, Any]) -> tuple[int, int]:
        """Drops one file into the lake; every record of it is accepted, the pipeline judges them."""
        path = self.folder / delivery["path"]
        key = f"raw/{delivery['dataset']}/demo-{self.run}/{path.name}"
        aws.client(self.config, "s3").upload_file(str(path), self.stack["DataBucket"], key)
        return delivery["records"], 0


@contextmanager
def _session() -> Iterator[requests.Session]:
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    # The usage plan answers 429 above its rate, a busy machine 504: a real source waits and sends again, and its
    # Idempotency-Key keeps what had landed from landing twice.
    retry = Retry(
        _RETRIES, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False
    )
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=CLIENTS, max_retries=retry))
        yield session


def send(
    config: Config, stack: dict[str, str], folder: Path, truth: dict[str, Any], on_sent: Callable[[int], None]
) -> Sent:
    """Sends every delivery. `on_sent` is told the records of each as it is taken.

    Raises:
        SendingError: one was not taken.
    """
    key = aws.client(config, "apigateway").get_api_key(apiKey=stack["ApiKeyId"], includeValue=True)["value"]
    result = Sent()
    with _session() as session, ThreadPoolExecutor(CLIENTS) as pool:
        sender = Sender(config, stack, folder, session, key, uuid.uuid4().hex[:8])

        def one(delivery: dict[str, Any]) -> None:
            accepted, rejected = (sender.api if delivery["via"] == "api" else sender.file)(delivery)
            result.add(delivery["dataset"], delivery["records"], accepted, rejected)
            on_sent(delivery["records"])

        list(pool.map(one, truth["deliveries"]))
    vias = [d["via"] for d in truth["deliveries"]]
    result.requests, result.files = vias.count("api"), vias.count("file")
    return result
