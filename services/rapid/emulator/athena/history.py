"""The history of queries on disk, one journal entry per query: starting the ten-thousandth costs what the first did.

All else that Athena keeps is saved whole after each change (`state.snapshots`); the executions and their request tokens
are left out of that, and come back from here.
"""

import pickle
import threading
from typing import Any

from rapid.emulator.athena.models import AthenaStore, Execution, Executions, Tokens, athena_stores
from rapid.emulator.state import pickling, snapshots
from rapid.emulator.state.journal import Journal

_journal: Journal | None = None
_begun = threading.Event()


def prepare(journal: Journal) -> None:
    """Makes queries recorded in `journal`. Called once, when Athena starts."""
    global _journal  # noqa: PLW0603 - one journal per process
    _journal = journal
    pickling.reducers[Executions] = lambda _: (Executions, ())
    pickling.reducers[Tokens] = lambda _: (Tokens, ())


def _key(account: str, region: str, query_id: str) -> str:
    return f"{account}\x1f{region}\x1f{query_id}"


def record(account: str, region: str, execution: Execution) -> None:
    """On return the query is on disk as it is now.

    Raises:
        StateError: the disk did not take it.
    """
    if _journal is None:
        return
    _journal.write({_key(account, region, execution.id): pickle.dumps(execution, pickle.HIGHEST_PROTOCOL)})
    if not _begun.is_set():  # what has never been saved is not loaded: the journal alone would be overlooked
        snapshots.save("athena")
        _begun.set()


def forget(account: str, region: str, query_ids: list[str]) -> None:
    if _journal is not None:
        _journal.delete(_key(account, region, each) for each in query_ids)


def load() -> None:
    """Puts the recorded queries back into their stores."""
    if _journal is None:
        return
    for key, value in _journal.items():
        account, region, query_id = key.split("\x1f")
        store: AthenaStore = athena_stores[account][region]
        execution: Any = pickling.loads(value)
        store.executions[query_id] = execution
        if execution.token:
            store.tokens[execution.token.partition(" ")[0]] = f"{query_id} {execution.token.partition(' ')[2]}"
