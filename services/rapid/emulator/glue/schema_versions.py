"""Schema Registry, versions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-schema-registry-api.html.

A version is checked when it is registered: it is AVAILABLE, or FAILURE if it breaks the schema's compatibility.
"""

import difflib

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue import definitions
from rapid.emulator.glue.common import page, store_of
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import RegistrySchema, SchemaVersion, Structure
from rapid.emulator.glue.registries import MAXIMUM, time
from rapid.emulator.glue.schemas import add_version, find_schema, latest, version_number


def _find(context: RequestContext, request: Structure) -> tuple[RegistrySchema, SchemaVersion]:
    """The version that a request means, by its id, or by schema and number."""
    wanted, named = request.get("SchemaVersionId"), request.get("SchemaId")
    if wanted and (named or request.get("SchemaVersionNumber")):
        raise InvalidInputException("No other input parameters can be specified when fetching by SchemaVersionId.")
    if not wanted:
        schema = find_schema(context, named)
        return schema, schema.versions[version_number(schema, request.get("SchemaVersionNumber") or {})]
    for registry in store_of(context).registries.values():
        for schema in registry.schemas.values():
            for version in schema.versions.values():
                if version.id == wanted:
                    return schema, version
    raise EntityNotFoundException(f"Schema version is not found. SchemaVersionId: {wanted}")


def _same(schema: RegistrySchema, definition: str) -> SchemaVersion | None:
    """The version with the same content, however it is written."""
    kind = schema.description["DataFormat"]
    wanted = definitions.canonical(kind, definition)
    return next((v for v in schema.versions.values() if definitions.canonical(kind, v.definition) == wanted), None)


def _shown(schema: RegistrySchema, version: SchemaVersion) -> Structure:
    return {
        "SchemaVersionId": version.id,
        "SchemaDefinition": version.definition,
        "DataFormat": schema.description["DataFormat"],
        "SchemaArn": schema.description["SchemaArn"],
        "VersionNumber": version.number,
        "Status": version.status,
        "CreatedTime": version.created,
    }


