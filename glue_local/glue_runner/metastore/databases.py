"""Metastore calls on databases and functions."""

from typing import Any

from glue_runner.metastore import convert, folders
from glue_runner.metastore.base import Calls, matcher
from glue_runner.metastore.wire import hive


class Databases(Calls):
    """Databases."""

    def create_database(self, database: Any) -> None:
        database.locationUri = self.lasting(database.locationUri)
        self.glue.create_database(DatabaseInput=convert.database_input(database))

    def get_database(self, name: str) -> Any:
        return convert.database(self.glue.get_database(Name=name)["Database"])

    def get_databases(self, pattern: str) -> list[str]:
        wanted = matcher(pattern)
        return [name for name in self.get_all_databases() if wanted.fullmatch(name)]

    def get_all_databases(self) -> list[str]:
        return [found["Name"] for found in self.pages("get_databases", "DatabaseList")]

    def alter_database(self, dbname: str, db: Any) -> None:
        self.glue.update_database(Name=dbname, DatabaseInput=convert.database_input(db))

    def drop_database(self, name: str, deleteData: bool, cascade: bool) -> None:
        found = self.glue.get_database(Name=name)["Database"]
        if not cascade and self.glue.get_tables(DatabaseName=name, MaxResults=1)["TableList"]:
            raise hive.InvalidOperationException(f"Database {name} is not empty.")
        self.glue.delete_database(Name=name)
        if deleteData and found.get("LocationUri", "").startswith("file:"):
            folders.remove(found["LocationUri"])


class Functions(Calls):
    """User-defined functions."""

    def create_function(self, func: Any) -> None:
        self.glue.create_user_defined_function(DatabaseName=func.dbName, FunctionInput=convert.function_input(func))

    def alter_function(self, dbName: str, funcName: str, newFunc: Any) -> None:
        self.glue.update_user_defined_function(
            DatabaseName=dbName, FunctionName=funcName, FunctionInput=convert.function_input(newFunc)
        )

    def drop_function(self, dbName: str, funcName: str) -> None:
        self.glue.delete_user_defined_function(DatabaseName=dbName, FunctionName=funcName)

    def get_function(self, dbName: str, funcName: str) -> Any:
        """A function. Spark knows a missing one by these words."""
        try:
            answer = self.glue.get_user_defined_function(DatabaseName=dbName, FunctionName=funcName)
        except self.glue.exceptions.EntityNotFoundException as error:
            raise hive.NoSuchObjectException(f"Function {dbName}.{funcName} does not exist") from error
        return convert.function(answer["UserDefinedFunction"])

    def get_functions(self, dbName: str, pattern: str) -> list[str]:
        wanted = matcher(pattern)
        found = self.pages("get_user_defined_functions", "UserDefinedFunctions", DatabaseName=dbName, Pattern=".*")
        return [f["FunctionName"] for f in found if wanted.fullmatch(f["FunctionName"])]

    def get_all_functions(self) -> Any:
        found = self.pages("get_user_defined_functions", "UserDefinedFunctions", Pattern=".*")
        return hive.GetAllFunctionsResponse(functions=[convert.function(f) for f in found])
