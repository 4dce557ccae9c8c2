import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from rapid.emulator.log_lines import LineHandler


def test_lines_of_many_threads_are_whole(capfd: pytest.CaptureFixture[str]) -> None:
    handler = LineHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.Logger("many")
    log.addHandler(handler)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: log.info("%s", f"<{n}>" * 100), range(400)))
    lines = capfd.readouterr().err.splitlines()
    assert sorted(lines) == sorted(f"INFO {f'<{n}>' * 100}" for n in range(400))


def test_a_message_that_cannot_be_made_stops_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("broken")
    log.addHandler(LineHandler())
    log.info("%d", "no number")
    log.info("\ud800 next")
    assert capfd.readouterr().err.endswith("\\ud800 next\n")
