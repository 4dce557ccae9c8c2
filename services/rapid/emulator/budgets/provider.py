"""The operations that Moto lacks.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html (read 2026-11)
"""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from moto.budgets.models import Budget, Notification, budgets_backends

from rapid.emulator.moto_services import MotoProvider

Structure = dict[str, Any]


class BudgetsProvider(MotoProvider):
    """Changes of budgets and notifications, and subscribers."""

    def __init__(self) -> None:
        super().__init__("budgets", "moto.budgets.models")

    @handler("UpdateBudget", expand=False)
    def update_budget(self, context: RequestContext, request: Structure) -> Structure:
        """Takes a budget's new description, in which a period that is not given stays."""
        new: Structure = request["NewBudget"]
        old = _budget(context, request["AccountId"], new["BudgetName"])
        if period := new.get("TimePeriod"):  # Moto answers in JSON, which has no times
            new = {**new, "TimePeriod": {end: moment.timestamp() for end, moment in period.items()}}
        changed = Budget({"TimePeriod": old.budget["TimePeriod"], **new}, [])
        changed.notifications = old.notifications
        _budgets(context, request["AccountId"])[new["BudgetName"]] = changed
        return {}

    @handler("UpdateNotification", expand=False)
    def update_notification(self, context: RequestContext, request: Structure) -> Structure:
        _notification(context, request, "OldNotification").details = request["NewNotification"]
        return {}

    @handler("DescribeSubscribersForNotification", expand=False)
    def describe_subscribers(self, context: RequestContext, request: Structure) -> Structure:
        return {"Subscribers": list(_notification(context, request).subscribers)}

    @handler("CreateSubscriber", expand=False)
    def create_subscriber(self, context: RequestContext, request: Structure) -> Structure:
        subscribers = _subscribers(context, request)
        if request["Subscriber"] in subscribers:
            raise CommonServiceException("DuplicateRecordException", "The subscriber already exists.")
        subscribers.append(request["Subscriber"])
        return {}

    @handler("UpdateSubscriber", expand=False)
    def update_subscriber(self, context: RequestContext, request: Structure) -> Structure:
        subscribers = _subscribers(context, request)
        subscribers[_place(subscribers, request["OldSubscriber"])] = request["NewSubscriber"]
        return {}

    @handler("DeleteSubscriber", expand=False)
    def delete_subscriber(self, context: RequestContext, request: Structure) -> Structure:
        subscribers = _subscribers(context, request)
        del subscribers[_place(subscribers, request["Subscriber"])]
        return {}


def _budgets(context: RequestContext, account: str) -> dict[str, Budget]:
    """An account's budgets: they are the same in all regions of the partition."""
    found: dict[str, Budget] = budgets_backends[context.account_id][context.partition].budgets[account]
    return found


def _budget(context: RequestContext, account: str, name: str) -> Budget:
    found = _budgets(context, account).get(name)
    if found is None:
        raise _missing(f"Unable to get budget: {name} - the budget doesn't exist.")
    return found


def _notification(context: RequestContext, request: Structure, member: str = "Notification") -> Notification:
    """The notification of a budget with these five properties."""
    budget = _budget(context, request["AccountId"], request["BudgetName"])
    for notification in budget.notifications:
        if _same(notification.details, request[member]):
            return notification
    raise _missing("Unable to find the notification - the notification doesn't exist.")


def _same(one: Structure, other: Structure) -> bool:
    names = ("NotificationType", "ComparisonOperator", "Threshold")
    kinds = (each.get("ThresholdType") or "PERCENTAGE" for each in (one, other))
    return len(set(kinds)) == 1 and all(one.get(name) == other.get(name) for name in names)


def _subscribers(context: RequestContext, request: Structure) -> list[Structure]:
    found: list[Structure] = _notification(context, request).subscribers
    return found


def _place(subscribers: list[Structure], wanted: Structure) -> int:
    if wanted not in subscribers:
        raise _missing("Unable to find the subscriber - the subscriber doesn't exist.")
    return subscribers.index(wanted)


def _missing(message: str) -> CommonServiceException:
    return CommonServiceException("NotFoundException", message)
