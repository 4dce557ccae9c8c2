"""The operations that Moto lacks and stacks need, and those that Moto would pretend."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from moto.codedeploy.models import CodeDeployBackend, codedeploy_backends

from rapid.emulator.moto import not_supported
from rapid.emulator.moto_services import MotoProvider


class CodeDeployProvider(MotoProvider):
    """Applications and deployment groups.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/ (read 2026-11)
    """

    def __init__(self) -> None:
        super().__init__("codedeploy", "moto.codedeploy.models")

    @handler("CreateDeployment", expand=False)
    def create_deployment(self, context: RequestContext, _request: dict[str, Any]) -> None:
        """Refused: Moto's deployments succeed without having deployed anything."""
        raise not_supported(context)

    @handler("UpdateDeploymentGroup", expand=False)
    def update_deployment_group(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Changes what is given."""
        backend = _backend(context)
        group = backend.get_deployment_group(request["applicationName"], request["currentDeploymentGroupName"])
        names = {
            "deploymentConfigName": "deployment_config_name",
            "serviceRoleArn": "service_role_arn",
            "deploymentStyle": "deployment_style",
            "autoRollbackConfiguration": "auto_rollback_configuration",
            "triggerConfigurations": "trigger_configurations",
        }
        unknown = request.keys() - names.keys() - {"applicationName", "currentDeploymentGroupName"}
        if unknown:
            told = f"Rapid Analytics does not support a change of {', '.join(sorted(unknown))}."
            raise CommonServiceException("NotImplementedException", told, 501)
        for name in names.keys() & request.keys():
            setattr(group, names[name], request[name])
        return {"hooksNotCleanedUp": []}

    @handler("DeleteDeploymentGroup", expand=False)
    def delete_deployment_group(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        groups = _backend(context).deployment_groups.get(request["applicationName"], {})
        groups.pop(request["deploymentGroupName"], None)
        return {"hooksNotCleanedUp": []}

    @handler("DeleteApplication", expand=False)
    def delete_application(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Deletes an application with its groups."""
        backend, name = _backend(context), request["applicationName"]
        backend.applications.pop(name, None)
        backend.deployment_groups.pop(name, None)


def _backend(context: RequestContext) -> CodeDeployBackend:
    backend: CodeDeployBackend = codedeploy_backends[context.account_id][context.region]
    return backend
