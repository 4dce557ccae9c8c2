"""Jars by checksum, resumed, and by group."""

import ast
import hashlib
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glue_runner import jars

BODY = bytes(range(256)) * 4096


@pytest.fixture
def maven(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A repository that answers any path with BODY, honours Range, and records what was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = int(self.headers["Range"][6:-1]) if self.headers["Range"] else 0
            asked.append(f"{self.path} {start}")
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(BODY) - start))
            self.end_headers()
            self.wfile.write(BODY[start:])

        def log_message(self, *_: Any) -> None:
            """Keeps the tests' output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(jars, "MAVEN", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def jar(sha256: str = hashlib.sha256(BODY).hexdigest()) -> dict[str, Any]:
    return {"coordinate": "org.example:thing:1.0", "sha256": sha256, "size": len(BODY)}


def test_a_jar_is_fetched_and_kept(tmp_path: Path, maven: list[str]) -> None:
    told: list[int] = []
    jars.fetch(tmp_path / "jars", [jar()], told.append)
    assert jars.path(jar(), tmp_path / "jars").read_bytes() == BODY
    assert sum(told) == len(BODY)
    jars.fetch(tmp_path / "jars", [jar()])
    assert maven == ["/org/example/thing/1.0/thing-1.0.jar 0"]


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path, maven: list[str]) -> None:
    jars.path(jar(), tmp_path).with_suffix(".part").write_bytes(BODY[:1000])
    jars.fetch(tmp_path, [jar()])
    assert jars.path(jar(), tmp_path).read_bytes() == BODY
    assert maven == ["/org/example/thing/1.0/thing-1.0.jar 1000"]


def test_a_jar_with_another_checksum_is_not_kept(tmp_path: Path, maven: list[str]) -> None:
    with pytest.raises(jars.JarError, match="does not have the SHA-256"):
        jars.fetch(tmp_path, [jar("0" * 64)])
    assert [p.name for p in tmp_path.iterdir()] == [".lock"]


def test_every_listed_jar_has_group_checksum_and_size() -> None:
    groups = {each["group"] for each in json.loads(jars.LIST.read_text())}
    assert jars.CORE in groups
    for each in jars.listed(*groups):
        assert len(each["coordinate"].split(":")) == 3
        assert len(each["sha256"]) == 64
        assert each["size"] > 0


def test_it_runs_on_python_3_9_with_the_standard_library_alone() -> None:
    """The bootstrap imports it before any environment exists."""
    tree = ast.parse(Path(jars.__file__).read_text(), feature_version=(3, 9))
    names = [
        n.names[0].name if isinstance(n, ast.Import) else n.module
        for n in ast.walk(tree)
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert {str(name).split(".")[0] for name in names} <= sys.stdlib_module_names
