"""A killed test session leaves no process behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from rapid.core.config import ROOT

SESSION = """
import subprocess, sys, time
reaper = subprocess.Popen([sys.executable, sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE, start_new_session=True)
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
inside = subprocess.Popen(sleep, cwd=sys.argv[2], start_new_session=True)
named = subprocess.Popen([*sleep, sys.argv[2] + "/x"], start_new_session=True)
print(reaper.pid, inside.pid, named.pid, flush=True)
time.sleep(600)
"""


def test_processes_of_a_killed_session_end(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    command = [sys.executable, "-c", SESSION, str(ROOT / "tests" / "reaper.py"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdout
        started = [psutil.Process(int(pid)) for pid in session.stdout.readline().split()]
        os.kill(session.pid, signal.SIGKILL)
    try:
        assert len(started) == 3
        _gone, alive = psutil.wait_procs(started, timeout=60)
        assert not alive
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
