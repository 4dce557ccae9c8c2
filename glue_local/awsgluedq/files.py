"""The rules over files: FileFreshness, FileSize, FileUniqueness and FileMatch, of which Deequ knows only the names.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-FileFreshness.html and the pages beside it (read 2026-11).
Metrics are those of the pages. Not on the pages, and chosen here: a file is unique if no other has its contents, as a
value is to Uniqueness; a uriRegex that begins with a look-around holds for the whole path, others for any part of it;
the wording of reasons.
"""

import hashlib
import operator
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame

from awsglue.bookmarks.files import File
from awsglue.frame import listing

TYPES = frozenset({"FileFreshness", "FileSize", "FileUniqueness", "FileMatch"})
NO_FILES = "Unable to parse file path from DataFrame"
ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256"}
CHUNK = 1 << 20
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_EQUAL_TO": operator.ge,
    "LESS_THAN": operator.lt,
    "LESS_THAN_EQUAL_TO": operator.le,
    "EQUALS": operator.eq,
    "NOT_EQUALS": operator.ne,
}

Judged = tuple[bool, str | None, dict[str, float]]
"""Whether a rule holds, why not, and its metrics."""


class FileRules:
    """Judges parsed rules over files.

    Args:
        df: the frame whose files a rule without a path means.
        evaluator: the JVM's evaluator of numeric conditions.
    """

    def __init__(self, df: DataFrame, evaluator: Any) -> None:
        self._df, self._session, self._evaluator = df, df.sparkSession, evaluator

    def judge(self, rule: Any, order: Sequence[str] = ()) -> Judged:
        """Judges a rule.

        Args:
            rule: as the parser read it.
            order: its `filterOrder`.
        """
        parameters, tags = dict(rule.getParameters() or {}), dict(rule.getTags() or {})
        files = self._files(parameters.get("DataPath"), tags, order)
        if not files:
            return False, f"No files found at {parameters['DataPath']}" if "DataPath" in parameters else NO_FILES, {}
        count = {"Dataset.*.FileCount": float(len(files))}
        if rule.getRuleType() == "FileMatch":
            other = parameters.get("CompareDataPath")
            compared = None if other is None else self._files(other, tags, order)
            why = self._mismatch(files, compared, rule.getCondition(), tags)
            return why is None, why, count
        if rule.getRuleType() == "FileUniqueness":
            ratio = self._uniqueness(files, _true(tags, "matchFileName"))
            good = bool(rule.getCondition().evaluate(ratio, rule, self._evaluator))
            return good, _reason(good, ratio), {"Dataset.*.FileUniquenessRatio": ratio, **count}
        metrics = dict(count)
        if rule.getRuleType() == "FileSize":
            sizes = [float(file.size) for file in files]
            metrics |= {"Dataset.*.MaximumFileSize": max(sizes), "Dataset.*.MinimumFileSize": min(sizes)}
        return self._compliance(rule, files, metrics, _true(tags, "failFast"))

    def _compliance(self, rule: Any, files: Sequence[File], metrics: dict[str, float], fast: bool) -> Judged:
        """The part of the files that meet the condition; all of them must where no threshold is given."""
        kind, threshold = rule.getRuleType(), rule.getThresholdCondition()
        holds = _fresh(rule.getCondition()) if kind == "FileFreshness" else _sized(rule.getCondition())
        bad = next((file for file in files if not holds(file)), None)
        if fast and bad:
            return False, f"{bad.path} does not meet the constraint requirement!", {}
        share = sum(map(holds, files)) / len(files)
        good = bad is None if threshold is None else bool(threshold.evaluate(share, rule, self._evaluator))
        return good, _reason(good, share), {f"Dataset.*.{kind}.Compliance": share, **metrics}

    def _files(self, path: str | None, tags: dict[str, str], order: Sequence[str]) -> list[File]:
        """The files of a path, or of the frame, newest first, as `recentFiles` and `uriRegex` leave them."""
        wanted = [path] if path else sorted(map(unquote, self._df.inputFiles()))
        found = [file for each in wanted for file in listing.details(self._session, each, True)]
        found.sort(key=lambda file: file.modified_ms, reverse=True)
        for tag in order or ("recentFiles", "uriRegex"):
            if tag == "recentFiles" and tag in tags:
                found = found[: int(tags[tag])]
            elif tag == "uriRegex" and tag in tags:
                pattern = re.compile(tags[tag])
                matches = pattern.fullmatch if tags[tag].startswith(("(?!", "(?=")) else pattern.search
                found = [file for file in found if matches(file.path)]
        return found

    def _uniqueness(self, files: Sequence[File], by_name: bool) -> float:
        sums = [self._checksum(file, "md5") for file in files]
        contents, names = Counter(sums), Counter(_name(file) for file in files)
        alone = [contents[each] == 1 and (not by_name or names[_name(file)] == 1)
                 for file, each in zip(files, sums, strict=True)]  # fmt: skip
        return sum(alone) / len(files)

    def _mismatch(
        self, files: Sequence[File], others: Sequence[File] | None, condition: Any, tags: dict[str, str]
    ) -> str | None:
        """Why files do not match checksums or other files; None if they do."""
        algorithm = ALGORITHMS.get(tags.get("hashAlgorithm", "SHA-256").upper())
        if algorithm is None:
            return f"hashAlgorithm {tags['hashAlgorithm']} is none of {', '.join(ALGORITHMS)}"
        sums = {file: self._checksum(file, algorithm) for file in files}
        if others is None:
            known = {str(each.getOperand()).strip('"').lower() for each in condition.getOperands()}
            expected = str(condition.getOperator()) in {"IN", "EQUALS"}
            wrong = [file for file, each in sums.items() if (each in known) != expected]
            return f"{wrong[0].path} has the checksum {sums[wrong[0]]}" if wrong else None
        named = _true(tags, "matchFileName")
        here = Counter((_name(file) if named else "", each) for file, each in sums.items())
        there = Counter((_name(file) if named else "", self._checksum(file, algorithm)) for file in others)
        if here == there:
            return None
        missing, extra = (here - there).total(), (there - here).total()
        return f"{missing} of {len(files)} files have no match, and {extra} of the {len(others)} they are compared with"

    def _checksum(self, file: File, algorithm: str) -> str:
        system, path = listing.file_system(self._session, file.path)
        found, stream = hashlib.new(algorithm, usedforsecurity=False), system.open(path)
        try:
            for part in iter(partial(stream.readNBytes, CHUNK), b""):
                found.update(part)
        finally:
            stream.close()
        return found.hexdigest()


