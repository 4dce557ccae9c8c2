"""API keys, usage plans and throttling of an invocation.

A method that requires an API key answers 403 without a valid one. A key's usage plan limits its requests (429): by a
token bucket per key, for the plan and for each method that the plan names, and by a quota. The stage's method settings
throttle all callers together.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html (read 2026-11).
"""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler, RestApiGatewayHandlerChain
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    InvalidAPIKeyError,
    QuotaExceededError,
    ThrottledError,
)
from moto.apigateway.models import APIGatewayBackend, ApiKey, UsagePlan, apigateway_backends

from rapid.emulator.apigateway.buckets import Buckets, Limit
from rapid.emulator.apigateway.models import UsageStore, usage_stores
from rapid.emulator.apigateway.quotas import Quota, remaining
from rapid.emulator.state import mark_dirty

Settings = Mapping[str, Any]


def today() -> date:
    """Quota periods follow UTC days."""
    return datetime.now(UTC).date()


class UsageHandler(RestApiGatewayHandler):
    """Checks the API key, then the quota, then the throttles; counts what passes."""

    def __init__(self, buckets: Buckets | None = None) -> None:
        self._buckets = buckets or Buckets()
        self._counting = threading.Lock()

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        if context.resource_method.get("apiKeyRequired"):
            self._require_key(context)
        self._throttle_stage(context)

    def _require_key(self, context: RestApiInvocationContext) -> None:
        identity = context.context_variables["identity"]
        from_authorizer = context.deployment.rest_api.rest_api.get("apiKeySource") == "AUTHORIZER"
        value = identity.get("apiKey") if from_authorizer else context.invocation_request["headers"].get("X-API-Key")
        backend = apigateway_backends[context.account_id][context.region]
        found = find_key(backend, context.api_id, context.stage, value) if value else None
        if found is None:
            raise InvalidAPIKeyError("Forbidden")
        plan, key = found
        identity["apiKey"], identity["apiKeyId"] = key.value, key.id
        self._throttle_key(context, plan, key)
        self._count(usage_stores[context.account_id][context.region], plan, key)

    def _throttle_key(self, context: RestApiInvocationContext, plan: UsagePlan, key: ApiKey) -> None:
        method = f"{context.resource['path']}/{context.request.method}"
        for stage in plan.api_stages:
            if stage.get("apiId") == context.api_id and stage.get("stage") == context.stage:
                of_method = _limit((stage.get("throttle") or {}).get(method))
                limit = of_method or _limit(plan.throttle)
                bucket = (plan.id, key.id, method if of_method else None)
                if limit and not self._buckets.take(bucket, limit):
                    raise ThrottledError("Too Many Requests")

    def _count(self, store: UsageStore, plan: UsagePlan, key: ApiKey) -> None:
        day, quota = today(), Quota.of(plan.quota)
        with self._counting:
            used = store.used.setdefault((plan.id, key.id), {})
            if quota:
                granted = store.granted.get((plan.id, key.id, quota.start(day).isoformat()), 0)
                if remaining(quota, used, day, granted) < 1:
                    raise QuotaExceededError("Limit Exceeded")
            used[day.isoformat()] = used.get(day.isoformat(), 0) + 1
        mark_dirty("apigateway")

    def _throttle_stage(self, context: RestApiInvocationContext) -> None:
        settings = context.stage_configuration.get("methodSettings") or {}
        for name in _setting_names(context.resource["path"], context.request.method):
            limit = _limit(settings.get(name), "throttlingRateLimit", "throttlingBurstLimit")
            if limit:
                bucket = (context.api_id, context.stage, None if name == "*/*" else name)
                if not self._buckets.take(bucket, limit):
                    raise ThrottledError("Too Many Requests")
                return


def find_key(backend: APIGatewayBackend, api_id: str, stage: str, value: str) -> tuple[UsagePlan, ApiKey] | None:
    """The enabled key of this value, with the usage plan that admits it to the stage."""
    for plan in list(backend.usage_plans.values()):
        if any(s.get("apiId") == api_id and s.get("stage") == stage for s in plan.api_stages):
            for plan_key in list(backend.usage_plan_keys.get(plan.id, {}).values()):
                key = backend.keys.get(plan_key.id)
                if plan_key.value == value and key is not None:
                    return (plan, key) if key.enabled else None
    return None


def _limit(settings: Settings | None, rate: str = "rateLimit", burst: str = "burstLimit") -> Limit | None:
    """A limit from settings; None where there is none (both absent, or negative, which means unlimited)."""
    per_second, at_once = (settings or {}).get(rate), (settings or {}).get(burst)
    if per_second is None and at_once is None:
        return None
    tokens = float(per_second) if per_second is not None else float(at_once or 0)
    limit = Limit(tokens, int(at_once) if at_once is not None else max(1, int(tokens)))
    return None if limit.rate < 0 or limit.burst < 0 else limit


def _setting_names(path: str, method: str) -> Iterator[str]:
    """The keys under which a stage may hold a method's settings, closest first: `~1` stands for `/` (JSON pointers)."""
    plain = path.lstrip("/")
    for name in (path.replace("/", "~1"), plain.replace("/", "~1"), plain, path):
        yield f"{name}/{method}"
    yield "*/*"
