"""The keys of a bucket in order, so that listing a folder costs what the folder holds and not what the bucket does.

LocalStack keeps objects in a dictionary, and sorts all of them for every listing. Its two kinds of key store have one
method that adds a key and one that removes it: these are the only patches here. A store that was never listed has no
index.
"""
# ruff: noqa: SLF001 - the index lies beside LocalStack's dictionary

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from functools import wraps
from typing import Any

from localstack.services.s3.models import KeyStore, VersionedKeyStore

_lock = threading.Lock()
_INDEX = "_rapid_keys"


def install() -> None:
    """Makes key stores tell of keys that come and go; again, it changes nothing."""
    for store in (KeyStore, VersionedKeyStore):
        if not hasattr(store.set, "__wrapped__"):
            store.set = _after(store.set, _added)
            store.pop = _after(store.pop, _removed)


def _after(original: Callable[..., Any], tell: Callable[[list[str], str], None]) -> Callable[..., Any]:
    @wraps(original)
    def changed(store: Any, object_key: str, *args: Any, **kwargs: Any) -> Any:
        with _lock:
            before = object_key in store._store
            result = original(store, object_key, *args, **kwargs)
            if before != (object_key in store._store) and _INDEX in vars(store):
                tell(vars(store)[_INDEX], object_key)
        return result

    return changed


def _added(index: list[str], key: str) -> None:
    insort(index, key)


def _removed(index: list[str], key: str) -> None:
    del index[bisect_left(index, key)]


def starting(store: Any, prefix: str) -> list[Any]:
    """The current objects whose key begins with `prefix`, in the order of their keys; delete markers among them."""
    with _lock:
        index: list[str] | None = vars(store).get(_INDEX)
        if index is None:
            index = vars(store)[_INDEX] = sorted(store._store)
        begin = bisect_left(index, prefix)
        keys = index[begin : bisect_right(index, prefix, begin, key=lambda key: key[: len(prefix)])]
    return [found for key in keys if (found := store.get(key)) is not None]