def _name(file: File) -> str:
    return file.path.rpartition("/")[2]


def _true(tags: dict[str, str], name: str) -> bool:
    return tags.get(name, "").lower() == "true"


def _reason(good: bool, value: float) -> str | None:
    return None if good else f"Value: {value} does not meet the constraint requirement!"


def _fresh(condition: Any) -> Callable[[File], bool]:
    """A condition on dates. The parser gives them in UTC, those of another time zone too."""
    operands = [datetime.fromisoformat(str(o.getEvaluatedExpression())[:26]) for o in condition.getOperands()]

    def holds(file: File) -> bool:
        changed = datetime.fromtimestamp(file.modified_ms / 1000, UTC).replace(tzinfo=None)
        return _holds(str(condition.getOperator()), operands, changed)

    return holds


def _sized(condition: Any) -> Callable[[File], bool]:
    operands = [int(o.getBytes()) for o in condition.getOperands()]
    return lambda file: _holds(str(condition.getOperator()), operands, file.size)


def _holds(name: str, operands: Sequence[Any], value: Any) -> bool:
    """Whether a condition holds. `between` leaves out both ends, as everywhere in DQDL."""
    if name.startswith("NOT_") and name != "NOT_EQUALS":
        return not _holds(name.removeprefix("NOT_"), operands, value)
    if name == "BETWEEN":
        return bool(operands[0] < value < operands[1])
    return value in operands if name == "IN" else _COMPARE[name](value, operands[0])
