"""Room for statements that nest more deeply than a thread's usual stack allows.

Trino reads a few hundred levels of parentheses and some thousand terms of AND and OR; parser and compiler here go down
some twenty calls for a level, of the thousand that Python allows.
"""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
_CALLS = 10_000
_STACK = 256 * 2**20
"""Bytes, of which the system gives what is used."""
_THREAD = "athena-deep"
_ONE_AT_A_TIME = threading.Lock()


def deeply(work: Callable[[], T]) -> T:
    """What `work` gives. Where it goes too deep it is done once more, with room: it must leave nothing half done.

    Raises:
        RecursionError: it goes deeper than that.
    """
    try:
        return work()
    except RecursionError:
        if threading.current_thread().name == _THREAD:
            raise  # there is no more room
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    with _ONE_AT_A_TIME:  # the limit is that of all threads
        usual = sys.getrecursionlimit()
        size = threading.stack_size(_STACK)
        sys.setrecursionlimit(max(usual, _CALLS))
        try:
            thread = threading.Thread(target=run, name=_THREAD)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(size)
            sys.setrecursionlimit(usual)
    return result.result()
