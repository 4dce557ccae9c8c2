"""Other paths to objects, whose folders name the values of their partition: `…/dt=2020-01-01/<file>`.

S3 keeps objects under names of its own. DuckDB reads partition values from folders, and then leaves the files unopened
that a condition excludes, wherever in the query it stands: below views, joins and subqueries. The links cost
microseconds, are made once per file, and go with the working folder.
"""

import hashlib
from collections import OrderedDict
from pathlib import Path

from rapid.emulator.athena.partitions import spec
from rapid.emulator.athena.sql.scope import Column

_KNOWN = 100_000
_links: "OrderedDict[tuple[Path, str], Path]" = OrderedDict()


def link(folder: Path, path: Path, keys: tuple[Column, ...], values: tuple[str, ...]) -> Path:
    """A link to a file in a folder of its partition; `folder` is the engine's."""
    place = spec([k.name for k in keys], values)
    made = _links.get((path, place))
    if made is None or not made.is_symlink():
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:24]
        made = folder / "links" / place / f"{digest}{''.join(path.suffixes[-2:])}"
        made.parent.mkdir(parents=True, exist_ok=True)
        if not made.is_symlink():
            made.symlink_to(path)
        _links[(path, place)] = made
        while len(_links) > _KNOWN:
            _links.popitem(last=False)[1].unlink(missing_ok=True)
    return made