def _numbers(text: str) -> list[int]:
    """`1-3,5` as numbers.

    Raises:
        InvalidInputException: it is something else.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise InvalidInputException(f"Versions {text!r} should be numbers and ranges, as 1-3,5.")
        found += range(int(first), int(last or first) + 1)
    return found


class SchemaVersions:
    """Operations on versions of schemas."""

    @handler("RegisterSchemaVersion", expand=False)
    def register_schema_version(self, context: RequestContext, request: Structure) -> Structure:
        schema, definition = find_schema(context, request["SchemaId"]), request["SchemaDefinition"]
        kind, compatibility = schema.description["DataFormat"], schema.description["Compatibility"]
        definitions.check(kind, definition)
        version = _same(schema, definition)
        if version is None:
            if compatibility == "DISABLED" and schema.versions:
                name, owner = schema.description["SchemaName"], schema.description["RegistryName"]
                raise InvalidInputException(
                    "Compatibility DISABLED does not allow versioning. "
                    f"SchemaId: SchemaId(schemaArn=null, schemaName={name}, registryName={owner})"
                )
            before = [
                v.definition
                for v in schema.versions.values()
                if v.status == "AVAILABLE" and v.number >= schema.description["SchemaCheckpoint"]
            ]
            works = definitions.compatible(kind, compatibility, definition, before)
            version = add_version(schema, definition, "AVAILABLE" if works else "FAILURE")
        return {"SchemaVersionId": version.id, "VersionNumber": version.number, "Status": version.status}

    @handler("GetSchemaVersion", expand=False)
    def get_schema_version(self, context: RequestContext, request: Structure) -> Structure:
        return _shown(*_find(context, request))

    @handler("GetSchemaByDefinition", expand=False)
    def get_schema_by_definition(self, context: RequestContext, request: Structure) -> Structure:
        """Clients register a version when they read this message: it is in AWS's own serializers, word for word."""
        schema = find_schema(context, request["SchemaId"])
        definitions.check(schema.description["DataFormat"], request["SchemaDefinition"])
        version = _same(schema, request["SchemaDefinition"])
        if version is None:
            raise EntityNotFoundException("Schema version is not found.")
        shown = _shown(schema, version)
        return {k: v for k, v in shown.items() if k not in ("SchemaDefinition", "VersionNumber")}

    @handler("ListSchemaVersions", expand=False)
    def list_schema_versions(self, context: RequestContext, request: Structure) -> Structure:
        schema = find_schema(context, request["SchemaId"])
        found, more = page(schema.versions, request, MAXIMUM)
        hidden = ("SchemaDefinition", "DataFormat")
        return {
            "Schemas": [{k: v for k, v in _shown(schema, version).items() if k not in hidden} for version in found],
            **more,
        }

    @handler("CheckSchemaVersionValidity", expand=False)
    def check_schema_version_validity(self, context: RequestContext, request: Structure) -> Structure:  # noqa: ARG002
        try:
            definitions.check(request["DataFormat"], request["SchemaDefinition"])
        except InvalidInputException as error:
            return {"Valid": False, "Error": str(error)}
        return {"Valid": True}

    @handler("GetSchemaVersionsDiff", expand=False)
    def get_schema_versions_diff(self, context: RequestContext, request: Structure) -> Structure:
        """What changed between two versions, line by line, after both were written alike."""
        schema = find_schema(context, request["SchemaId"])
        kind = schema.description["DataFormat"]
        texts = []
        for member in ("FirstSchemaVersionNumber", "SecondSchemaVersionNumber"):
            version = schema.versions[version_number(schema, request[member])]
            texts.append(definitions.pretty(kind, version.definition).splitlines())
        return {"Diff": "\n".join(difflib.unified_diff(texts[0], texts[1], lineterm="", n=3))}

    @handler("DeleteSchemaVersions", expand=False)
    def delete_schema_versions(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes versions; the checkpoint's stays, as on AWS."""
        schema = find_schema(context, request["SchemaId"])
        errors = []
        for number in _numbers(request["Versions"]):
            if number not in schema.versions:
                code, message = "EntityNotFoundException", f"Schema version {number} is not found."
            elif number == schema.description["SchemaCheckpoint"]:
                code, message = "InvalidInputException", f"Schema version {number} is the checkpoint: move that first."
            else:
                del schema.versions[number]
                continue
            errors.append({"VersionNumber": number, "ErrorDetails": {"ErrorCode": code, "ErrorMessage": message}})
        return {"SchemaVersionErrors": errors}

    # Metadata

    @handler("PutSchemaVersionMetadata", expand=False)
    def put_schema_version_metadata(self, context: RequestContext, request: Structure) -> Structure:
        schema, version = _find(context, request)
        given = request["MetadataKeyValue"]
        key, value = given.get("MetadataKey") or "", given.get("MetadataValue") or ""
        values = version.metadata.setdefault(key, [])
        if any(value == known for known, _ in values):
            raise AlreadyExistsException(
                f"Resource already exist for schema version id: {version.id}, metadata key: {key}, "
                f"metadata value: {value}"
            )
        values.insert(0, (value, time()))
        return self._changed(schema, version, key, value)

    @handler("RemoveSchemaVersionMetadata", expand=False)
    def remove_schema_version_metadata(self, context: RequestContext, request: Structure) -> Structure:
        schema, version = _find(context, request)
        given = request["MetadataKeyValue"]
        key, value = given.get("MetadataKey") or "", given.get("MetadataValue") or ""
        kept = [entry for entry in version.metadata.get(key, []) if entry[0] != value]
        if len(kept) == len(version.metadata.get(key, [])):
            raise EntityNotFoundException(f"Metadata {key}: {value} of schema version {version.id} is not found.")
        version.metadata[key] = kept
        if not kept:
            del version.metadata[key]
        return self._changed(schema, version, key, value)

    def _changed(self, schema: RegistrySchema, version: SchemaVersion, key: str, value: str) -> Structure:
        named = {member: schema.description[member] for member in ("SchemaArn", "SchemaName", "RegistryName")}
        newest = version.number == latest(schema)
        numbered = {"LatestVersion": newest, "VersionNumber": version.number, "SchemaVersionId": version.id}
        return {**named, **numbered, "MetadataKey": key, "MetadataValue": value}

    @handler("QuerySchemaVersionMetadata", expand=False)
    def query_schema_version_metadata(self, context: RequestContext, request: Structure) -> Structure:
        _, version = _find(context, request)
        wanted = [(w.get("MetadataKey"), w.get("MetadataValue")) for w in request.get("MetadataList") or ()]

        def chosen(key: str, value: str) -> bool:
            return not wanted or any(name in (None, key) and text in (None, value) for name, text in wanted)

        listed = {
            key: (key, kept)
            for key, values in version.metadata.items()
            if (kept := [entry for entry in values if chosen(key, entry[0])])
        }
        found, more = page(listed, request, 50)
        return {"SchemaVersionId": version.id, "MetadataInfoMap": {k: _information(v) for k, v in found}, **more}


def _information(values: list[tuple[str, str]]) -> Structure:
    (value, created), *others = values
    listed = [{"MetadataValue": other, "CreatedTime": moment} for other, moment in others]
    return {"MetadataValue": value, "CreatedTime": created, "OtherMetadataValueList": listed}
