"""What runs a function: Pythons of its version, Node.js, its own bootstrap; and AWS's folders by their names.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, runtimes-custom.html, nodejs-handler.html
"""

import json
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from rapid.core.config import Config
from rapid.emulator.lambda_ import host, node_sdk
from rapid.emulator.lambda_.runtimes import find

WRITES = """
import errno, os
def handler(event, context):
    found = {}
    for folder in (os.environ["LAMBDA_TASK_ROOT"], event["opt"], event["tmp"]):
        try:
            open(folder + "/" + event["name"], "w").close()
            found[folder] = "written"
        except OSError as error:
            found[folder] = errno.errorcode[error.errno]
    return [found, __file__, os.getcwd(), open(event["opt"] + "/data.txt").read()]
"""
ECHO = """#!/bin/sh
# A runtime of its own, as AWS's tutorial has it, with nothing but a shell and curl.
api="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  event="$(curl -sS -L -D "$headers" "$api/next")"
  id="$(grep -Fi lambda-runtime-aws-request-id "$headers" | tr -d '[:space:]' | cut -d: -f2)"
  echo "handling $_HANDLER" >&2
  curl -sS -X POST "$api/$id/response" -d "{\\"echo\\": $event}" > /dev/null
done
"""
STREAM = """#!/bin/sh
# Sends a first piece, then waits for the object that its event names before it sends the second.
api="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  go="$(curl -sS -D "$headers" "$api/next" | grep -o 'go-[0-9a-f]*/on' | head -1)"
  id="$(grep -Fi lambda-runtime-aws-request-id "$headers" | tr -d '[:space:]' | cut -d: -f2)"
  { printf '%b' "$FIRST"; until curl -sf "$AWS_ENDPOINT_URL/$go"; do :; done; } |
    curl -sS -X POST "$api/$id/response" -T - -H "Content-Type: $TYPE" -H "Transfer-Encoding: chunked" \\
      -H "Lambda-Runtime-Function-Response-Mode: streaming" > /dev/null
done
"""
HANDLERS = """
exports.add = async (event, context) => { console.log("adding", event); return event.n + 1; };
exports.later = (event, context, callback) => { setTimeout(() => callback(null, event.n + 2), 5); };
exports.nothing = () => {};
exports.raises = async () => { throw new TypeError("not so"); };
exports.rejects = (event, context, callback) => callback(new RangeError("too far"));
exports.context = async (event, context) => [
  context.functionName, context.getRemainingTimeInMillis() > 0,
  context.awsRequestId.length, process.env._X_AMZN_TRACE_ID.slice(0, 5),
];
exports.streams = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('{"a":');
  stream.end("1}");
});
"""


