"""What the prompt can complete: keywords, functions, and the catalog's databases, tables and columns."""

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

KEYWORDS = (Path(__file__).parent / "keywords.txt").read_text().split()
FUNCTIONS = (Path(__file__).parent / "functions.txt").read_text().split()
_WORD = re.compile(r"[\w.$\\]+$")


class Names(Completer):
    """Completes from the catalog, which is read in the background."""

    def __init__(self, athena: Any, catalog: str = "AwsDataCatalog") -> None:
        self._athena, self._catalog = athena, catalog
        self.databases: list[str] = []
        self.tables: dict[str, dict[str, list[str]]] = {}
        self.database = ""

    def load(self, database: str) -> None:
        """Reads the catalog anew, in a thread: a first prompt waits for nothing."""
        self.database = database
        threading.Thread(target=self._read, args=(database,), name="catalog", daemon=True).start()

    def _read(self, database: str) -> None:
        pages = self._athena.get_paginator("list_databases").paginate(CatalogName=self._catalog)
        self.databases = [d["Name"] for page in pages for d in page["DatabaseList"]]
        if database in self.databases:
            self.tables[database] = self.columns(database)

    def columns(self, database: str) -> dict[str, list[str]]:
        """The columns of every table of a database."""
        lists = self._athena.get_paginator("list_table_metadata")
        pages = lists.paginate(CatalogName=self._catalog, DatabaseName=database)
        return {
            t["Name"]: [c["Name"] for c in [*t.get("Columns", []), *t.get("PartitionKeys", [])]]
            for page in pages
            for t in page["TableMetadataList"]
        }

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterable[Completion]:
        match = _WORD.search(document.text_before_cursor)
        word = match[0] if match else ""
        if not word or word.startswith("\\"):
            return
        owner, dot, start = word.rpartition(".")
        for text, kind in self._after(owner, document.text) if dot else self._plain(document.text, word):
            if text.lower().startswith(start.lower()):
                yield Completion(text, start_position=-len(start), display_meta=kind)

    def _after(self, owner: str, text: str) -> Iterable[tuple[str, str]]:
        """What may follow `owner.`: tables of a database, or columns of a table or its alias."""
        if owner in self.databases:
            yield from ((name, "table") for name in self.tables.get(owner, {}))
        aliased = re.search(rf"\b(?:FROM|JOIN)\s+([\w.]+)\s+(?:AS\s+)?{re.escape(owner)}\b", text, re.IGNORECASE)
        table = (aliased[1] if aliased else owner).rpartition(".")[2]
        yield from ((name, "column") for name in self.tables.get(self.database, {}).get(table, []))

    def _plain(self, text: str, word: str) -> Iterable[tuple[str, str]]:
        known = self.tables.get(self.database, {})
        used = [name for name in known if re.search(rf"\b{re.escape(name)}\b", text)]
        columns = dict.fromkeys(c for name in used or known for c in known[name])
        yield from ((name, "column") for name in columns)
        yield from ((name, "table") for name in known)
        yield from ((name, "database") for name in self.databases)
        yield from ((name, "function") for name in FUNCTIONS)
        yield from ((name if word[:1].isupper() else name.lower(), "keyword") for name in KEYWORDS)
