"""Custom domain names: which API a request is for, by its Host header and the first parts of its path.

https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html (read 2026-11): the longest mapping
wins; a domain without one for a path answers 403. The path that functions see keeps the mapping's part, as on AWS.
"""

import ipaddress
from collections.abc import Iterator
from typing import Any

from localstack.aws.handlers import cors as edge_cors
from localstack.http import Request, Response, Router
from localstack.services.apigateway.models import apigateway_stores
from moto.apigatewayv2.models import apigatewayv2_backends

from rapid.emulator.apigateway.variables import ASKED_PATH
from rapid.emulator.apigatewayv2.endpoint import message
from rapid.emulator.apigatewayv2.routes import DEFAULT

_INSIDE = "/_aws/execute-api"


def install(router: Router[Any]) -> None:
    """Has a router send requests for custom domains on to their APIs."""
    dispatch = router.dispatch

    def to_api(request: Request) -> Response:
        mappings = _mappings(request.host) if is_name(request.host) else None
        if mappings is not None and not _sent_on(request, mappings):
            return message(403, "Forbidden")
        answered: Response = dispatch(request)
        return answered

    router.dispatch = to_api
    owned = edge_cors.is_execute_api_call
    edge_cors.is_execute_api_call = lambda context: owned(context) or _is_custom(context.request)


def is_name(host: str) -> bool:
    """Whether a Host header is a name, which may be a custom domain's; an address is none."""
    name = host.rpartition(":")[0] or host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name != "localhost"
    return False


def _is_custom(request: Request) -> bool:
    return is_name(request.host) and _mappings(request.host) is not None


def _mappings(host: str) -> dict[str, tuple[str, str | None]] | None:
    """(API, stage) by the first parts of the path, without slashes around; None if it is nobody's domain."""
    name = host.partition(":")[0].lower()
    names = (name, f"*.{name.partition('.')[2]}")
    found = [dict(_rest(one)) | dict(_http(one)) for one in names if one in set(_known())]
    return found[0] if found else None


def _known() -> Iterator[str]:
    for _account, _region, store in apigateway_stores.iter_stores():
        yield from store.domain_names
    for _account, _region, backend in apigatewayv2_backends.iter_backends():
        yield from backend.domain_names


def _rest(name: str) -> Iterator[tuple[str, tuple[str, str | None]]]:
    for _account, _region, store in apigateway_stores.iter_stores():
        for mapping in store.base_path_mappings.get(name) or ():
            base = "" if mapping["basePath"] == "(none)" else mapping["basePath"].strip("/")
            yield base, (mapping["restApiId"], mapping.get("stage"))


def _http(name: str) -> Iterator[tuple[str, tuple[str, str | None]]]:
    for _account, _region, backend in apigatewayv2_backends.iter_backends():
        for mapping in list(backend.api_mappings.values()):
            if mapping.domain_name == name:
                yield mapping.api_mapping_key or "", (mapping.api_id, mapping.stage)


def _sent_on(request: Request, mappings: dict[str, tuple[str, str | None]]) -> bool:
    """Gives a request the address of its API, in this emulator. Returns: whether it has one."""
    raw, mark, query = str(request.environ.get("RAW_URI") or request.path).partition("?")
    path = f"/{raw.lstrip('/')}"
    fitting = [base for base in mappings if not base or path == f"/{base}" or path.startswith(f"/{base}/")]
    if not fitting:
        return False
    base = max(fitting, key=len)
    api, stage = mappings[base]
    rest = path.removeprefix(f"/{base}") if base else path
    if stage is None:  # the caller names it, in the next part of the path
        stage, _, rest = rest.lstrip("/").partition("/")
        rest = f"/{rest}"
    inner = f"{_INSIDE}/{api}{'' if stage == DEFAULT else f'/{stage}'}{rest or '/'}"
    request.environ[ASKED_PATH] = path
    request.environ["RAW_URI"] = f"{inner}{mark}{query}"
    request.environ["PATH_INFO"] = inner
    request.path = inner
    return True
