"""What Glue has and this emulator has not: refused in one sentence, except where an empty answer is the truth.

Nothing of these kinds can be made here, so lists of them are empty and none can be found by name.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext

from rapid.emulator.glue.errors import EntityNotFoundException, OperationNotSupportedException

EMPTY: dict[str, dict[str, list[object]]] = {
    "ListBlueprints": {"Blueprints": []},
    "ListDevEndpoints": {"DevEndpointNames": []},
    "GetDevEndpoints": {"DevEndpoints": []},
    "DescribeIntegrations": {"Integrations": []},
    "DescribeInboundIntegrations": {"InboundIntegrations": []},
    "ListIntegrationResourceProperties": {"IntegrationResourcePropertyList": []},
    "ListMaterializedViewRefreshTaskRuns": {"MaterializedViewRefreshTaskRuns": []},
}
ABSENT = {
    "GetBlueprint": ("Blueprint", "Name"),
    "DeleteBlueprint": ("Blueprint", "Name"),
    "UpdateBlueprint": ("Blueprint", "Name"),
    "StartBlueprintRun": ("Blueprint", "BlueprintName"),
    "GetBlueprintRun": ("Blueprint", "BlueprintName"),
    "GetBlueprintRuns": ("Blueprint", "BlueprintName"),
    "GetDevEndpoint": ("DevEndpoint", "EndpointName"),
    "DeleteDevEndpoint": ("DevEndpoint", "EndpointName"),
    "UpdateDevEndpoint": ("DevEndpoint", "EndpointName"),
    "DeleteCatalog": ("Catalog", "CatalogId"),
    "UpdateCatalog": ("Catalog", "CatalogId"),
    "GetMLTaskRun": ("Task run", "TaskRunId"),
    "CancelMLTaskRun": ("Task run", "TaskRunId"),
    "DeleteIntegration": ("Integration", "IntegrationIdentifier"),
    "ModifyIntegration": ("Integration", "IntegrationIdentifier"),
    "GetIntegrationResourceProperty": ("Resource property", "ResourceArn"),
    "UpdateIntegrationResourceProperty": ("Resource property", "ResourceArn"),
    "DeleteIntegrationResourceProperty": ("Resource property", "ResourceArn"),
    "GetIntegrationTableProperties": ("Table properties", "TableName"),
    "UpdateIntegrationTableProperties": ("Table properties", "TableName"),
    "DeleteIntegrationTableProperties": ("Table properties", "TableName"),
    "GetMaterializedViewRefreshTaskRun": ("Refresh task run", "MaterializedViewRefreshTaskRunId"),
}
"""Operation to the kind of thing that it is about and the member that names it."""
MISSING = {"BatchGetBlueprints": ("Blueprints", "Names"), "BatchGetDevEndpoints": ("DevEndpoints", "DevEndpointNames")}

Handler = Callable[[RequestContext, Any], Any]


def refuse(context: RequestContext, _request: Any) -> Any:
    """Answers an operation that does not work here.

    Raises:
        OperationNotSupportedException: always.
    """
    assert context.operation  # noqa: S101 - a handler is called for an operation
    raise OperationNotSupportedException(f"{context.operation.name} is not supported by Rapid Analytics.")


def handlers() -> dict[str, Handler]:
    """Handlers of all operations that are about things that cannot exist here."""
    table: dict[str, Handler] = {name: _empty(answer) for name, answer in EMPTY.items()}
    table |= {name: _absent(*about) for name, about in ABSENT.items()}
    return table | {name: _missing(*about) for name, about in MISSING.items()}


def _empty(answer: dict[str, list[object]]) -> Handler:
    return lambda _context, _request: dict(answer)


def _absent(kind: str, member: str) -> Handler:
    def answer(_context: RequestContext, request: Any) -> Any:
        raise EntityNotFoundException(f"{kind} {request.get(member)} not found.")

    return answer


def _missing(kind: str, member: str) -> Handler:
    named = f"Missing{kind}" if kind == "Blueprints" else f"{kind}NotFound"
    return lambda _context, request: {kind: [], named: request[member]}
