"""Capacity reservations: https://docs.aws.amazon.com/athena/latest/ug/capacity-management.html (read 2026-11).

Kept and answered as on AWS; queries run on this machine whatever is reserved, so a reservation is active at once.
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import AthenaStore, Structure, now
from rapid.emulator.athena.requests import find_workgroup, page, store_of, with_token
from rapid.emulator.athena.tags import arn, set_tags


class CapacityReservations:
    """Operations on capacity reservations."""

    @handler("CreateCapacityReservation", expand=False)
    def create_capacity_reservation(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        if name in store.reservations:
            raise InvalidRequestException(f"Capacity reservation {name} already exists")
        _check(request)
        moment = now()
        store.reservations[name] = {"Name": name, "CreationTime": moment, "Assignments": []}
        _allocate(store.reservations[name], request["TargetDpus"])
        set_tags(store, arn(context, "capacity-reservation", name), request.get("Tags"))
        return {}

    @handler("GetCapacityReservation", expand=False)
    def get_capacity_reservation(self, context: RequestContext, request: Structure) -> Structure:
        return {"CapacityReservation": _describe(_find(store_of(context), request["Name"]))}

    @handler("ListCapacityReservations", expand=False)
    def list_capacity_reservations(self, context: RequestContext, request: Structure) -> Structure:
        found = [_describe(r) for r in store_of(context).reservations.values()]
        shown, token = page(found, request, 50)
        return with_token({"CapacityReservations": shown}, token)

    @handler("UpdateCapacityReservation", expand=False)
    def update_capacity_reservation(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["Name"])
        if found["Status"] != "ACTIVE":
            raise InvalidRequestException(f"Capacity reservation {found['Name']} is {found['Status']}, not ACTIVE")
        _check(request)
        _allocate(found, request["TargetDpus"])
        return {}

    @handler("CancelCapacityReservation", expand=False)
    def cancel_capacity_reservation(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["Name"])
        found.update({"Status": "CANCELLED", "AllocatedDpus": 0})
        return {}

    @handler("DeleteCapacityReservation", expand=False)
    def delete_capacity_reservation(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        found = _find(store, request["Name"])
        if found["Status"] != "CANCELLED":
            raise InvalidRequestException("A capacity reservation must be cancelled before it can be deleted")
        del store.reservations[found["Name"]]
        store.tags.pop(arn(context, "capacity-reservation", found["Name"]), None)
        return {}

    @handler("PutCapacityAssignmentConfiguration", expand=False)
    def put_capacity_assignment_configuration(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        found = _find(store, request["CapacityReservationName"])
        for assignment in request["CapacityAssignments"]:
            for name in assignment.get("WorkGroupNames") or []:
                find_workgroup(store, name)
        found["Assignments"] = request["CapacityAssignments"]
        return {}

    @handler("GetCapacityAssignmentConfiguration", expand=False)
    def get_capacity_assignment_configuration(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["CapacityReservationName"])
        described = {"CapacityReservationName": found["Name"], "CapacityAssignments": found["Assignments"]}
        return {"CapacityAssignmentConfiguration": described}


def _find(store: AthenaStore, name: str) -> Structure:
    found = store.reservations.get(name)
    if found is None:
        raise InvalidRequestException(f"Capacity reservation {name} is not found")
    return found


def _check(request: Structure) -> None:
    if request["TargetDpus"] % 4:
        raise InvalidRequestException("TargetDpus must be a multiple of 4")


def _allocate(found: Structure, dpus: int) -> None:
    moment = now()
    found.update(
        {
            "Status": "ACTIVE",
            "TargetDpus": dpus,
            "AllocatedDpus": dpus,
            "LastAllocation": {"Status": "SUCCEEDED", "RequestTime": moment, "RequestCompletionTime": moment},
            "LastSuccessfulAllocationTime": moment,
        }
    )


def _describe(found: Structure) -> Structure:
    return {name: value for name, value in found.items() if name != "Assignments"}
