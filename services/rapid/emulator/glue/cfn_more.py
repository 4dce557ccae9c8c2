"""CloudFormation types of the Schema Registry and of what surrounds jobs and tables.

Properties and `Ref` as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Glue.html (read 2026-11).
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin
from rapid.emulator.glue.cfn import by_name


def _with_tags(p: Model) -> Model:
    """Tags are a list of pairs in these templates and a map in the API."""
    tags = p.get("Tags")
    return {**p, "Tags": {t["Key"]: str(t["Value"]) for t in tags}} if isinstance(tags, list) else p


def _arn(_p: Model, response: Model, member: str) -> Model:
    return {"Arn": response[member]}


# Schema Registry


def _create_schema(p: Model) -> Model:
    registry = p.get("Registry") or {}
    given = {"RegistryName": registry.get("Name"), "RegistryArn": registry.get("Arn")}
    return {**_with_tags(p), "SchemaName": p["Name"], "RegistryId": {k: v for k, v in given.items() if v}}


def _update_schema(p: Model) -> Model:
    changed = {"SchemaId": {"SchemaArn": p["Ref"]}, "Compatibility": p["Compatibility"]}
    if "Description" in p:
        changed["Description"] = p["Description"]
    if checkpoint := p.get("CheckpointVersion"):
        number = {"LatestVersion": checkpoint.get("IsLatest"), "VersionNumber": checkpoint.get("VersionNumber")}
        changed["SchemaVersionNumber"] = {k: v for k, v in number.items() if v}
    return changed


def _schema_of_version(p: Model) -> Model:
    given = p["Schema"]
    return {k: given[k] for k in ("SchemaArn", "SchemaName", "RegistryName") if given.get(k)}


def _metadata(p: Model) -> Model:
    pair = {"MetadataKey": p["Key"], "MetadataValue": p["Value"]}
    return {"SchemaVersionId": p["SchemaVersionId"], "MetadataKeyValue": pair}


Registry = plugin(
    ResourceType(
        "AWS::Glue::Registry",
        "glue",
        arn="{Arn}",
        ref=lambda _, response: str(response["RegistryArn"]),
        attributes=lambda p, response: _arn(p, response, "RegistryArn"),
        create=Call("CreateRegistry", lambda p: {**_with_tags(p), "RegistryName": p["Name"]}),
        read=Call("GetRegistry", lambda p: {"RegistryId": {"RegistryArn": p["Ref"]}}),
        update=Call(
            "UpdateRegistry",
            lambda p: {"RegistryId": {"RegistryArn": p["Ref"]}, "Description": p.get("Description", "")},
        ),
        delete=Call("DeleteRegistry", lambda p: {"RegistryId": {"RegistryArn": p["Ref"]}}),
    )
)

Schema = plugin(
    ResourceType(
        "AWS::Glue::Schema",
        "glue",
        arn="{Arn}",
        ref=lambda _, response: str(response["SchemaArn"]),
        attributes=lambda p, response: {
            **_arn(p, response, "SchemaArn"),
            "InitialSchemaVersionId": response.get("SchemaVersionId", ""),
        },
        create=Call("CreateSchema", _create_schema),
        read=Call("GetSchema", lambda p: {"SchemaId": {"SchemaArn": p["Ref"]}}),
        update=Call("UpdateSchema", _update_schema),
        delete=Call("DeleteSchema", lambda p: {"SchemaId": {"SchemaArn": p["Ref"]}}),
    )
)

SchemaVersion = plugin(
    ResourceType(
        "AWS::Glue::SchemaVersion",
        "glue",
        ref=lambda _, response: str(response["SchemaVersionId"]),
        attributes=lambda _, response: {
            "VersionId": response["SchemaVersionId"],
            "VersionNumber": response["VersionNumber"],
        },
        create=Call("RegisterSchemaVersion", lambda p: {**p, "SchemaId": _schema_of_version(p)}),
        read=Call("GetSchemaVersion", lambda p: {"SchemaVersionId": p["Ref"]}),
        delete=Call(
            "DeleteSchemaVersions",
            lambda p: {"SchemaId": _schema_of_version(p), "Versions": str(p["VersionNumber"])},
        ),
    )
)

SchemaVersionMetadata = plugin(
    ResourceType(
        "AWS::Glue::SchemaVersionMetadata",
        "glue",
        ref=lambda p, _: "|".join((p["SchemaVersionId"], p["Key"], p["Value"])),
        create=Call("PutSchemaVersionMetadata", _metadata),
        read=Call("QuerySchemaVersionMetadata", lambda p: {"SchemaVersionId": p["SchemaVersionId"]}),
        delete=Call("RemoveSchemaVersionMetadata", _metadata),
    )
)

# Around jobs and tables


def _ruleset(p: Model) -> Model:
    return {**p, "Ruleset": p.get("Ruleset", "Rules = []")}


DataQualityRuleset = plugin(
    ResourceType(
        "AWS::Glue::DataQualityRuleset",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:dataQualityRuleset/{Ref}",
        create=Call("CreateDataQualityRuleset", _ruleset),
        read=Call("GetDataQualityRuleset", by_name),
        update=Call("UpdateDataQualityRuleset", _ruleset),
        delete=Call("DeleteDataQualityRuleset", by_name),
    )
)


def _transform(p: Model) -> Model:
    tables = (p.get("InputRecordTables") or {}).get("GlueTables") or []
    return {**p, "Parameters": p["TransformParameters"], "InputRecordTables": tables, "TransformId": p.get("Ref")}


MLTransform = plugin(
    ResourceType(
        "AWS::Glue::MLTransform",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:mlTransform/{Ref}",
        ref=lambda _, response: str(response["TransformId"]),
        create=Call("CreateMLTransform", _transform),
        read=Call("GetMLTransform", lambda p: {"TransformId": p["Ref"]}),
        update=Call("UpdateMLTransform", _transform),
        delete=Call("DeleteMLTransform", lambda p: {"TransformId": p["Ref"]}),
    )
)

CustomEntityType = plugin(
    ResourceType(
        "AWS::Glue::CustomEntityType",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:customEntityType/{Ref}",
        create=Call("CreateCustomEntityType"),
        read=Call("GetCustomEntityType", by_name),
        delete=Call("DeleteCustomEntityType", by_name),
    )
)

UsageProfile = plugin(
    ResourceType(
        "AWS::Glue::UsageProfile",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:usageProfile/{Ref}",
        create=Call("CreateUsageProfile", lambda p: {**_with_tags(p), "Configuration": p.get("Configuration") or {}}),
        read=Call("GetUsageProfile", by_name),
        update=Call("UpdateUsageProfile", lambda p: {**p, "Configuration": p.get("Configuration") or {}}),
        delete=Call("DeleteUsageProfile", by_name),
    )
)

DataCatalogEncryptionSettings = plugin(
    ResourceType(
        "AWS::Glue::DataCatalogEncryptionSettings",
        "glue",
        ref=lambda p, _: str(p["CatalogId"]),
        create=Call("PutDataCatalogEncryptionSettings"),
        read=Call("GetDataCatalogEncryptionSettings", lambda p: {"CatalogId": p["CatalogId"]}),
        update=Call("PutDataCatalogEncryptionSettings"),
        delete=Call(
            "PutDataCatalogEncryptionSettings",
            lambda p: {"CatalogId": p["CatalogId"], "DataCatalogEncryptionSettings": {}},
        ),
    )
)

TableOptimizer = plugin(
    ResourceType(
        "AWS::Glue::TableOptimizer",
        "glue",
        ref=lambda p, _: "|".join((p["CatalogId"], p["DatabaseName"], p["TableName"], p["Type"])),
        create=Call("CreateTableOptimizer"),
        read=Call("GetTableOptimizer"),
        update=Call("UpdateTableOptimizer"),
        delete=Call("DeleteTableOptimizer"),
    )
)
