"""CloudFormation types of AWS Glue.

Properties and `Ref` as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Glue.html (read 2026-11).
"""

import json

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin

KINDS = ("CsvClassifier", "GrokClassifier", "JsonClassifier", "XMLClassifier")


def by_name(p: Model) -> Model:
    """The arguments of an operation that takes the name alone."""
    return {"Name": p["Ref"]}


def _in_database(p: Model) -> Model:
    return {"CatalogId": p["CatalogId"], "DatabaseName": p["DatabaseName"]}


def _partition(p: Model) -> Model:
    return {**_in_database(p), "TableName": p["TableName"], "PartitionValues": json.loads(p["Ref"])}


def _update_partition(p: Model) -> Model:
    where = {**_in_database(p), "TableName": p["TableName"]}
    return {**where, "PartitionValueList": json.loads(p["Ref"]), "PartitionInput": p["PartitionInput"]}


def _crawler(p: Model) -> Model:
    """A schedule is a structure in templates and a text in the API; none is an empty text."""
    return {**p, "Schedule": (p.get("Schedule") or {}).get("ScheduleExpression", "")}


def _security(p: Model) -> Model:
    """The list of S3 encryptions has a plural in templates only."""
    given = dict(p["EncryptionConfiguration"])
    if "S3Encryptions" in given:
        given["S3Encryption"] = given.pop("S3Encryptions")
    return {**p, "EncryptionConfiguration": given}


Database = plugin(
    ResourceType(
        "AWS::Glue::Database",
        "glue",
        identifier="DatabaseInput.Name",
        lowercase=True,
        ref=lambda p, _: (p.get("DatabaseName") or p["DatabaseInput"]["Name"]).lower(),
        create=Call(
            "CreateDatabase",
            lambda p: {
                **p,
                "DatabaseInput": {**p["DatabaseInput"], "Name": p.get("DatabaseName") or p["DatabaseInput"]["Name"]},
            },
        ),
        read=Call("GetDatabase", lambda p: {"CatalogId": p["CatalogId"], "Name": p["Ref"]}),
        update=Call(
            "UpdateDatabase",
            lambda p: {**p, "Name": p["Ref"], "DatabaseInput": {**p["DatabaseInput"], "Name": p["Ref"]}},
        ),
        delete=Call("DeleteDatabase", lambda p: {"CatalogId": p["CatalogId"], "Name": p["Ref"]}),
    )
)


def _create_table(p: Model) -> Model:
    """CreateIcebergTableInput has a shorter name in templates, and the table's name may be outside the TableInput."""
    name, formats = p.get("Name") or p["TableInput"]["Name"], p.get("OpenTableFormatInput") or {}
    given = {**p, "Name": name}
    if "TableInput" in p:
        given["TableInput"] = {**p["TableInput"], "Name": name}
    if iceberg := formats.get("IcebergInput"):
        renamed = {"IcebergTableInput": "CreateIcebergTableInput"}
        iceberg = {renamed.get(member, member): value for member, value in iceberg.items()}
        given["OpenTableFormatInput"] = {"IcebergInput": iceberg}
    return given


Table = plugin(
    ResourceType(
        "AWS::Glue::Table",
        "glue",
        identifier="TableInput.Name",
        lowercase=True,
        ref=lambda p, _: (p.get("Name") or p["TableInput"]["Name"]).lower(),
        create=Call("CreateTable", _create_table),
        read=Call("GetTable", lambda p: {**_in_database(p), "Name": p["Ref"]}),
        update=Call("UpdateTable", lambda p: {**_in_database(p), "TableInput": {**p["TableInput"], "Name": p["Ref"]}}),
        delete=Call("DeleteTable", lambda p: {**_in_database(p), "Name": p["Ref"]}),
    )
)

Partition = plugin(
    ResourceType(
        "AWS::Glue::Partition",
        "glue",
        identifier="PartitionInput.Values",
        ref=lambda p, _: json.dumps(p["PartitionInput"]["Values"]),
        create=Call("CreatePartition"),
        read=Call("GetPartition", _partition),
        update=Call("UpdatePartition", _update_partition),
        delete=Call("DeletePartition", _partition),
    )
)

Job = plugin(
    ResourceType(
        "AWS::Glue::Job",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:job/{Ref}",
        create=Call("CreateJob"),
        read=Call("GetJob", lambda p: {"JobName": p["Ref"]}),
        update=Call("UpdateJob", lambda p: {"JobName": p["Ref"], "JobUpdate": p}),
        delete=Call("DeleteJob", lambda p: {"JobName": p["Ref"]}),
    )
)

Trigger = plugin(
    ResourceType(
        "AWS::Glue::Trigger",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:trigger/{Ref}",
        create=Call("CreateTrigger"),
        read=Call("GetTrigger", by_name),
        update=Call("UpdateTrigger", lambda p: {"Name": p["Ref"], "TriggerUpdate": p}),
        delete=Call("DeleteTrigger", by_name),
    )
)

Workflow = plugin(
    ResourceType(
        "AWS::Glue::Workflow",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:workflow/{Ref}",
        create=Call("CreateWorkflow"),
        read=Call("GetWorkflow", by_name),
        update=Call("UpdateWorkflow"),
        delete=Call("DeleteWorkflow", by_name),
    )
)

Connection = plugin(
    ResourceType(
        "AWS::Glue::Connection",
        "glue",
        identifier="ConnectionInput.Name",
        create=Call("CreateConnection"),
        read=Call("GetConnection", lambda p: {"CatalogId": p["CatalogId"], "Name": p["Ref"]}),
        update=Call("UpdateConnection", lambda p: {**p, "Name": p["Ref"]}),
        delete=Call("DeleteConnection", lambda p: {"CatalogId": p["CatalogId"], "ConnectionName": p["Ref"]}),
    )
)

Crawler = plugin(
    ResourceType(
        "AWS::Glue::Crawler",
        "glue",
        identifier="Name",
        arn="arn:aws:glue:{region}:{account}:crawler/{Ref}",
        create=Call("CreateCrawler", _crawler),
        read=Call("GetCrawler", by_name),
        update=Call("UpdateCrawler", _crawler),
        delete=Call("DeleteCrawler", by_name),
    )
)

Classifier = plugin(
    ResourceType(
        "AWS::Glue::Classifier",
        "glue",
        identifier=lambda p: next((f"{kind}.Name" for kind in KINDS if kind in p), ""),
        create=Call("CreateClassifier"),
        read=Call("GetClassifier", by_name),
        update=Call("UpdateClassifier"),
        delete=Call("DeleteClassifier", by_name),
    )
)

SecurityConfiguration = plugin(
    ResourceType(
        "AWS::Glue::SecurityConfiguration",
        "glue",
        identifier="Name",
        create=Call("CreateSecurityConfiguration", _security),
        read=Call("GetSecurityConfiguration", by_name),
        delete=Call("DeleteSecurityConfiguration", by_name),
    )
)
