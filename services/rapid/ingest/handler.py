"""The ingest function: a POST to an endpoint of endpoints.yaml, through API Gateway's Lambda proxy integration.

Answers, all JSON with `request_id`:
    202  at least one record accepted: received, accepted, rejected_count, rejected [{index, reason}]
    400  nothing accepted: the same members; or the body cannot be read: message, position, line, column
    404, 405, 413, 415  no such endpoint; wrong method; too large; not a format of the endpoint
    422  the Idempotency-Key was used before with another body
    503  S3 did not take the records; nothing was accepted; Retry-After says when to send them again

Every accepted record is in S3 before the answer leaves. Every refused one is in quarantine/ with its reason, so
sent = accepted + refused can be counted from the bucket too. Event and answer as in
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html (read 2026-11).
"""

import base64
import json
import logging
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rapid.ingest import body, check, endpoints, store

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)
LISTED = 1000
"""Refused records named in one answer; all of them are counted and in quarantine/. Lambda answers 6 MB at most."""
MAX_KEY = 256
Answer = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What the function needs of a proxy event. Header names are lower case."""

    id: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@cache
def _s3() -> Any:
    # A caller waits 29 seconds at most: few retries, short time-outs.
    retries = {"max_attempts": 3, "mode": "standard"}
    return boto3.client("s3", config=Config(connect_timeout=2, read_timeout=6, retries=retries))


def _request(event: dict[str, Any]) -> Request:
    text = event.get("body") or ""
    return Request(
        id=event["requestContext"]["requestId"],
        method=event["httpMethod"],
        path=event["resource"],
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(),
    )


def _answer(request_id: str, status: int, members: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "body": json.dumps({"request_id": request_id, **members}),
        "isBase64Encoded": False,
    }


def _sort(
    endpoint: endpoints.Endpoint, found: list[Any]
) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str, Any]]]:
    """Splits records into accepted (index, record) and refused (index, reason, record or text)."""
    accepted, refused = [], []
    for index, record in enumerate(found):
        if isinstance(record, body.Unreadable):
            refused.append((index, record.reason, record.text))
        elif reason := check.fault(endpoint, record):
            refused.append((index, reason, record))
        else:
            accepted.append((index, record))
    return accepted, refused


def _take(endpoint: endpoints.Endpoint, request: Request, batch: store.Batch) -> Answer:
    bucket, s3 = os.environ["DATA_BUCKET"], _s3()
    headers = request.headers
    try:
        found = body.records(
            endpoint, request.body, headers.get("content-type", ""), headers.get("content-encoding", "")
        )
    except body.BodyError as error:
        if error.status == 400:  # 413 and 415 are about how it was sent; the sender has it and can send it rightly
            text = request.body.decode("utf-8", "backslashreplace")
            store.put_refused(s3, bucket, batch, [(0, error.message, text)])
        return _answer(request.id, error.status, {"message": error.message, **error.details})
    accepted, refused = _sort(endpoint, found)
    # Refused first: the object under raw/ starts the pipeline, and once it is there the request has succeeded.
    if refused:
        store.put_refused(s3, bucket, batch, refused)
    if accepted:
        store.put_accepted(s3, bucket, batch, accepted)
    return _answer(
        request.id,
        202 if accepted else 400,
        {
            "dataset": endpoint.dataset,
            "received": len(found),
            "accepted": len(accepted),
            "rejected_count": len(refused),
            "rejected": [{"index": index, "reason": reason} for index, reason, _ in refused[:LISTED]],
        },
    )


def respond(request: Request) -> Answer:
    """Answers one request."""
    endpoint = endpoints.load().get(request.path)
    if endpoint is None:
        known = ", ".join(sorted(endpoints.load()))
        return _answer(request.id, 404, {"message": f"No endpoint {request.path}. There are: {known}."})
    if request.method != endpoint.method:
        message = f"{endpoint.path} takes {endpoint.method}, not {request.method}."
        return _answer(request.id, 405, {"message": message}, {"Allow": endpoint.method})
    key = request.headers.get("idempotency-key", "")
    if len(key) > MAX_KEY:
        return _answer(request.id, 400, {"message": f"Idempotency-Key has more than {MAX_KEY} characters."})
    batch = store.batch(endpoint.dataset, request.id, key, datetime.now(UTC), request.body)
    try:
        return _take(endpoint, request, batch)
    except store.KeyReusedError:
        return _answer(request.id, 422, {"message": "This Idempotency-Key was used before with another body."})
    except (ClientError, BotoCoreError) as error:
        LOG.error(json.dumps({"request_id": request.id, "dataset": endpoint.dataset, "s3_error": str(error)}))
        message = "The records could not be stored; none was accepted. Send them again."
        return _answer(request.id, 503, {"message": message}, {"Retry-After": "2"})


def handle(event: dict[str, Any], _context: Any) -> Answer:
    """Lambda's entry point."""
    started = time.perf_counter()
    request = _request(event)
    answer = respond(request)
    members = json.loads(answer["body"])
    line = {
        "request_id": request.id,
        "path": request.path,
        "status": answer["statusCode"],
        "bytes": len(request.body),
        "ms": round((time.perf_counter() - started) * 1000, 1),
        **{name: members[name] for name in ("received", "accepted", "rejected_count", "message") if name in members},
    }
    LOG.info(json.dumps(line))
    return answer
