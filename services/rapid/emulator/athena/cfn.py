"""CloudFormation types of Amazon Athena.

Properties and `Ref` as in https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Athena.html (read 2026-11).
"""  # noqa: E501

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin


def _statement(p: Model) -> Model:
    return {"StatementName": p["StatementName"], "WorkGroup": p["WorkGroup"]}


def _results(given: Model) -> Model:
    """UpdateWorkGroup takes what changes; what the template no longer says is removed."""
    updates: Model = {}
    for member in ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration"):
        if member in given:
            updates[member] = given[member]
        else:
            updates[f"Remove{member}"] = True
    return updates


def _update_workgroup(p: Model) -> Model:
    given = dict(p.get("WorkGroupConfiguration") or {})
    updates = {**given, "ResultConfigurationUpdates": _results(given.pop("ResultConfiguration", None) or {})}
    updates.pop("ResultConfiguration", None)
    if "BytesScannedCutoffPerQuery" not in given:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    return {
        "WorkGroup": p["Ref"],
        "Description": p.get("Description", ""),
        "State": p.get("State", "ENABLED"),
        "ConfigurationUpdates": updates,
    }


WorkGroup = plugin(
    ResourceType(
        "AWS::Athena::WorkGroup",
        "athena",
        identifier="Name",
        create=Call("CreateWorkGroup", lambda p: {**p, "Configuration": p.get("WorkGroupConfiguration") or {}}),
        read=Call("GetWorkGroup", lambda p: {"WorkGroup": p["Ref"]}),
        update=Call("UpdateWorkGroup", _update_workgroup),
        delete=Call(
            "DeleteWorkGroup",
            lambda p: {"WorkGroup": p["Ref"], "RecursiveDeleteOption": p.get("RecursiveDeleteOption", False)},
        ),
        arn="arn:aws:athena:{region}:{account}:workgroup/{Name}",
    )
)

NamedQuery = plugin(
    ResourceType(
        "AWS::Athena::NamedQuery",
        "athena",
        create=Call("CreateNamedQuery", lambda p: {**p, "Name": p.get("Name") or "NamedQuery"}),
        read=Call("GetNamedQuery", lambda p: {"NamedQueryId": p["Ref"]}),
        delete=Call("DeleteNamedQuery", lambda p: {"NamedQueryId": p["Ref"]}),
        ref=lambda _, response: str(response["NamedQueryId"]),
        attributes=lambda _, response: {"NamedQueryId": response["NamedQueryId"]},
    )
)

PreparedStatement = plugin(
    ResourceType(
        "AWS::Athena::PreparedStatement",
        "athena",
        identifier="StatementName",
        create=Call("CreatePreparedStatement"),
        read=Call("GetPreparedStatement", _statement),
        update=Call("UpdatePreparedStatement"),
        delete=Call("DeletePreparedStatement", _statement),
    )
)

DataCatalog = plugin(
    ResourceType(
        "AWS::Athena::DataCatalog",
        "athena",
        identifier="Name",
        create=Call("CreateDataCatalog"),
        read=Call("GetDataCatalog", lambda p: {"Name": p["Ref"]}),
        update=Call("UpdateDataCatalog"),
        delete=Call("DeleteDataCatalog", lambda p: {"Name": p["Ref"]}),
        arn="arn:aws:athena:{region}:{account}:datacatalog/{Name}",
    )
)


def _assignments(p: Model) -> Model:
    given = (p.get("CapacityAssignmentConfiguration") or {}).get("CapacityAssignments") or []
    assignments = [{"WorkGroupNames": a["WorkgroupNames"]} for a in given]
    return {"CapacityReservationName": p["Name"], "CapacityAssignments": assignments}


def _reservation(p: Model) -> Model:
    return {"Name": p["Name"]}


_ASSIGN = Call("PutCapacityAssignmentConfiguration", _assignments)
CapacityReservation = plugin(
    ResourceType(
        "AWS::Athena::CapacityReservation",
        "athena",
        identifier="Name",
        create=Call("CreateCapacityReservation", then=_ASSIGN),
        read=Call("GetCapacityReservation", _reservation),
        update=Call("UpdateCapacityReservation", then=_ASSIGN),
        delete=Call("CancelCapacityReservation", _reservation, then=Call("DeleteCapacityReservation", _reservation)),
        ref=lambda p, _: str(p["Arn"]),
        arn="arn:aws:athena:{region}:{account}:capacity-reservation/{Name}",
    )
)
