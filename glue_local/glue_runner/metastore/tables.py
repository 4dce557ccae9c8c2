"""Metastore calls on tables."""

import time
from collections.abc import Mapping
from typing import Any

from glue_runner.metastore import convert, folders
from glue_runner.metastore.base import Calls, matcher
from glue_runner.metastore.wire import hive

_DDL_TIME = "transient_lastDdlTime"
_REQUIRED = (
    ("StorageDescriptor#InputFormat", ("InputFormat",)),
    ("StorageDescriptor#OutputFormat", ("OutputFormat",)),
    ("StorageDescriptor#SerdeInfo", ("SerdeInfo",)),
    ("StorageDescriptor#SerdeInfo#SerializationLibrary", ("SerdeInfo", "SerializationLibrary")),
)
_GLUE_SAYS = "(Service: null; Status Code: 0; Error Code: null; Request ID: null; Proxy: null)"


class Tables(Calls):
    """Tables and views."""

    def create_table(self, tbl: Any) -> None:
        if tbl.tableType != "VIRTUAL_VIEW":
            tbl.sd.location = tbl.sd.location or self._default_location(tbl.dbName, tbl.tableName)
            folders.make(tbl.sd.location)
        tbl.parameters = {**(tbl.parameters or {}), _DDL_TIME: str(int(time.time()))}
        self.glue.create_table(DatabaseName=tbl.dbName, TableInput=convert.table_input(tbl))

    def create_table_with_environment_context(self, tbl: Any, environment_context: Any) -> None:
        self.create_table(tbl)

    def _default_location(self, database: str, name: str) -> str:
        location = self.glue.get_database(Name=database)["Database"].get("LocationUri")
        if not location:
            raise hive.MetaException(
                "java.lang.IllegalArgumentException: Can not create a Path from an empty string: "
                f"database {database} has no LocationUri."
            )
        return folders.below(location, name)

    def get_table(self, dbname: str, tbl_name: str) -> Any:
        found = self.glue.get_table(DatabaseName=dbname, Name=tbl_name)["Table"]
        if missing := _missing(found):
            raise hive.MetaException(f"{missing} cannot be null for table: {found['Name']} {_GLUE_SAYS}")
        return convert.table(found)

    def get_table_req(self, req: Any) -> Any:
        return hive.GetTableResult(table=self.get_table(req.dbName, req.tblName))

    def get_table_objects_by_name(self, dbname: str, tbl_names: list[str]) -> list[Any]:
        wanted = {name.lower() for name in tbl_names}
        if len(wanted) == 1:
            try:
                found = [self.glue.get_table(DatabaseName=dbname, Name=wanted.pop())["Table"]]
            except self.glue.exceptions.EntityNotFoundException:
                found = []
        else:
            found = [t for t in self.pages("get_tables", "TableList", DatabaseName=dbname) if t["Name"] in wanted]
        return [convert.table(t) for t in found if not _missing(t)]

    def get_table_objects_by_name_req(self, req: Any) -> Any:
        return hive.GetTablesResult(tables=self.get_table_objects_by_name(req.dbName, req.tblNames))

    def get_all_tables(self, db_name: str) -> list[str]:
        return self.get_tables(db_name, "*")

    def get_tables(self, db_name: str, pattern: str) -> list[str]:
        return self.get_tables_by_type(db_name, pattern, "")

    def get_tables_by_type(self, db_name: str, pattern: str, tableType: str) -> list[str]:
        wanted = matcher(pattern)
        return [
            found["Name"]
            for found in self.pages("get_tables", "TableList", DatabaseName=db_name)
            if wanted.fullmatch(found["Name"]) and tableType in ("", found.get("TableType"))
        ]

    def alter_table(self, dbname: str, tbl_name: str, new_tbl: Any) -> None:
        if tbl_name.lower() != new_tbl.tableName.lower():
            raise hive.InvalidOperationException("Table rename is not supported")
        external = (new_tbl.parameters or {}).get("EXTERNAL", "").lower() == "true"
        if new_tbl.tableType in {"MANAGED_TABLE", "EXTERNAL_TABLE"}:
            new_tbl.tableType = "EXTERNAL_TABLE" if external else "MANAGED_TABLE"
        self.glue.update_table(DatabaseName=dbname, TableInput=convert.table_input(new_tbl))

    def alter_table_with_environment_context(
        self, dbname: str, tbl_name: str, new_tbl: Any, environment_context: Any
    ) -> None:
        given = (environment_context.properties or {}) if environment_context else {}
        if str(given.get("CASCADE", "")).lower() == "true":
            raise hive.InvalidOperationException("Cascade for alter_table is not supported")
        self.alter_table(dbname, tbl_name, new_tbl)

    def drop_table(self, dbname: str, name: str, deleteData: bool) -> None:
        """Deletes a table; its data too if it is a managed one."""
        found = self.glue.get_table(DatabaseName=dbname, Name=name)["Table"]
        self.glue.delete_table(DatabaseName=dbname, Name=name)
        location = found.get("StorageDescriptor", {}).get("Location")
        if deleteData and location and not is_external(found):
            folders.remove(location)

    def drop_table_with_environment_context(
        self,
        dbname: str,
        name: str,
        deleteData: bool,
        environment_context: Any,
    ) -> None:
        self.drop_table(dbname, name, deleteData)


def is_external(found: Mapping[str, Any]) -> bool:
    """Whether a Glue table's data are not the catalog's to delete."""
    said = str(found.get("Parameters", {}).get("EXTERNAL", "")).lower() == "true"
    return said or found.get("TableType") != "MANAGED_TABLE"


def _missing(found: Mapping[str, Any]) -> str | None:
    """The first thing that a Hive table must have and this one has not; views and storage handlers need none."""
    kind = found.get("TableType")
    if kind not in (None, "MANAGED_TABLE", "EXTERNAL_TABLE") or found.get("Parameters", {}).get("storage_handler"):
        return None
    if kind is None:
        return "TableType"
    storage = found.get("StorageDescriptor")
    if storage is None:
        return "StorageDescriptor"
    for name, path in _REQUIRED:
        value = storage
        for part in path:
            value = value.get(part) if value else None
        if value is None:
            return name
    return None
