"""Schema Registry, schemas: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-schema-registry-api.html."""

import uuid

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue import definitions
from rapid.emulator.glue.common import arn, page, store_of
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import Registry, RegistrySchema, SchemaVersion, Structure
from rapid.emulator.glue.registries import MAXIMUM, check_registry_name, find_registry, time

COMPATIBILITIES = (
    "NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL",
)  # fmt: skip


def find_schema(context: RequestContext, given: Structure | None) -> RegistrySchema:
    """The schema that a SchemaId names.

    Raises:
        InvalidInputException: neither an ARN nor a name and its registry, or both.
        EntityNotFoundException: there is none.
    """
    given = given or {}
    resource, name, registry = (given.get(key) for key in ("SchemaArn", "SchemaName", "RegistryName"))
    if resource and (name or registry):
        raise InvalidInputException(
            "One of (registryName and schemaName) or schemaArn has to be provided, both cannot be provided."
        )
    if not resource and not (name and registry):
        raise InvalidInputException("At least one of (registryName and schemaName) or schemaArn has to be provided.")
    if resource:
        _, _, path = resource.partition(":schema/")
        registry, _, name = path.partition("/")
    held = store_of(context).registries.get(str(registry))
    schema = held.schemas.get(str(name)) if held else None
    if schema is None:
        raise EntityNotFoundException(
            f"Schema is not found. RegistryName: {registry}, SchemaName: {name}, SchemaArn: {resource or 'null'}"
        )
    return schema


def latest(schema: RegistrySchema) -> int:
    return max(schema.versions, default=0)


def add_version(schema: RegistrySchema, definition: str, status: str) -> SchemaVersion:
    """A new version of a schema."""
    number = schema.next_number
    version = schema.versions[number] = SchemaVersion(str(uuid.uuid4()), number, definition, status, time())
    schema.next_number += 1
    schema.description = schema.description | {"UpdatedTime": time()}
    return version


def described(schema: RegistrySchema) -> Structure:
    """What GetSchema answers."""
    numbers = {"LatestSchemaVersion": latest(schema), "NextSchemaVersion": schema.next_number}
    return {**schema.description, **numbers, "SchemaStatus": "AVAILABLE" if schema.versions else "PENDING"}


class Schemas:
    """Operations on schemas."""

    @handler("CreateSchema", expand=False)
    def create_schema(self, context: RequestContext, request: Structure) -> Structure:
        """Creates a schema, with its first version if a definition is given."""
        registry = find_registry(context, request.get("RegistryId"))
        name = check_registry_name(request["SchemaName"], "schemaName")
        compatibility = request.get("Compatibility") or "NONE"
        if request["DataFormat"] not in definitions.FORMATS:
            raise InvalidInputException("Data format is not valid.")
        if compatibility not in COMPATIBILITIES:
            raise InvalidInputException("Compatibility is not valid.")
        if request.get("SchemaDefinition"):
            definitions.check(request["DataFormat"], request["SchemaDefinition"])
        if name in registry.schemas:
            raise AlreadyExistsException(f"Schema already exists. SchemaName: {name}")
        schema = registry.schemas[name] = RegistrySchema(self._description(context, registry, request, compatibility))
        answer: Structure = {}
        if request.get("SchemaDefinition"):
            version = add_version(schema, request["SchemaDefinition"], "AVAILABLE")
            answer = {"SchemaVersionId": version.id, "SchemaVersionStatus": version.status}
        if tags := dict(request.get("Tags") or {}):
            store_of(context).tags[schema.description["SchemaArn"]] = tags
            answer["Tags"] = tags
        return {k: v for k, v in described(schema).items() if not k.endswith("Time")} | answer

    def _description(
        self, context: RequestContext, registry: Registry, request: Structure, compatibility: str
    ) -> Structure:
        owner, created = registry.description["RegistryName"], time()
        return {
            "RegistryName": owner,
            "RegistryArn": registry.description["RegistryArn"],
            "SchemaName": request["SchemaName"],
            "SchemaArn": arn(context, f"schema/{owner}/{request['SchemaName']}"),
            **({"Description": request["Description"]} if request.get("Description") else {}),
            "DataFormat": request["DataFormat"],
            "Compatibility": compatibility,
            "SchemaCheckpoint": 1,
            "CreatedTime": created,
            "UpdatedTime": created,
        }

    @handler("GetSchema", expand=False)
    def get_schema(self, context: RequestContext, request: Structure) -> Structure:
        return described(find_schema(context, request["SchemaId"]))

    @handler("ListSchemas", expand=False)
    def list_schemas(self, context: RequestContext, request: Structure) -> Structure:
        """Schemas of one registry, or of all."""
        registries = store_of(context).registries
        if request.get("RegistryId"):
            registry = find_registry(context, request["RegistryId"])
            registries = {registry.description["RegistryName"]: registry}
        schemas = {(owner, name): s for owner, held in registries.items() for name, s in held.schemas.items()}
        found, more = page(schemas, request, MAXIMUM)
        members = (
            "RegistryName",
            "SchemaName",
            "SchemaArn",
            "Description",
            "SchemaStatus",
            "CreatedTime",
            "UpdatedTime",
        )
        listed = [{k: v for k, v in described(schema).items() if k in members} for schema in found]
        return {"Schemas": listed, **more}

    @handler("UpdateSchema", expand=False)
    def update_schema(self, context: RequestContext, request: Structure) -> Structure:
        """Changes compatibility, checkpoint or description."""
        schema = find_schema(context, request["SchemaId"])
        changed: Structure = {"UpdatedTime": time()}
        if compatibility := request.get("Compatibility"):
            if compatibility not in COMPATIBILITIES:
                raise InvalidInputException("Compatibility is not valid.")
            changed["Compatibility"] = compatibility
        elif not request.get("SchemaVersionNumber") and not request.get("Description"):
            raise InvalidInputException(
                "At least one of SchemaVersionNumber, Compatibility or Description is required."
            )
        if given := request.get("SchemaVersionNumber"):
            changed["SchemaCheckpoint"] = version_number(schema, given)
        if request.get("Description") is not None:
            changed["Description"] = request["Description"]
        schema.description = schema.description | changed
        return {key: schema.description[key] for key in ("SchemaArn", "SchemaName", "RegistryName")}

    @handler("DeleteSchema", expand=False)
    def delete_schema(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a schema with its versions."""
        described = find_schema(context, request["SchemaId"]).description
        del store_of(context).registries[described["RegistryName"]].schemas[described["SchemaName"]]
        store_of(context).tags.pop(described["SchemaArn"], None)
        return {"SchemaArn": described["SchemaArn"], "SchemaName": described["SchemaName"], "Status": "DELETING"}


def version_number(schema: RegistrySchema, given: Structure) -> int:
    """The version that a SchemaVersionNumber means.

    Raises:
        InvalidInputException: neither a number nor the latest, or both.
        EntityNotFoundException: there is none.
    """
    number, newest = given.get("VersionNumber"), given.get("LatestVersion")
    if number and newest:
        raise InvalidInputException("Only one of VersionNumber or LatestVersion is required.")
    if not number and not newest:
        raise InvalidInputException("One of version number (or) latest version is required.")
    wanted = latest(schema) if newest else int(number or 0)
    if wanted not in schema.versions:
        name = schema.description["SchemaArn"]
        raise EntityNotFoundException(f"Schema version is not found. SchemaArn: {name}, VersionNumber: {wanted}")
    return wanted
