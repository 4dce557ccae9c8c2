"""Column names that Athena and the Glue catalog take: lower case, `[a-z0-9_]`, unique."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST = 255
"""Limit of a column name in the Glue catalog,
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html#aws-glue-api-catalog-tables-Column"""


def clean(name: str) -> str:
    """`Cost Total $` → `cost_total`, `Größe` → `grosse`; letters without a Latin form are spelled as their code points.

    A leading underscore survives (`_received_at`). An empty name stays empty.
    """
    text = unicodedata.normalize("NFKD", name.replace("ß", "ss").strip())
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    text = "".join(c if c.isascii() or not c.isalnum() else f"u{ord(c):x}" for c in text)
    leading = "_" if text.startswith("_") else ""
    return (leading + re.sub(r"[^a-z0-9]+", "_", text).strip("_"))[:LONGEST].rstrip("_") or leading


def table_name(dataset: str) -> str:
    """The catalog table of a dataset."""
    return clean(dataset) or "dataset"


def assign(originals: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """A unique clean name for each original name, in order.

    `known` holds original → clean from earlier batches and is kept. Names that collide get `_2`, `_3`, …;
    names with nothing left are called `column_<position>`.
    """
    originals = list(originals)
    chosen = {name: known[name] for name in originals if name in known} if known else {}
    taken = set(chosen.values())
    for position, original in enumerate(originals, 1):
        if original in chosen:
            continue
        base = clean(original) or f"column_{position}"
        name, attempt = base, 1
        while name in taken:
            attempt += 1
            name = f"{base[: LONGEST - 6]}_{attempt}"
        taken.add(name)
        chosen[original] = name
    return chosen
