"""User-defined functions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-functions.html.

In a pattern `*`, `.*` and `%` stand for anything.
"""

import re

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, check_name, defined, page
from rapid.emulator.glue.databases import find_database
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException
from rapid.emulator.glue.models import Database, Structure, now


def _find(database: Database, name: str) -> Structure:
    function = database.functions.get(name.lower())
    if function is None:
        raise EntityNotFoundException(f"Function {name} not found.")
    return function


class Functions:
    """Operations on user-defined functions."""

    def _database(self, context: RequestContext, request: Structure) -> Database:
        return find_database(catalog_of(context, request), request["DatabaseName"])

    @handler("CreateUserDefinedFunction", expand=False)
    def create_user_defined_function(self, context: RequestContext, request: Structure) -> Structure:
        database, given = self._database(context, request), request["FunctionInput"]
        name = check_name(given.get("FunctionName") or "", "FunctionName").lower()
        if name in database.functions:
            raise AlreadyExistsException("Function already exists.")
        owner = {"DatabaseName": database.description["Name"], "CatalogId": context.account_id, "CreateTime": now()}
        database.functions[name] = {**defined(given), "FunctionName": name, **owner}
        return {}

    @handler("GetUserDefinedFunction", expand=False)
    def get_user_defined_function(self, context: RequestContext, request: Structure) -> Structure:
        return {"UserDefinedFunction": _find(self._database(context, request), request["FunctionName"])}

    @handler("GetUserDefinedFunctions", expand=False)
    def get_user_defined_functions(self, context: RequestContext, request: Structure) -> Structure:
        parts = re.split(r"\.?\*|%", request["Pattern"])
        pattern = re.compile(".*".join(re.escape(part) for part in parts), re.IGNORECASE)
        if request.get("DatabaseName"):
            databases = [self._database(context, request)]
        else:
            databases = list(catalog_of(context, request).databases.values())
        functions = {(d.description["Name"], name): f for d in databases for name, f in d.functions.items()}
        found, more = page(functions, request, 100, lambda key, _: pattern.fullmatch(key[1]) is not None)
        return {"UserDefinedFunctions": found, **more}

    @handler("UpdateUserDefinedFunction", expand=False)
    def update_user_defined_function(self, context: RequestContext, request: Structure) -> Structure:
        database = self._database(context, request)
        before = _find(database, request["FunctionName"])
        kept = {key: before[key] for key in ("FunctionName", "DatabaseName", "CatalogId", "CreateTime")}
        database.functions[before["FunctionName"]] = {**defined(request["FunctionInput"]), **kept}
        return {}

    @handler("DeleteUserDefinedFunction", expand=False)
    def delete_user_defined_function(self, context: RequestContext, request: Structure) -> Structure:
        database = self._database(context, request)
        del database.functions[_find(database, request["FunctionName"])["FunctionName"]]
        return {}
