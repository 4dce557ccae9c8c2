"""CloudFormation types of Budgets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Budgets.html (read 2026-11)
"""

from datetime import UTC, datetime

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin

_FORMS = ("%m/%d/%y %H:%M UTC", "%Y-%m-%d_%H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")


def _described(p: Model) -> Model:
    """The budget as the API takes it: a number of seconds, or a text, is a time."""
    budget = dict(p["Budget"])
    if period := budget.get("TimePeriod"):
        budget["TimePeriod"] = {name: _time(value) for name, value in period.items()}
    return budget


def _time(value: object) -> object:
    text = str(value)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return value


def _named(p: Model) -> Model:
    return {"BudgetName": p["Ref"]}


Budget = plugin(
    ResourceType(
        "AWS::Budgets::Budget",
        "budgets",
        identifier="Budget.BudgetName",
        create=Call("CreateBudget", lambda p: {**p, "Budget": _described(p)}),
        read=Call("DescribeBudget", _named),
        update=Call("UpdateBudget", lambda p: {"NewBudget": _described(p)}),
        delete=Call("DeleteBudget", _named),
    )
)
