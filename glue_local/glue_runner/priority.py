"""How much of the processor a session of processes gets beside others that want it too, where the kernel can say.

Linux shares a busy processor among sessions first; `nice` only counts inside of one. Each process of the runner leads
a session of its own. https://man7.org/linux/man-pages/man7/sched.7.html, "The autogroup feature" (read 2026-11).
"""

import time
from pathlib import Path

BACKGROUND, NORMAL = 5, 0
"""A third of the normal share while somebody wants it: a warm process gets ready all the same on a busy machine."""

_GROUP = Path("/proc/self/autogroup")
_ATTEMPTS, _PAUSE_SECONDS = 10, 0.1
"""The kernel takes ten changes a second, of all processes together, from whom is not root."""


def of_session(nice: int) -> None:
    """Sets it for this process's session; does nothing where there is no such feature."""
    for _ in range(_ATTEMPTS):
        try:
            _GROUP.write_text(str(nice))
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        except OSError:
            return
        else:
            return
