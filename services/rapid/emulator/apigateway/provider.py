"""LocalStack's API Gateway provider on our gateway, with the usage operations that it lacks."""

from datetime import date, timedelta
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.apigateway import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    Resource,
    Stages,
    Usage,
)
from localstack.http import Request, Response
from localstack.services.apigateway.helpers import get_moto_rest_api
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint, ApiGatewayRouter
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.edge import ROUTER
from localstack.state import StateVisitor
from moto.apigateway.models import UsagePlan, apigateway_backends

from rapid.emulator.apigateway import domains, openapi, velocity
from rapid.emulator.apigateway.gateway import Gateway
from rapid.emulator.apigateway.models import UsageStore, usage_stores
from rapid.emulator.apigateway.quotas import Quota, remaining
from rapid.emulator.apigateway.usage import today
from rapid.emulator.apigatewayv2.endpoint import answer, find_api
from rapid.emulator.apigatewayv2.websocket import endpoint as websocket

_LONGEST_DAYS = 90


class Endpoint(ApiGatewayEndpoint):
    """LocalStack's, which knows the addresses of all kinds of API, and how to answer for REST APIs alone."""

    def __call__(self, request: Request, **kwargs: Any) -> Response:
        http_api = find_api(kwargs.get("api_id", "").lower())
        if http_api is None:
            answered: Response = super().__call__(request, **kwargs)
            return answered
        inside = f"{ApiGatewayRouter.EXECUTE_API_INTERNAL_PATH}/{kwargs['api_id']}"
        answered_by = websocket.answer if http_api[2].protocol_type == "WEBSOCKET" else answer
        return answered_by(http_api, request, request.path.removeprefix(inside) or "/")


def create_provider() -> "ApiGatewayProvider":
    domains.install(ROUTER)
    openapi.install()
    velocity.install()
    endpoint = Endpoint(rest_gateway=Gateway(), store=apigateway_stores)
    return ApiGatewayProvider(router=Addresses(ROUTER, handler=endpoint))


class Addresses(ApiGatewayRouter):
    """LocalStack's, with the address of an API as `ApiEndpoint` gives it: without a slash, as `curl` would add one."""

    def register_routes(self) -> None:
        super().register_routes()
        path = f"{self.EXECUTE_API_INTERNAL_PATH}/<api_id>"
        self.registered_rules.append(
            self.router.add(path=path, endpoint=self.handler, defaults={"path": "", "stage": None})
        )


class ApiGatewayProvider(ApigatewayNextGenProvider):
    """Adds GetUsage and UpdateUsage, and the counters to the state that is saved; lists stages by deployment."""

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        super().accept_state_visitor(visitor)
        visitor.visit(usage_stores)

    def get_stages(
        self, context: RequestContext, rest_api_id: str, deployment_id: str | None = None, **rest: Any
    ) -> Stages:
        """The stages of one deployment, where one is named: else its stacks would delete them all."""
        stages: Stages = super().get_stages(context, rest_api_id, deployment_id, **rest)
        if deployment_id:
            stages["item"] = [stage for stage in stages["item"] if stage["deploymentId"] == deployment_id]
        return stages

    def create_resource(
        self, context: RequestContext, rest_api_id: str, parent_id: str, path_part: str, **rest: Any
    ) -> Resource:
        """Makes a resource, unless its parent has one of that name."""
        siblings = get_moto_rest_api(context, rest_api_id).resources.values()
        if any((one.parent_id, one.path_part) == (parent_id, path_part) for one in siblings):
            raise ConflictException(f"Another resource with the same parent already has this name: {path_part}")
        return super().create_resource(context, rest_api_id, parent_id, path_part, **rest)

    @handler("GetUsage", expand=False)
    def get_usage(self, context: RequestContext, request: dict[str, Any]) -> Usage:
        """Per day, what was used and what was left: https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html."""
        plan = _plan(context, request["usagePlanId"])
        days = _days(request["startDate"], request["endDate"])
        store = usage_stores[context.account_id][context.region]
        wanted = request.get("keyId")
        items = {
            key: [[used.get(day.isoformat(), 0), _left(store, plan, key, day)] for day in days]
            for (plan_id, key), used in sorted(store.used.items())
            if plan_id == plan.id and wanted in (None, key)
        }
        return Usage(usagePlanId=plan.id, startDate=request["startDate"], endDate=request["endDate"], items=items)

    @handler("UpdateUsage", expand=False)
    def update_usage(self, context: RequestContext, request: dict[str, Any]) -> Usage:
        """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateUsage.html: sets what a key has left today."""
        plan, key = _plan(context, request["usagePlanId"]), request["keyId"]
        store, day, quota = usage_stores[context.account_id][context.region], today(), Quota.of(plan.quota)
        for change in request.get("patchOperations") or ():
            if (change["op"], change["path"]) != ("replace", "/remaining") or quota is None:
                raise BadRequestException("Invalid patch path. Only /remaining of a plan with a quota can be replaced.")
            period = (plan.id, key, quota.start(day).isoformat())
            store.used.setdefault((plan.id, key), {})
            store.granted[period] = (
                store.granted.get(period, 0) + int(change["value"]) - (_left(store, plan, key, day) or 0)
            )
        iso = day.isoformat()
        return self.get_usage(context, {"usagePlanId": plan.id, "keyId": key, "startDate": iso, "endDate": iso})


def _plan(context: RequestContext, plan_id: str) -> UsagePlan:
    plan = apigateway_backends[context.account_id][context.region].usage_plans.get(plan_id)
    if plan is None:
        raise NotFoundException("Invalid Usage Plan ID specified")
    return plan


def _days(start: str, end: str) -> list[date]:
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError as error:
        raise BadRequestException("Usage dates must be of the form YYYY-MM-DD") from error
    if last < first or (last - first).days > _LONGEST_DAYS:
        raise BadRequestException(f"The end date must be within {_LONGEST_DAYS} days after the start date")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _left(store: UsageStore, plan: UsagePlan, key: str, day: date) -> int:
    """What a key had left of its quota at the end of a day; plans without a quota have nothing to tell."""
    quota = Quota.of(plan.quota)
    if quota is None:
        return 0
    granted = store.granted.get((plan.id, key, quota.start(day).isoformat()), 0)
    return remaining(quota, store.used.get((plan.id, key), {}), day, granted)
