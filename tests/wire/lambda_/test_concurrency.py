"""Reserved and provisioned concurrency: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html"""

import threading
import time
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.waiting import until

ONE = "def handler(e, c):\n    print('begun')\n    if 'gate' in e: hold(e['gate'])\n    return 1"


@pytest.fixture
def once(emulator: Any) -> Any:
    """A Lambda client that does not retry what is throttled."""
    return boto3.client(
        "lambda", endpoint_url=emulator.emulator_url, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


def test_reserved_concurrency_throttles(functions: Any, gate: Any, aws: Any, once: Any) -> None:
    name = functions.create(gate.source + ONE, Timeout=300)
    aws("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    running = threading.Thread(target=functions.invoke, args=(name, {"gate": gate.name}))
    running.start()
    until(lambda: "begun\n" in functions.events(name))
    with pytest.raises(ClientError, match="TooManyRequestsException") as caught:
        once.invoke(FunctionName=name, Payload=b"{}")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    gate.open()
    running.join()
    assert functions.invoke(name).payload == 1


def test_zero_reserved_concurrency_stops_a_function(functions: Any, aws: Any, once: Any) -> None:
    name = functions.create(ONE)
    aws("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        once.invoke(FunctionName=name, Payload=b"{}")


def test_provisioned_environments_are_initialised_beforehand(functions: Any, aws: Any) -> None:
    name = functions.create(
        "import os, time\nborn = time.time()\ndef handler(e, c):\n"
        "    return [os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'], born]"
    )
    client = aws("lambda")
    version = client.publish_version(FunctionName=name)["Version"]
    client.put_provisioned_concurrency_config(FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=2)

    def status() -> str:
        return str(client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=version)["Status"])

    until(status, "READY".__eq__)
    before = time.time()
    kind, born = functions.invoke(name, Qualifier=version).payload
    assert kind == "provisioned-concurrency"
    assert born < before


@pytest.mark.parametrize("other_emulator", [{"LAMBDA_KEEPALIVE_MS": "800"}], indirect=True)
def test_idle_environments_are_stopped(other_functions: Any) -> None:
    name = other_functions.create("import os\ndef handler(e, c): return os.getpid()")
    pid = other_functions.invoke(name).payload
    until(lambda: not psutil.pid_exists(pid))
    assert other_functions.invoke(name).payload != pid
