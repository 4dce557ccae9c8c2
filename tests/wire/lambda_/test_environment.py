"""What surrounds a handler: variables, modules, layers, files.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html,
https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

DEFINED = {
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "LANG", "PATH",
    "LD_LIBRARY_PATH", "PYTHONPATH", "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS", "TZ",
    "_AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_PORT", "PWD", "SHLVL",
}  # fmt: skip
OURS = {
    "AWS_CA_BUNDLE",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_ENDPOINT_URL",
    "HOME",
    "TMPDIR",
    "LC_CTYPE",
}  # LC_CTYPE: by Python, where en_US.UTF-8 is not installed


def test_all_of_aws_variables_and_none_of_the_emulator_s(functions: Any, emulator: Any) -> None:
    name = functions.create("import os\ndef handler(e, c): return dict(os.environ)", MemorySize=192)
    seen = functions.invoke(name).payload
    assert set(seen) >= DEFINED
    assert set(seen) <= DEFINED | OURS
    assert seen["AWS_ENDPOINT_URL"] == emulator.emulator_url
    assert (seen["_HANDLER"], seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == ("index.handler", "192")
    assert (seen["AWS_LAMBDA_FUNCTION_VERSION"], seen["TZ"]) == ("$LATEST", ":UTC")
    assert seen["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"


def test_the_function_s_own_variables_win(functions: Any) -> None:
    own = {"A": "1", "PATH": "/mine", "TZ": "Europe/Berlin"}
    name = functions.create(
        "import os, time\ndef handler(e, c): return [os.environ['A'], os.environ['PATH'], time.tzname[0]]",
        Environment={"Variables": own},
    )
    assert functions.invoke(name).payload == ["1", "/mine", "CET"]


def test_reserved_variables_are_refused(functions: Any) -> None:
    """InvalidParameterValueException, as the console and API say."""
    with pytest.raises(ClientError, match="reserved keys that are currently not supported") as caught:
        functions.create("", Environment={"Variables": {"AWS_REGION": "x", "A": "1"}})
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert "AWS_REGION" in str(caught.value)
    name = functions.create("def handler(e, c): return 1")
    with pytest.raises(ClientError, match="reserved keys"):
        functions.update(name, Environment={"Variables": {"LAMBDA_TASK_ROOT": "x"}})


def test_requests_that_do_not_fit_the_model_are_refused(functions: Any, aws: Any) -> None:
    """Names of variables as in https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html."""
    name = functions.create("def handler(event, context): pass")
    with pytest.raises(ClientError, match=r"at 'environment.variables' failed to satisfy constraint: Map keys must"):
        aws("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": {"1st": "x"}})
    with pytest.raises(ClientError, match=r"'maximumRetryAttempts' failed .* less than or equal to 2"):
        aws("lambda").put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=3)
    kafka = "arn:aws:kafka:us-east-1:000000000000:cluster/c/0"
    with pytest.raises(ClientError, match="does not support event source mappings of kafka"):
        aws("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=kafka, StartingPosition="LATEST")


def test_boto3_reaches_the_emulator_with_the_role_s_credentials(functions: Any, aws: Any) -> None:
    aws("s3").create_bucket(Bucket="from-lambda")
    name = functions.create(
        "import boto3\ndef handler(e, c):\n"
        "    boto3.client('s3').put_object(Bucket='from-lambda', Key='k', Body=b'v')\n"
        "    return boto3.client('sts').get_caller_identity()['Arn']",
        MemorySize=256,
        Role="arn:aws:iam::000000000000:role/my-role",
    )
    answer = functions.invoke(name)
    assert answer.payload == f"arn:aws:sts::000000000000:assumed-role/my-role/{name}"
    assert aws("s3").get_object(Bucket="from-lambda", Key="k")["Body"].read() == b"v"


def test_only_what_aws_has_can_be_imported(functions: Any) -> None:
    name = functions.create(
        "import importlib\ndef handler(e, c):\n    found = []\n"
        "    for m in e:\n        try: importlib.import_module(m); found.append(m)\n        except ImportError: pass\n"
        "    return found"
    )
    asked = ["boto3", "botocore", "urllib3", "json", "localstack", "rapid", "duckdb", "click", "yaml", "psutil"]
    assert functions.invoke(name, asked).payload == ["boto3", "botocore", "urllib3", "json"]


def test_code_comes_before_the_bundled_sdk(functions: Any) -> None:
    files = {"index.py": "import boto3\ndef handler(e, c): return boto3.mine", "boto3.py": "mine = 'mine'"}
    assert functions.invoke(functions.create(files=files)).payload == "mine"


def test_files_of_the_package_are_found_and_read_only(functions: Any) -> None:
    source = (
        "import os\ndef handler(e, c):\n"
        "    root = os.environ['LAMBDA_TASK_ROOT']\n"
        "    modes = [os.stat(p).st_mode & 0o222 for p in (root, root + '/data.txt')]\n"
        "    return [open('data.txt').read(), open(root + '/data.txt').read(), modes]"
    )
    name = functions.create(files={"index.py": source, "data.txt": "content"})
    assert functions.invoke(name).payload == ["content", "content", [0, 0]]


def test_each_environment_has_its_own_temporary_folder(functions: Any, gate: Any) -> None:
    code = (
        "import tempfile\ndef handler(e, c):\n"
        "    print('begun')\n    hold(e)\n    folder = tempfile.gettempdir()\n    before = os.listdir(folder)\n"
        "    open(folder + '/f', 'w').close()\n    return [folder, before]"
    )
    name = functions.create(gate.source + code, Timeout=300)
    seen: list[Any] = []
    threads = [
        threading.Thread(target=lambda: seen.append(functions.invoke(name, gate.name).payload)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    until(lambda: functions.events(name).count("begun\n") == 2)
    gate.open()
    for thread in threads:
        thread.join()
    assert seen[0][1] == seen[1][1] == []
    assert functions.invoke(name, gate.name).payload[1] == ["f"]  # kept while the environment lives, as on AWS


def layer(aws: Any, name: str, files: dict[str, str], zipped: Any) -> str:
    version = aws("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": zipped(files)})
    return str(version["LayerVersionArn"])


def test_layers_are_merged_later_ones_over_earlier_ones(functions: Any, aws: Any, zipped: Any) -> None:
    first = layer(aws, "one", {"python/a.py": "x = 'a1'", "python/b.py": "x = 'b1'", "bin/tool": "x"}, zipped)
    packages = "python/lib/python3.11/site-packages"
    second = layer(aws, "two", {"python/a.py": "x = 'a2'", f"{packages}/c.py": "x = 'c2'"}, zipped)
    name = functions.create("import a, b, c\ndef handler(e, ctx): return [a.x, b.x, c.x]", Layers=[first, second])
    assert functions.invoke(name).payload == ["a2", "b1", "c2"]


def test_code_comes_before_layers(functions: Any, aws: Any, zipped: Any) -> None:
    arn = layer(aws, "three", {"python/shared.py": "x = 'layer'"}, zipped)
    files = {"index.py": "import shared\ndef handler(e, c): return shared.x", "shared.py": "x = 'code'"}
    assert functions.invoke(functions.create(files=files, Layers=[arn])).payload == "code"


def test_file_descriptors_are_limited(functions: Any) -> None:
    name = functions.create("import resource\ndef handler(e, c): return resource.getrlimit(resource.RLIMIT_NOFILE)[0]")
    assert functions.invoke(name).payload == 1024


def test_python_in_a_child_process(functions: Any) -> None:
    name = functions.create(
        "import subprocess\ndef handler(e, c):\n"
        "    return subprocess.check_output(['python3', '-c', 'import boto3; print(boto3.__name__)'], text=True)",
        MemorySize=512,
        Timeout=30,
    )
    assert functions.invoke(name).payload == "boto3\n"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(functions: Any, method: str) -> None:
    """Pipes and processes work on AWS; semaphores (Pool, Queue) do not, for want of /dev/shm."""
    name = functions.create(
        "from multiprocessing import get_context\n"
        "def work(end): end.send(42)\n"
        "def handler(e, c):\n"
        "    context = get_context(e)\n    a, b = context.Pipe()\n    p = context.Process(target=work, args=(b,))\n"
        "    p.start()\n    value = a.recv()\n    p.join()\n    return value",
        MemorySize=256,
        Timeout=30,
    )
    assert functions.invoke(name, method).payload == 42


def test_the_standard_streams(functions: Any) -> None:
    name = functions.create("import sys\ndef handler(e, c): return [sys.stdin.read(), sys.stdout.encoding]")
    assert functions.invoke(name).payload == ["", "utf-8"]
