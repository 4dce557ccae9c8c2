"""Usage of API keys under usage plans, counted per UTC day."""

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

Day = str
"""A UTC date as 2026-11-22."""


class UsageStore(BaseStore):
    """Counters of one account and region."""

    used: dict[tuple[str, str], dict[Day, int]] = LocalAttribute(default=dict)
    """(usage plan id, API key id) → requests per day."""

    granted: dict[tuple[str, str, Day], int] = LocalAttribute(default=dict)
    """(usage plan id, API key id, first day of the period) → requests added to the quota by UpdateUsage."""


usage_stores: AccountRegionBundle = AccountRegionBundle("apigateway", UsageStore)
