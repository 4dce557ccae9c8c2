"""Databases of the Data Catalog: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, catalog_of, check_name, defined, page
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException
from rapid.emulator.glue.models import Database, GlueStore, Structure, now

DEFAULT_PERMISSIONS = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
"""What a catalog without Lake Formation settings gives to a new database."""


def find_database(store: GlueStore, name: str) -> Database:
    """The database of that name, in any case.

    Raises:
        EntityNotFoundException: there is none.
    """
    database = store.databases.get(name.lower())
    if database is None:
        raise EntityNotFoundException(f"Database {name.lower()} not found.")
    return database


class Databases:
    """Operations on databases."""

    @handler("CreateDatabase", expand=False)
    def create_database(self, context: RequestContext, request: Structure) -> Structure:
        store, given = catalog_of(context, request), request["DatabaseInput"]
        name = check_name(given["Name"]).lower()
        if name in store.databases:
            raise AlreadyExistsException("Database already exists.")
        description = {
            "CreateTableDefaultPermissions": DEFAULT_PERMISSIONS,
            **defined(given),
            "Name": name,
            "CreateTime": now(),
            "CatalogId": context.account_id,
        }
        store.databases[name] = Database(description)
        if tags := request.get("Tags"):
            store.tags[arn(context, f"database/{name}")] = dict(tags)
        return {}

    @handler("GetDatabase", expand=False)
    def get_database(self, context: RequestContext, request: Structure) -> Structure:
        return {"Database": find_database(catalog_of(context, request), request["Name"]).description}

    @handler("GetDatabases", expand=False)
    def get_databases(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(catalog_of(context, request).databases, request, 100)
        return {"DatabaseList": [database.description for database in found], **more}

    @handler("UpdateDatabase", expand=False)
    def update_database(self, context: RequestContext, request: Structure) -> Structure:
        database = find_database(catalog_of(context, request), request["Name"])
        before = database.description
        kept = {key: before[key] for key in ("CreateTime", "CatalogId", "CreateTableDefaultPermissions")}
        database.description = {**kept, **defined(request["DatabaseInput"]), "Name": before["Name"]}
        return {}

    @handler("DeleteDatabase", expand=False)
    def delete_database(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a database with its tables, partitions and functions."""
        store = catalog_of(context, request)
        name = find_database(store, request["Name"]).description["Name"]
        del store.databases[name]
        store.tags.pop(arn(context, f"database/{name}"), None)
        return {}
