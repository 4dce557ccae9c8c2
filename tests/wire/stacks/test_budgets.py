"""Budgets of templates and by the API: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rapid.core.config import Config
from tests.wire.stacks.test_outcomes import events, name, template, wait
from tests.wire.stacks.test_types import delete

__all__ = ["name"]  # the fixture

Aws = Callable[[str], Any]


def test_a_budget(aws: Aws, emulator: Config, name: str) -> None:
    cloudformation, budgets = aws("cloudformation"), aws("budgets")
    spent = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
    mail = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}
    budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    period = {"Start": "2026-11-01_00:00", "End": "06/15/87 00:00 UTC"}

    def body(amount: str) -> str:
        described = {**budget, "TimePeriod": period, "BudgetLimit": {"Amount": amount, "Unit": "USD"}}
        told = [{"Notification": spent, "Subscribers": [mail]}]
        properties = {"Budget": described, "NotificationsWithSubscribers": told}
        return template(B={"Type": "AWS::Budgets::Budget", "Properties": properties})

    def found() -> dict[str, Any]:
        return dict(budgets.describe_budget(AccountId=emulator.account, BudgetName=name)["Budget"])

    cloudformation.create_stack(StackName=name, TemplateBody=body("100"))
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    assert (found()["BudgetLimit"]["Amount"], found()["TimePeriod"]["Start"]) == (
        "100",
        datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert found()["CalculatedSpend"]["ActualSpend"] == {"Amount": "0", "Unit": "USD"}
    asked = {"AccountId": emulator.account, "BudgetName": name}
    [notification] = budgets.describe_notifications_for_budget(**asked)["Notifications"]
    assert notification == spent
    cloudformation.update_stack(StackName=name, TemplateBody=body("200"))
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    assert found()["BudgetLimit"]["Amount"] == "200"
    other = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-1:000000000000:t"}
    budgets.create_subscriber(**asked, Notification=spent, Subscriber=other)
    with pytest.raises(budgets.exceptions.DuplicateRecordException):
        budgets.create_subscriber(**asked, Notification=spent, Subscriber=other)
    budgets.update_subscriber(
        **asked, Notification=spent, OldSubscriber=mail, NewSubscriber={**mail, "Address": "b@c.d"}
    )
    budgets.delete_subscriber(**asked, Notification=spent, Subscriber=other)
    budgets.update_notification(**asked, OldNotification=spent, NewNotification={**spent, "Threshold": 90})
    told = budgets.describe_subscribers_for_notification(**asked, Notification={**spent, "Threshold": 90})
    assert told["Subscribers"] == [{**mail, "Address": "b@c.d"}]
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.describe_subscribers_for_notification(**asked, Notification=spent)
    delete(aws, name)
    with pytest.raises(budgets.exceptions.NotFoundException):
        found()
