"""The bootstrap `rapid`: Python 3.9, standard library."""

import ast
import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rapid.core.config import ROOT


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


def test_it_is_python_3_9_and_imports_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "rapid").read_text(), feature_version=(3, 9))
    imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names | {"glue_runner"}  # whose jars.py is held to the same


def test_uv_and_its_hashes_come_from_the_lock(rapid: ModuleType) -> None:
    version, hashes = rapid.locked_uv()
    assert version.count(".") == 2
    assert len(hashes) > 5


def test_the_terminals_modules_are_not_ours(rapid: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda _program, _line, environment: ran.append(environment))
    monkeypatch.setenv("PYTHONPATH", "/of/another/project")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    rapid.run(["status"])
    assert "PYTHONPATH" not in ran[0]
    assert ran[0]["PYTHONWARNINGS"] == "ignore"
