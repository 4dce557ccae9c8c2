"""The operations on user pools that Moto lacks and stacks need."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from moto.cognitoidp.models import cognitoidp_backends

from rapid.emulator.moto_services import MotoProvider


class UserPoolProvider(MotoProvider):
    """Cognito user pools."""

    def __init__(self) -> None:
        super().__init__("cognito-idp", "moto.cognitoidp.models")

    @handler("DeleteResourceServer", expand=False)
    def delete_resource_server(self, context: RequestContext, request: dict[str, Any]) -> None:
        """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteResourceServer.html"""
        pool = cognitoidp_backends[context.account_id][context.region].describe_user_pool(request["UserPoolId"])
        if pool.resource_servers.pop(request["Identifier"], None) is None:
            raise CommonServiceException("ResourceNotFoundException", "Resource server does not exist.")
