"""SearchTables: https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html."""

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, page
from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure

FIELDS = {
    "name": "Name", "databasename": "DatabaseName", "description": "Description", "owner": "Owner",
    "tabletype": "TableType", "createtime": "CreateTime", "updatetime": "UpdateTime", "catalogid": "CatalogId",
}  # fmt: skip
COMPARATORS = ("EQUALS", "GREATER_THAN", "LESS_THAN", "GREATER_THAN_EQUALS", "LESS_THAN_EQUALS")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _searched(table: Structure) -> list[str]:
    named = ("Name", "DatabaseName", "Description", "Owner", "TableType", "Parameters", "PartitionKeys")
    columns = table.get("StorageDescriptor", {}).get("Columns", [])
    return [text.lower() for text in _texts([*(table.get(name) for name in named), columns])]


def _has_text(table: Structure, text: str | None) -> bool:
    """A quoted text must equal a field; any other must be part of one."""
    if not text:
        return True
    wanted = text.lower()
    if len(wanted) > 1 and wanted[0] == wanted[-1] == '"':
        return wanted[1:-1] in _searched(table)
    return any(wanted in field for field in _searched(table))


def _field(table: Structure, key: str) -> str:
    name = FIELDS.get(key.lower())
    value: Any = table.get(name) if name else table.get("Parameters", {}).get(key)
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _matches(table: Structure, condition: Structure) -> bool:
    """One PropertyPredicate; text is matched by its beginning unless quoted, as the API's documentation says."""
    found, wanted = _field(table, condition["Key"]), str(condition.get("Value", ""))
    match condition.get("Comparator", "EQUALS"):
        case "EQUALS":
            return found == wanted.strip('"')
        case "GREATER_THAN":
            return found > wanted
        case "LESS_THAN":
            return found < wanted
        case "GREATER_THAN_EQUALS":
            return found >= wanted
        case "LESS_THAN_EQUALS":
            return found <= wanted
        case other:
            raise InvalidInputException(f"Comparator {other} is not one of {', '.join(COMPARATORS)}.")


class Searches:
    """SearchTables."""

    @handler("SearchTables", expand=False)
    def search_tables(self, context: RequestContext, request: Structure) -> Structure:
        conditions = request.get("Filters") or []
        found = [
            table.current
            for database in catalog_of(context, request).databases.values()
            for table in database.tables.values()
            if _has_text(table.current, request.get("SearchText"))
            and all(_matches(table.current, condition) for condition in conditions)
        ]
        found.sort(key=lambda table: (table["DatabaseName"], table["Name"]))
        for criterion in reversed(request.get("SortCriteria") or []):
            name, backwards = criterion["FieldName"], criterion.get("Sort") == "DESC"
            found.sort(key=lambda table: _field(table, name), reverse=backwards)
        chosen, more = page(dict(enumerate(found)), request, 1000)
        return {"TableList": chosen, **more}
