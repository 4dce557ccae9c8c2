"""Reading lists whole: an emulator that other tests filled answers in pages, and what is looked for may be on any."""

from typing import Any


def listed(client: Any, operation: str, path: str, **arguments: Any) -> list[Any]:
    """What a list operation answers, of all its pages.

    Args:
        operation: a name of boto3's, one with a paginator: `list_jobs`.
        path: of the wanted values in an answer, in JMESPath: `JobNames[]`.
    """
    return list(client.get_paginator(operation).paginate(**arguments).search(path))
