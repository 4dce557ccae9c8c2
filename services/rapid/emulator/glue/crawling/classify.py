"""Tries classifiers on a file: the crawler's own first, then the built-in ones, in AWS's order.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html (read 2026-11)
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import IO

from rapid.emulator.glue.crawling import columnar, delimited, documents, ion, logs
from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.objects import Stored
from rapid.emulator.glue.crawling.texts import Sample
from rapid.emulator.glue.models import Structure

LOG = logging.getLogger(__name__)

_MAGIC: tuple[tuple[bytes, Callable[[Stored, IO[bytes]], Found]], ...] = (
    (b"Obj\x01", columnar.avro),
    (b"ORC", columnar.orc),
    (b"PAR1", columnar.parquet),
)
_TEXT = (documents.json_file, documents.xml_file, ion.ion_file, logs.built_in, delimited.built_in)
_CUSTOM: dict[str, Callable[[Sample, Structure], Found | None]] = {
    "GrokClassifier": logs.custom,
    "XMLClassifier": lambda sample, given: documents.xml_file(sample, given["RowTag"]),
    "JsonClassifier": lambda sample, given: documents.json_file(sample, given["JsonPath"]),
    "CsvClassifier": delimited.custom,
}

UNKNOWN = Found("UNKNOWN", {})


_REMEMBERED = 50_000
_seen: "OrderedDict[tuple[str, str, str], Found]" = OrderedDict()
"""URI, ETag and classifiers to what was found: a crawler need not read again what has not changed."""


def classify(stored: Stored, classifiers: Sequence[Structure]) -> Found:
    """The classification and schema of one object; UNKNOWN if no classifier knows it or it is damaged.

    Args:
        stored: the object.
        classifiers: the crawler's own, as GetClassifier answers them.
    """
    key = (stored.uri, stored.etag, repr(classifiers))
    found = _seen.get(key)
    if found is None:
        found = _seen[key] = _read(stored, classifiers)
        while len(_seen) > _REMEMBERED:
            _seen.popitem(last=False)
    return found


def _read(stored: Stored, classifiers: Sequence[Structure]) -> Found:
    with stored.open() as file:
        try:
            head = file.read(4)
            for magic, reader in _MAGIC:
                if head.startswith(magic):
                    file.seek(0)
                    return reader(stored, file)
            return _of_text(Sample.read(stored, file), classifiers)
        except (OSError, ValueError, KeyError, EOFError) as error:  # ArrowInvalid is a ValueError
            LOG.info("%s is not what it seems to be: %s", stored.uri, error)
            return UNKNOWN


def _of_text(sample: Sample, classifiers: Sequence[Structure]) -> Found:
    if not sample.is_text:
        return ion.ion_file(sample) or UNKNOWN
    for classifier in classifiers:
        for kind, attempt in _CUSTOM.items():
            if kind in classifier and (found := attempt(sample, classifier[kind])):
                return found
    for built_in in _TEXT:
        if found := built_in(sample):
            return found
    return UNKNOWN
