"""Invocations that succeed: what the handler gets, what the caller gets, which environment runs it.

Context: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html. Environments and their reuse:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

import base64
import json
import os
import signal
import threading
from typing import Any

import pytest

from tests.waiting import runs, until

COUNTER = """
import os
calls = 0
def handler(event, context):
    global calls
    calls += 1
    return {"calls": calls, "pid": os.getpid(), "stream": context.log_stream_name}
"""

CONTEXT = """
def handler(event, context):
    return {
        "event": event, "remaining": context.get_remaining_time_in_millis(), "name": context.function_name,
        "version": context.function_version, "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb, "request": context.aws_request_id, "group": context.log_group_name,
        "custom": context.client_context and context.client_context.custom,
    }
"""


def test_the_second_invocation_is_warm(functions: Any) -> None:
    name = functions.create(COUNTER)
    first, second = functions.invoke(name), functions.invoke(name)
    assert (first.payload["calls"], second.payload["calls"]) == (1, 2)
    assert first.payload["pid"] == second.payload["pid"]
    assert "Init Duration:" in first.log
    assert "Init Duration:" not in second.log


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])  # with awslambdaric's own client, and without
def test_context_and_event(functions: Any, runtime: str) -> None:
    name = functions.create(CONTEXT, Runtime=runtime, Timeout=7, MemorySize=256)
    context = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()
    seen = functions.invoke(name, {"häé": [1, None, 2.5]}, ClientContext=context).payload
    assert seen["event"] == {"häé": [1, None, 2.5]}
    assert 0 < seen["remaining"] <= 7000
    assert (seen["name"], seen["version"], seen["memory"]) == (name, "$LATEST", "256")
    assert seen["arn"].endswith(f":function:{name}")
    assert seen["group"] == f"/aws/lambda/{name}"
    assert len(seen["request"]) == 36
    assert seen["custom"] == {"k": "v"}


def test_parallel_invocations_get_environments_of_their_own(functions: Any, gate: Any) -> None:
    source = COUNTER.replace("calls += 1", "calls += 1; print('begun'); hold(event)")
    name = functions.create(gate.source + source, Timeout=300)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(functions.invoke(name, gate.name))) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: functions.events(name).count("begun\n") == 4)
    gate.open()
    for thread in threads:
        thread.join()
    assert [a.payload["calls"] for a in answers] == [1, 1, 1, 1]
    assert len({a.payload["pid"] for a in answers}) == 4
    assert len({a.payload["stream"] for a in answers}) == 4


def test_many_parallel_invocations_are_all_answered(functions: Any) -> None:
    name = functions.create("def handler(event, context): return event")
    answers: dict[int, Any] = {}

    def run(worker: int) -> None:
        for n in range(25):
            answers[worker * 100 + n] = functions.invoke(name, worker * 100 + n).payload

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    assert all(sent == got for sent, got in answers.items())


def test_new_code_and_new_configuration_get_new_environments(functions: Any) -> None:
    name = functions.create("import os\ndef handler(e, c): return ['one', os.environ.get('XX'), os.getpid()]")
    before = functions.invoke(name).payload
    functions.update(name, Environment={"Variables": {"XX": "1"}})
    reconfigured = functions.invoke(name).payload
    functions.replace_code(name, "import os\ndef handler(e, c): return ['two', os.environ.get('XX'), os.getpid()]")
    recoded = functions.invoke(name).payload
    assert [before[:2], reconfigured[:2], recoded[:2]] == [["one", None], ["one", "1"], ["two", "1"]]
    assert len({before[2], reconfigured[2], recoded[2]}) == 3


@pytest.mark.parametrize("how", ["update", "delete"])
def test_a_running_invocation_outlives_its_version(functions: Any, gate: Any, aws: Any, how: str) -> None:
    code = "def handler(e, c):\n    print('begun')\n    if 'gate' in e: hold(e['gate'])\n    return e"
    name = functions.create(gate.source + code, Timeout=300)
    answers: list[Any] = []
    running = threading.Thread(target=lambda: answers.append(functions.invoke(name, {"gate": gate.name})))
    running.start()
    until(lambda: "begun\n" in functions.events(name))
    if how == "update":
        functions.update(name, Timeout=11)
        assert functions.invoke(name).payload == {}
    else:
        aws("lambda").delete_function(FunctionName=name)
        functions.names.remove(name)
    gate.open()
    running.join()
    assert answers[0].payload == {"gate": gate.name}


def test_an_environment_that_was_starting_when_its_function_was_deleted_stays_no_longer_than_its_invocation(
    functions: Any, gate: Any, aws: Any
) -> None:
    code = "import os\nprint('begun', flush=True)\nhold(GATE)\ndef handler(e, c):\n    return os.getpid()"
    name = functions.create(gate.source + code.replace("GATE", repr(gate.name)), Timeout=300)
    answers: list[Any] = []
    running = threading.Thread(target=lambda: answers.append(functions.invoke(name)))
    running.start()
    until(lambda: "begun\n" in functions.events(name))
    aws("lambda").delete_function(FunctionName=name)
    functions.names.remove(name)
    gate.open()
    running.join()
    until(lambda: not runs(answers[0].payload))


@pytest.mark.parametrize("runtime", ["python3.9", "python3.10", "python3.12", "python3.13"])
def test_other_pythons_run(functions: Any, runtime: str) -> None:
    name = functions.create("import os\ndef handler(e, c): return os.environ['AWS_EXECUTION_ENV']", Runtime=runtime)
    assert functions.invoke(name).payload == f"AWS_Lambda_{runtime}"


def test_other_runtimes_fail_with_the_reason(functions: Any, aws: Any) -> None:
    """A failed function cannot be invoked: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    name = functions.create(files={"x": ""}, Runtime="java21", Handler="a::b")
    config = functions.settle(name)
    assert config["State"] == "Failed"
    assert "java21" in config["StateReason"]
    with pytest.raises(aws("lambda").exceptions.ResourceConflictException, match="Failed"):
        functions.invoke(name)


