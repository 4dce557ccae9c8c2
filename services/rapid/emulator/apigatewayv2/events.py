"""Requests as a function gets them, and its answers as the caller gets them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (read 2026-11)
"""

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from localstack.http import Request, Response

from rapid.emulator.apigateway.variables import value_at

_TEXT = re.compile(r"text/.*|application/(json|xml|javascript|.+\+(json|xml))")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock(seconds: float) -> str:
    """A moment as events have it: `28/Nov/2026:14:04:36 +0000`."""
    moment = time.gmtime(seconds)
    return f"{moment.tm_mday:02d}/{_MONTHS[moment.tm_mon - 1]}/{time.strftime('%Y:%H:%M:%S +0000', moment)}"


class MalformedAnswerError(Exception):
    """A function's answer is none that HTTP APIs understand: 500."""


@dataclass(frozen=True)
class Call:
    """One request on its route. `path` begins with the stage's name, unless that is `$default`."""

    request: Request
    account: str
    api_id: str
    stage: str
    route_key: str
    path: str
    path_parameters: dict[str, str]
    stage_variables: dict[str, str]
    authorizer: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    @property
    def body(self) -> tuple[str, bool]:
        """The body, and whether it is in base64: what is not text by its content type."""
        data = self.request.get_data()
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not data or (not kind or _TEXT.fullmatch(kind)):
            try:
                return data.decode(), False
            except UnicodeDecodeError:
                pass
        return base64.b64encode(data).decode(), True

    def variable(self, name: str) -> Any:
        """A context variable, as `identity.sourceIp`.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html (read 2026-11)
        """
        request, path = self.request, self.route_key.partition(" ")[2]
        known: dict[str, Any] = {
            **self.context(),
            "authorizer": self.authorizer.get("lambda") or self.authorizer,
            "extendedRequestId": self.id,
            "httpMethod": request.method,
            "identity": {
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "path": self.path,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "requestTimeEpoch": int(time.time()),
            "resourcePath": path or self.route_key,
            "routeKey": self.route_key,
        }
        known |= {"requestTime": known["time"]}
        return value_at(known, name)

    def context(self) -> dict[str, Any]:
        """What both payload formats say of the request."""
        now = time.time()
        host = self.request.host
        return {
            "accountId": self.account,
            "apiId": self.api_id,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "requestId": self.id,
            "stage": self.stage,
            "time": clock(now),
            "timeEpoch": int(now * 1000),
        }


def version_2(call: Call) -> dict[str, Any]:
    """The event of payload format 2.0."""
    request = call.request
    body, encoded = call.body
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        if key != "cookie":
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    cookies = [each.strip() for value in request.headers.getlist("Cookie") for each in value.split(";")]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": call.route_key,
        "rawPath": call.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        "queryStringParameters": {name: ",".join(values) for name, values in request.args.lists()},
        "requestContext": {
            **call.context(),
            **({"authorizer": call.authorizer} if call.authorizer else {}),
            "http": {
                "method": request.method,
                "path": call.path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "routeKey": call.route_key,
        },
        "pathParameters": call.path_parameters,
        "stageVariables": call.stage_variables,
        "body": body,
        "isBase64Encoded": encoded,
    }
    for optional in ("queryStringParameters", "pathParameters", "stageVariables", "body"):
        if not event[optional]:
            del event[optional]
    return event


def version_1(call: Call) -> dict[str, Any]:
    """The event of payload format 1.0, which is that of REST APIs."""
    request = call.request
    body, encoded = call.body
    resource = call.route_key.partition(" ")[2] or call.route_key
    headers = dict(request.headers.items())
    return {
        "version": "1.0",
        "resource": resource,
        "path": call.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: request.headers.getlist(name) for name in headers},
        "queryStringParameters": {name: values[-1] for name, values in request.args.lists()} or None,
        "multiValueQueryStringParameters": dict(request.args.lists()) or None,
        "requestContext": {
            **call.context(),
            "authorizer": call.authorizer.get("jwt") or call.authorizer or {},
            "extendedRequestId": call.id,
            "httpMethod": request.method,
            "identity": {
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "path": call.path,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "resourceId": call.route_key,
            "resourcePath": resource,
        },
        "pathParameters": call.path_parameters or None,
        "stageVariables": call.stage_variables or None,
        "body": body or None,
        "isBase64Encoded": encoded,
    }


def response(payload: bytes, version: str, kind: str = "text/plain;charset=UTF-8") -> Response:
    """The caller's answer from what a function returned.

    Args:
        payload: what it returned.
        version: of the payload format.
        kind: the content type where the answer names none.

    Raises:
        MalformedAnswerError: the function failed, or its answer has another form.
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError as error:
        raise MalformedAnswerError from error
    whole = isinstance(answer, dict) and "statusCode" in answer
    if isinstance(answer, dict) and not whole and "errorMessage" in answer and "errorType" in answer:
        raise MalformedAnswerError
    if not whole:
        if version == "1.0":
            raise MalformedAnswerError
        body = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(body, 200, {"Content-Type": "application/json"})
    try:
        text = answer.get("body")
        body = text if isinstance(text, str) else "" if text is None else json.dumps(text)
        data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        made = Response(data, int(answer["statusCode"]))
    except (ValueError, TypeError) as error:
        raise MalformedAnswerError from error
    made.headers["Content-Type"] = kind
    for name, value in (answer.get("headers") or {}).items():
        made.headers[name] = str(value)
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        made.headers.setlist(name, [str(value) for value in values])
    for cookie in answer.get("cookies") or ():
        made.headers.add("Set-Cookie", cookie)
    return made
