"""Other paths to objects, whose folders name the values of their partition: `…/dt=2020-01-01/<file>`.

S3 keeps objects under names of its own. DuckDB reads partition values from folders, and then leaves the files unopened
that a condition excludes, wherever in the query it stands: below views, joins and subqueries. The links cost
microseconds, are made once per file, and go with the working folder.
"""

import hashlib
from collections import OrderedDict
from pathlib import Path

from rapid.emulator.athena.formats import DataFile
from rapid.emulator.athena.partitions import spec
from rapid.emulator.athena.sql.scope import Column

_KNOWN = 100_000
_links: "OrderedDict[tuple[str, tuple[str, ...], str, tuple[str, ...]], str]" = OrderedDict()


def linked(folder: Path, files: list[DataFile], keys: tuple[Column, ...]) -> list[DataFile]:
    """Files with links to them in folders of their partitions; `folder` is the engine's."""
    root, names = str(folder), tuple(k.name for k in keys)
    return [f._replace(link=_link(root, names, f.path, f.values)) for f in files]


def _link(root: str, names: tuple[str, ...], path: str, values: tuple[str, ...]) -> str:
    made = _links.get((root, names, path, values))
    if made is None:
        digest = hashlib.sha256(path.encode()).hexdigest()[:24]
        new = Path(root) / "links" / spec(names, values) / f"{digest}{''.join(Path(path).suffixes[-2:])}"
        new.parent.mkdir(parents=True, exist_ok=True)
        if not new.is_symlink():
            new.symlink_to(path)
        made = _links[(root, names, path, values)] = str(new)
        while len(_links) > _KNOWN:
            Path(_links.popitem(last=False)[1]).unlink(missing_ok=True)
    return made
