"""Other paths to objects, whose folders name the values of their partition: `…/dt=2020-01-01/<file>`.

S3 keeps objects under names of its own. DuckDB reads partition values from folders, and then leaves the files unopened
that a condition excludes, wherever in the query it stands: below views, joins and subqueries. The links cost
microseconds, are made once per file, and go with the working folder.
"""

import hashlib
from collections import OrderedDict
from os.path import islink
from pathlib import Path

from rapid.emulator.athena.partitions import spec
from rapid.emulator.athena.sql.scope import Column

_KNOWN = 100_000
_links: "OrderedDict[tuple[str, str], str]" = OrderedDict()


def link(folder: Path, path: str, keys: tuple[Column, ...], values: tuple[str, ...]) -> str:
    """A link to a file in a folder of its partition; `folder` is the engine's."""
    place = spec([k.name for k in keys], values)
    made = _links.get((path, place))
    if made is None or not islink(made):  # noqa: PTH114 - asked for every file of every query
        digest = hashlib.sha256(path.encode()).hexdigest()[:24]
        new = folder / "links" / place / f"{digest}{''.join(Path(path).suffixes[-2:])}"
        new.parent.mkdir(parents=True, exist_ok=True)
        if not new.is_symlink():
            new.symlink_to(path)
        made = _links[(path, place)] = str(new)
        while len(_links) > _KNOWN:
            Path(_links.popitem(last=False)[1]).unlink(missing_ok=True)
    return made
