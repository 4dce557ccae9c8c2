"""A small Lambda function through boto3: cold, warm, and eight clients at once."""

import io
import json
import zipfile
from collections.abc import Iterator

from bench.harness import Figure, Instance, latency, load, seconds

CODE = "def handler(event, context):\n    return {'n': event['n'] + 1}\n"


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app.py", CODE)
    return out.getvalue()


def measure(instance: Instance) -> Iterator[Figure]:
    client = instance.client("lambda")
    client.create_function(
        FunctionName="bench",
        Runtime="python3.11",
        Role=f"arn:aws:iam::{instance.config.account}:role/bench",
        Handler="app.handler",
        Code={"ZipFile": _archive()},
        MemorySize=256,
    )
    client.get_waiter("function_active_v2").wait(FunctionName="bench", WaiterConfig={"Delay": 1})

    def invoke() -> None:
        reply = client.invoke(FunctionName="bench", Payload=json.dumps({"n": 1}))
        if json.load(reply["Payload"]) != {"n": 2}:
            raise AssertionError("the function did not answer")

    yield Figure("Lambda, cold invoke", seconds(invoke) * 1000, "ms")
    load(invoke, 1, 10)
    yield from latency("Lambda warm, 1 client", *load(invoke, 1, 200))
    load(invoke, 8, 32)
    yield from latency("Lambda warm, 8 clients", *load(invoke, 8, 400))