def test_versions_and_aliases(functions: Any, aws: Any) -> None:
    name = functions.create("def handler(e, c): return [c.function_version, c.invoked_function_arn.split(':')[-1]]")
    aws("lambda").publish_version(FunctionName=name)
    aws("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = functions.invoke(name, Qualifier="live")
    assert answer.payload == ["1", "live"]
    assert answer.version == "1"
    refused = pytest.raises(aws("lambda").exceptions.ResourceConflictException, match=r"aliases reference it: \[live\]")
    with refused:
        aws("lambda").delete_function(FunctionName=name, Qualifier="1")
    aws("lambda").delete_alias(FunctionName=name, Name="live")
    aws("lambda").delete_function(FunctionName=name, Qualifier="1")


def test_an_idle_environment_that_was_killed_is_replaced_unnoticed(functions: Any) -> None:
    name = functions.create(COUNTER)
    pid = functions.invoke(name).payload["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not runs(pid))
    answer = functions.invoke(name)
    assert answer.error is None
    assert answer.payload["calls"] == 1


@pytest.mark.parametrize("result", [None, 1, "text", [1], {"a": "ü"}, True])
def test_results_are_json(functions: Any, result: object) -> None:
    name = functions.create(f"def handler(e, c): return {result!r}")
    assert functions.invoke(name).payload == result


def test_dry_run_runs_nothing(functions: Any) -> None:
    name = functions.create("raise SystemExit(1)")
    assert functions.invoke(name, InvocationType="DryRun", LogType="None").status == 204


def test_a_handler_in_a_package(functions: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html: a path in slashes, then the function."""
    files = {"pkg/__init__.py": "", "pkg/mod.py": "from pkg.other import x\ndef run(e, c): return x",
             "pkg/other.py": "x = 5"}  # fmt: skip
    name = functions.create(files=files, Handler="pkg/mod.run")
    assert functions.invoke(name).payload == 5


def test_an_answer_as_a_stream_of_events(functions: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html (read 2026-11)"""
    source = "def handler(event, context):\n    print('here')\n    return {'ä': event['n'] / event['by']}\n"
    name, aws = functions.create(source), functions.aws("lambda")

    def stream(by: int) -> list[dict[str, Any]]:
        payload = json.dumps({"n": 3, "by": by})
        answer = aws.invoke_with_response_stream(FunctionName=name, Payload=payload, LogType="Tail")
        assert answer["StatusCode"] == 200
        return list(answer["EventStream"])

    chunk, complete = stream(2)
    assert json.loads(chunk["PayloadChunk"]["Payload"]) == {"ä": 1.5}
    assert "here" in base64.b64decode(complete["InvokeComplete"]["LogResult"]).decode()
    assert "ErrorCode" not in complete["InvokeComplete"]
    (failed,) = stream(0)
    assert failed["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(failed["InvokeComplete"]["ErrorDetails"])["errorType"] == "ZeroDivisionError"
