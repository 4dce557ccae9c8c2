"""What the service must know of DQDL without a parser: the rules of a ruleset one by one, and their types.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (read 2026-11). The true parser runs in the job's JVM.
"""

import re

from rapid.emulator.glue.errors import InvalidInputException

TYPES = frozenset(
    {
        *("AggregateMatch", "AllStatistics", "ColumnCorrelation", "ColumnCount", "ColumnDataType", "ColumnExists"),
        *("ColumnLength", "ColumnNamesMatchPattern", "ColumnValues", "Completeness", "CustomSql", "DataFreshness"),
        *("DatasetMatch", "DetectAnomalies", "DistinctValuesCount", "DuplicateRowCount", "Entropy", "FileFreshness"),
        *("FileMatch", "FileSize", "FileUniqueness", "InterquartileRange", "IsComplete", "IsPrimaryKey", "IsUnique"),
        *("Kurtosis", "Mean", "Range", "ReferentialIntegrity", "RowCount", "RowCountMatch", "SchemaMatch", "Skewness"),
        *("StandardDeviation", "Sum", "UniqueValueRatio", "Uniqueness", "Variance", "ZerosCount"),
    }
)
_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|\s+|[^\s"#\[\](),]+|[\[\](),]')
_SECTION = re.compile(r"\b(Rules|Analyzers)\s*=\s*\[")


def rules(ruleset: str) -> list[str]:
    """The rules of a ruleset, as they are written.

    Raises:
        InvalidInputException: it has no rules, or one of a type that does not exist.
    """
    text = "".join(token for token in _TOKEN.findall(ruleset) if not token.startswith("#"))
    sections = {match[1]: _items(text[match.end() :]) for match in _SECTION.finditer(text)}
    if not any(sections.values()):
        raise InvalidInputException("Parsing Error: No rules provided.")
    for item in (*sections.get("Rules", ()), *sections.get("Analyzers", ())):
        kind = re.match(r"[\s(]*(\w*)", item)
        if kind and not item.startswith("$") and kind[1] not in TYPES:
            raise InvalidInputException(f"Parsing Error: Rule Type: {kind[1]} is not valid")
    return sections.get("Rules", [])


def _items(text: str) -> list[str]:
    """The parts of a list, up to its closing bracket, split by the commas that lie in no inner bracket."""
    found, item, depth = [], "", 0
    for token in _TOKEN.findall(text):
        if token == "]" and depth == 0:
            break
        depth += (token in {"[", "("}) - (token in {"]", ")"})
        if token == "," and depth == 0:
            found.append(item.strip())
            item = ""
        else:
            item += token
    else:
        raise InvalidInputException("Parsing Error: missing ']'")
    return [part for part in (*found, item.strip()) if part]
