"""CORS, which HTTP APIs answer by themselves.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html (read 2026-11)
"""

import fnmatch
from collections.abc import Mapping
from typing import Any

from localstack.http import Request, Response


def preflight(settings: Mapping[str, Any], request: Request) -> Response | None:
    """The answer to a preflight request; None for any other."""
    asked = request.headers.get("Access-Control-Request-Method")
    if request.method != "OPTIONS" or not asked or "Origin" not in request.headers:
        return None
    answer = Response(status=204)
    if allow(settings, request, answer):
        for setting, header in (("allowMethods", "Methods"), ("allowHeaders", "Headers")):
            if values := settings.get(setting):
                answer.headers[f"Access-Control-Allow-{header}"] = ",".join(values)
        if "maxAge" in settings:
            answer.headers["Access-Control-Max-Age"] = str(settings["maxAge"])
    return answer


def allow(settings: Mapping[str, Any], request: Request, answer: Response) -> bool:
    """Adds the headers of an answer to a request from a browser; they replace those of the integration."""
    for name in [name for name, _ in list(answer.headers) if name.lower().startswith("access-control-")]:
        del answer.headers[name]
    origin = request.headers.get("Origin")
    allowed = settings.get("allowOrigins") or []
    if not origin or not any(fnmatch.fnmatchcase(origin, pattern) for pattern in allowed):
        return False
    answer.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
    if settings.get("allowCredentials"):
        answer.headers["Access-Control-Allow-Credentials"] = "true"
    if exposed := settings.get("exposeHeaders"):
        answer.headers["Access-Control-Expose-Headers"] = ",".join(exposed)
    return True
