"""The bootstrap `rapid`: Python 3.9, standard library, jars by checksum and resumed."""

import ast
import hashlib
import http.server
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rapid.core.config import ROOT

BODY = bytes(range(256)) * 4096


@pytest.fixture
def rapid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.setenv("RAPID_CACHE", str(tmp_path))
    loader = importlib.machinery.SourceFileLoader("rapid_bootstrap", str(ROOT / "rapid"))
    spec = importlib.util.spec_from_loader("rapid_bootstrap", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    return module


@pytest.fixture
def maven(rapid: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
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
    monkeypatch.setattr(rapid, "MAVEN", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def jar(sha256: str = hashlib.sha256(BODY).hexdigest()) -> dict[str, Any]:
    return {"coordinate": "org.example:thing:1.0", "sha256": sha256, "size": len(BODY)}


def test_it_is_python_3_9_and_imports_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "rapid").read_text(), feature_version=(3, 9))
    imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_uv_and_its_hashes_come_from_the_lock(rapid: ModuleType) -> None:
    version, hashes = rapid.locked_uv()
    assert version.count(".") == 2
    assert len(hashes) > 5


def test_a_jar_is_fetched_and_kept(rapid: ModuleType, maven: list[str]) -> None:
    rapid.jars_folder().mkdir(parents=True)
    rapid.fetch_jar(jar(), rapid.Bar("jars", len(BODY)))
    assert rapid.jar_path(jar()).read_bytes() == BODY
    assert maven == ["/org/example/thing/1.0/thing-1.0.jar 0"]


def test_a_broken_download_goes_on_where_it_stopped(rapid: ModuleType, maven: list[str]) -> None:
    rapid.jars_folder().mkdir(parents=True)
    rapid.jar_path(jar()).with_suffix(".part").write_bytes(BODY[:1000])
    rapid.fetch_jar(jar(), rapid.Bar("jars", len(BODY)))
    assert rapid.jar_path(jar()).read_bytes() == BODY
    assert maven == ["/org/example/thing/1.0/thing-1.0.jar 1000"]


def test_a_jar_with_another_checksum_is_not_kept(rapid: ModuleType, maven: list[str]) -> None:
    rapid.jars_folder().mkdir(parents=True)
    with pytest.raises(rapid.SetupError, match="does not have the SHA-256"):
        rapid.fetch_jar(jar("0" * 64), rapid.Bar("jars", len(BODY)))
    assert list(rapid.jars_folder().iterdir()) == []


def test_every_listed_jar_has_checksum_and_size(rapid: ModuleType) -> None:
    for each in rapid.jar_list():
        assert len(each["coordinate"].split(":")) == 3
        assert len(each["sha256"]) == 64
        assert each["size"] > 0
