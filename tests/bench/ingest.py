"""One record through API Gateway and the ingest function into S3, by 1 and by 8 clients."""

import json
import uuid
from collections.abc import Iterator

import requests

from bench.harness import Figure, Instance, latency, load
from rapid.core.aws import local_api_url


def measure(instance: Instance) -> Iterator[Figure]:
    stack = instance.stack
    url = local_api_url(instance.config, stack["ApiUrl"]) + "/ingest/service_health"
    key = instance.client("apigateway").get_api_key(apiKey=stack["ApiKeyId"], includeValue=True)["value"]
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))

    def post() -> None:
        record = {
            "service": "checkout",
            "instance": uuid.uuid4().hex,
            "checked_at": "2026-01-01T00:00:00Z",
            "status": "up",
            "latency_ms": 12.5,
        }
        reply = session.post(
            url, data=json.dumps(record), headers={"x-api-key": key, "content-type": "application/json"}
        )
        if reply.status_code >= 300:
            raise AssertionError(f"{reply.status_code}: {reply.text}")

    load(post, 1, 10)
    yield from latency("API to S3, 1 client", *load(post, 1, 150))
    load(post, 8, 32)
    yield from latency("API to S3, 8 clients", *load(post, 8, 300))