@pytest.fixture(scope="module")
def isolates(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Whether this machine lets a process have mounts of its own, and they would not hide the checkout."""
    if any(str(path).startswith(f"{hidden}/") for path in (host.INSIDE, sys.prefix) for hidden in host.HIDDEN):
        return False
    trial = [sys.executable, "-S", str(host.INSIDE / "isolation.py"), str(tmp_path_factory.mktemp("trial"))]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def test_folders_by_their_literal_names(functions: Any, aws: Any, zipped: Any, isolates: bool) -> None:
    if not isolates:
        pytest.xfail("this machine forbids mounts of one's own: docs/services.md")
    layer = aws("lambda").publish_layer_version(LayerName="data", Content={"ZipFile": zipped({"data.txt": "d"})})
    name = functions.create(WRITES, Layers=[layer["LayerVersionArn"]])
    unseen = uuid.uuid4().hex  # a name that no earlier run can have left on the machine
    event = {"opt": "/opt", "tmp": "/tmp", "name": unseen}
    [written, file, folder, data] = functions.invoke(name, event).payload
    assert written == {"/var/task": "EROFS", "/opt": "EROFS", "/tmp": "written"}
    assert (file, folder, data) == ("/var/task/index.py", "/var/task", "d")
    assert not Path("/tmp", unseen).exists()  # nor anything else of the machine
    assert not Path("/var/task").exists()


FILLS = """
import multiprocessing, os, shutil, sys
def handler(event, context):
    if event == "fill":
        with open("/tmp/big", "wb") as file:
            for _ in range(1100):
                file.write(bytes(2**20))
    if event == "crash":
        open("/tmp/kept", "w").close()
        os._exit(1)
    if event == "lock":
        multiprocessing.Lock()
    return [shutil.disk_usage("/tmp").total // 2**20, sorted(os.listdir("/tmp"))]
"""


def test_the_size_of_tmp_and_what_outlasts_a_crash(functions: Any, isolates: bool) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html"""
    if not isolates:
        pytest.xfail("this machine forbids mounts of one's own: docs/services.md")
    name = functions.create(FILLS, MemorySize=256)
    assert functions.invoke(name).payload == [512, []]
    assert functions.invoke(name, "crash").payload["errorType"] == "Runtime.ExitError"
    assert functions.invoke(name).payload == [512, ["kept"]]
    functions.update(name, EphemeralStorage={"Size": 1024}, Timeout=60)
    assert functions.invoke(name).payload == [1024, []]
    assert "No space left on device" in functions.invoke(name, "fill").payload["errorMessage"]


def test_there_is_no_shared_memory_for_semaphores(functions: Any, isolates: bool) -> None:
    """Pool and Queue fail: https://aws.amazon.com/blogs/compute/parallel-processing-in-python-with-aws-lambda/"""
    if not isolates:
        pytest.xfail("this machine forbids mounts of one's own: docs/services.md")
    assert functions.invoke(functions.create(FILLS), "lock").payload["errorType"] == "FileNotFoundError"


@pytest.mark.parametrize("runtime", ["python3.9", "python3.10", "python3.12", "python3.13", "python3.14"])
def test_a_python_of_the_version_where_there_is_one(functions: Any, runtime: str) -> None:
    source = (
        "import sys, boto3\ndef handler(event, context):\n"
        "    print('printed')\n    if event: raise KeyError(event['k'])\n"
        "    return '%d.%d' % sys.version_info[:2]"
    )
    name = functions.create(source, Runtime=runtime)
    answer = functions.invoke(name)
    assert answer.payload == find(runtime).version
    assert "printed\n" in answer.log
    failed = functions.invoke(name, {"k": "v"})
    assert (failed.error, failed.payload["errorType"], failed.payload["errorMessage"]) == (
        "Unhandled",
        "KeyError",
        "'v'",
    )


def test_a_runtime_of_its_own(functions: Any) -> None:
    name = functions.create(files={"bootstrap": ECHO}, Runtime="provided.al2023", Handler="any.thing")
    for number in range(3):
        answer = functions.invoke(name, {"n": number})
        assert (answer.error, answer.payload) == (None, {"echo": {"n": number}})
        assert "handling any.thing\n" in answer.log


def streaming(functions: Any, aws: Any, kind: str, first: str) -> tuple[str, str, dict[str, str]]:
    """A function that streams; the bucket and the object it waits for."""
    name = functions.create(
        files={"bootstrap": STREAM},
        Runtime="provided.al2023",
        Handler="any",
        Timeout=60,
        Environment={"Variables": {"TYPE": kind, "FIRST": first}},
    )
    bucket = f"go-{uuid.uuid4().hex}"
    aws("s3").create_bucket(Bucket=bucket)
    return name, f"{bucket}/on", {"Bucket": bucket, "Key": "on"}


def test_a_stream_arrives_in_pieces(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html (read 2026-11)"""
    name, go, where = streaming(functions, aws, "text/plain", "first ")
    answer = aws("lambda").invoke_with_response_stream(FunctionName=name, Payload=json.dumps({"go": go}))
    events = iter(answer["EventStream"])
    assert next(events)["PayloadChunk"]["Payload"] == b"first "
    aws("s3").put_object(**where, Body=b"second")
    *rest, complete = list(events)
    assert b"".join(event["PayloadChunk"]["Payload"] for event in rest) == b"second"
    assert "ErrorCode" not in complete["InvokeComplete"]
    assert aws("lambda").invoke(FunctionName=name, Payload=json.dumps({"go": go}))["Payload"].read() == b"first second"


def test_a_function_url_streams_after_a_head_of_the_function_s(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html and runtimes-custom.html"""
    head = {"statusCode": 201, "headers": {"X-A": "b"}, "cookies": ["c=1", "d=2"]}
    kind = "application/vnd.awslambda.http-integration-response"
    name, go, where = streaming(functions, aws, kind, json.dumps(head) + r"\0\0\0\0\0\0\0\0first ")
    config = {"FunctionName": name, "AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}
    url = aws("lambda").create_function_url_config(**config)["FunctionUrl"]
    with requests.post(url, json={"go": go}, stream=True, timeout=60) as answer:
        assert (answer.status_code, answer.headers["X-A"]) == (201, "b")
        assert answer.raw.headers.getlist("Set-Cookie") == ["c=1", "d=2"]
        assert answer.raw.read(6) == b"first "
        aws("s3").put_object(**where, Body=b"second")
        assert answer.raw.read() == b"second"


def test_a_runtime_of_its_own_in_a_layer(functions: Any, aws: Any, zipped: Any) -> None:
    content = {"ZipFile": zipped({"bootstrap": ECHO})}
    arn = aws("lambda").publish_layer_version(LayerName="shell", Content=content)["LayerVersionArn"]
    name = functions.create(files={"x": ""}, Runtime="provided.al2", Layers=[arn])
    assert functions.invoke(name, 1).payload == {"echo": 1}


def test_a_wrapper_script_starts_the_runtime(functions: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper (read 2026-11)"""
    wrapper = '#!/bin/bash\nexport PYTHONPATH="$LAMBDA_TASK_ROOT/more:$PYTHONPATH"\necho "wrapping $#"\nexec "$@"\n'
    handler = "import sys, found\nprint('argument', len(sys.argv))\ndef handler(event, context): return found.value\n"
    files = {"index.py": handler, "wrap.sh": wrapper, "more/found.py": "value = 7\n"}
    environment = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrap.sh"}}
    name = functions.create(files=files)
    path = functions.invoke(
        functions.create("import os\ndef handler(e, c): return os.environ['LAMBDA_TASK_ROOT']")
    ).payload
    if path != "/var/task":  # where folders have no literal names
        environment["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] = f"{path}/wrap.sh"
    functions.update(name, Environment=environment)
    assert [functions.invoke(name).payload for _ in range(2)] == [7, 7]
    functions.update(name, Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/none.sh"}})
    failed = functions.invoke(name)
    assert (failed.error, failed.payload["errorType"]) == ("Unhandled", "Runtime.InvalidEntrypoint")


def test_a_package_without_a_bootstrap(functions: Any) -> None:
    answer = functions.invoke(functions.create(files={"x": ""}, Runtime="provided.al2023"))
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", "Runtime.InvalidEntrypoint")
    assert "Couldn't find valid bootstrap(s): [" in answer.payload["errorMessage"]


def test_node_handlers_of_every_kind(functions: Any) -> None:
    if shutil.which("node") is None:
        name = functions.create(files={"index.js": HANDLERS}, Runtime="nodejs22.x")
        assert "no `node`" in functions.settle(name)["StateReason"]
        return
    name = functions.create(files={"src/index.js": HANDLERS}, Runtime="nodejs22.x", Handler="src/index.add")
    answer = functions.invoke(name, {"n": 1})
    assert answer.payload == 2
    assert "\tINFO\tadding { n: 1 }\n" in answer.log
    expected = {"later": 3, "nothing": None, "context": [name, True, 36, "Root="], "streams": {"a": 1}}
    for handler, payload in expected.items():
        functions.update(name, Handler=f"src/index.{handler}")
        assert [functions.invoke(name, {"n": 1}).payload for _ in range(2)] == [payload] * 2, handler
    for handler, error in {"raises": ["TypeError", "not so"], "rejects": ["RangeError", "too far"]}.items():
        functions.update(name, Handler=f"src/index.{handler}")
        failed = functions.invoke(name, {"n": 1})
        assert (failed.error, [failed.payload["errorType"], failed.payload["errorMessage"]]) == ("Unhandled", error)
        assert failed.payload["trace"][0] == ": ".join(error)


@pytest.mark.parametrize(
    ("file", "text", "error"),
    [
        ("index.js", "exports.other = 1", "Runtime.HandlerNotFound"),
        ("index.js", "require('no-such-module')", "Runtime.ImportModuleError"),
        ("index.mjs", "import x from 'no-such-module'", "Runtime.ImportModuleError"),
        ("index.js", "exports.handler = (", "Runtime.UserCodeSyntaxError"),
        ("other.js", "", "Runtime.ImportModuleError"),
    ],
)
@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js: told by the test before")
def test_node_modules_that_cannot_be_loaded(functions: Any, file: str, text: str, error: str) -> None:
    answer = functions.invoke(functions.create(files={file: text}, Runtime="nodejs20.x"))
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", error)


@pytest.mark.parametrize("runtime", ["dotnet8", "ruby3.3"])
def test_other_runtimes_are_refused_by_name(functions: Any, runtime: str) -> None:
    name = functions.create(files={"x": ""}, Runtime=runtime, Handler="a::b")
    configuration = functions.settle(name)
    assert configuration["State"] == "Failed"
    assert f"Runtime {runtime} cannot run here; supported: python3.9" in configuration["StateReason"]


SDK = """
const send = async (S3Client, ListBucketsCommand) => {
  const answer = await new S3Client({}).send(new ListBucketsCommand({}));
  return answer.Buckets.length >= 0;
};
"""
REQUIRED = f"const {{ S3Client, ListBucketsCommand }} = require('@aws-sdk/client-s3');{SDK}"
IMPORTED = f"import {{ S3Client, ListBucketsCommand }} from '@aws-sdk/client-s3';{SDK}"


@pytest.mark.skipif(shutil.which("npm") is None, reason="the SDK is fetched by npm")
@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("index.js", f"{REQUIRED}exports.handler = () => send(S3Client, ListBucketsCommand);"),
        ("index.mjs", f"{IMPORTED}export const handler = () => send(S3Client, ListBucketsCommand);"),
    ],
    ids=["require", "import"],
)
def test_node_functions_have_the_sdk(functions: Any, emulator: Config, file: str, code: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included (read 2026-11)"""
    node_sdk.fetch(emulator.cache)  # takes longer than a function is waited for
    answer = functions.invoke(functions.create(files={file: code}, Runtime="nodejs22.x", Timeout=30, MemorySize=512))
    assert (answer.error, answer.payload) == (None, True)


@pytest.mark.parametrize("runtime", ["nodejs16.x", "python3.8"])
def test_runtimes_of_the_past_are_refused_at_once(functions: Any, aws: Any, runtime: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated"""
    told = f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions"
    with pytest.raises(ClientError, match=told):
        functions.create(files={"x": ""}, Runtime=runtime)
    name = functions.create("def handler(e, c): return 1")
    with pytest.raises(ClientError, match=told):
        aws("lambda").update_function_configuration(FunctionName=name, Runtime=runtime)
