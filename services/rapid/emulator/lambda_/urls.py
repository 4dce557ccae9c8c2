"""Function URLs that resolve offline: `http://127.0.0.1:4566/_aws/lambda-url/us-east-1/<id>/`.

AWS's are host names of their own (`<id>.lambda-url.<region>.on.aws`). LocalStack's under `127.0.0.1` have no name
server; a call with that name in its Host header keeps working.
"""

from typing import Any

from localstack import config
from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.lambda_models import FunctionUrlConfig
from localstack.services.lambda_.urlrouter import FunctionUrlRouter

_PREFIX = "/_aws/lambda-url"


def install(router: FunctionUrlRouter) -> None:
    """Routes the URLs to LocalStack's own handler and has the API answer them."""

    def handle(request: Request, region: str, url_id: str, path: str = "") -> Response:
        request.path = f"/{path}"  # what the function gets as rawPath
        return router.handle_lambda_url_invocation(request, url_id, region)

    for rule in ("/", "/<path:path>"):
        ROUTER.add(f"{_PREFIX}/<region>/<url_id>{rule}", handle)
    describe = api_utils.map_function_url_config

    def with_path(model: FunctionUrlConfig) -> Any:
        region = model.function_arn.split(":")[3]
        return {
            **describe(model),
            "FunctionUrl": f"{config.external_service_url()}{_PREFIX}/{region}/{model.url_id}/",
        }

    api_utils.map_function_url_config = with_path
