"""No function process outlives the emulator, however it ends."""

import os
import re
import signal
import threading
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.waiting import runs, until

BUSY = """
import os, subprocess, time
def handler(event, context):
    child = subprocess.Popen(["sleep", "1000"])
    far = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    print("pids", os.getpid(), child.pid, far.pid)
    if event.get("wait"):
        time.sleep(600)
    return [os.getpid(), child.pid, far.pid]
"""


def gone(pids: list[int]) -> bool:
    """Waits until all of them have ended."""
    return until(lambda: not any(runs(pid) for pid in pids))


def logged_pids(functions: Any, name: str) -> list[int]:
    said = until(lambda: [e for e in functions.events(name) if e.startswith("pids ")])
    return [int(n) for n in re.findall(r"\d+", said[0])]


def ignoring(call: Callable[..., Any], *arguments: Any) -> None:
    try:
        call(*arguments)
    except Exception:
        return


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("waiting", [False, True])
def test_the_emulator_ends(other_emulator: Any, other_functions: Any, how: signal.Signals, waiting: bool) -> None:
    supervisor, _config = other_emulator
    name = other_functions.create(BUSY, Timeout=900)
    if waiting:
        threading.Thread(target=ignoring, args=(other_functions.invoke, name, {"wait": True}), daemon=True).start()
        pids = logged_pids(other_functions, name)
    else:
        pids = other_functions.invoke(name).payload
    emulator = supervisor.find("emulator")
    wardens = [p.pid for p in emulator.children() if "warden.py" in " ".join(p.cmdline())]
    assert len(wardens) == 1
    os.kill(emulator.pid, how)
    assert gone([emulator.pid, *pids, *wardens])


def test_a_deleted_function_s_processes_end(functions: Any, aws: Any) -> None:
    name = functions.create(BUSY)
    pids = functions.invoke(name).payload
    aws("lambda").delete_function(FunctionName=name)
    functions.names.remove(name)
    assert gone(pids)


def test_an_updated_function_s_old_processes_end(functions: Any) -> None:
    name = functions.create(BUSY)
    pids = functions.invoke(name).payload
    functions.update(name, Timeout=11)
    assert functions.invoke(name).payload[0] not in pids
    assert gone(pids)


def test_functions_run_after_the_warden_was_killed(other_emulator: Any, other_functions: Any) -> None:
    supervisor, _config = other_emulator
    name = other_functions.create(BUSY)
    first = other_functions.invoke(name).payload
    emulator = supervisor.find("emulator")
    [warden] = [p for p in emulator.children() if "warden.py" in " ".join(p.cmdline())]
    warden.kill()
    other_functions.update(name, Timeout=11)
    second = other_functions.invoke(name).payload
    assert gone(first)
    emulator.kill()
    assert gone([*second, emulator.pid])


def test_an_environment_stands_still_between_invocations(functions: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    name = functions.create(BUSY)
    own, child, _far = functions.invoke(name).payload
    until(lambda: {psutil.Process(pid).status() for pid in (own, child)}, lambda found: found == {"stopped"})
    assert functions.invoke(name).payload[0] == own
