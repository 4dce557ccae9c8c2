"""What is written to CloudWatch Logs and to LogResult.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
"""

import datetime
import json
import re
import threading
from typing import Any

from tests.waiting import until

REPORT = (
    r"REPORT RequestId: (?P<id>\S+)\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\t"
    r"Memory Size: 128 MB\tMax Memory Used: \d+ MB\t(?P<init>Init Duration: \d+\.\d\d ms\t)?\n"
)


def test_the_lines_of_a_cold_and_a_warm_invocation(functions: Any) -> None:
    name = functions.create("print('loading')\ndef handler(e, c):\n    print('hello', 'wörld')\n    return 1")
    functions.invoke(name)
    functions.invoke(name)
    events = functions.reported(name, 2)
    assert events[0].startswith("INIT_START Runtime Version: python:3.11")
    assert events[1] == "loading\n"
    for first, cold in ((2, True), (6, False)):
        start, hello, end, report = events[first : first + 4]
        shape = re.fullmatch(REPORT, report)
        assert shape is not None
        assert (shape["init"] is not None) == cold
        assert start == f"START RequestId: {shape['id']} Version: $LATEST\n"
        assert hello == "hello wörld\n"
        assert end == f"END RequestId: {shape['id']}\n"
    assert len(events) == 10


def test_the_log_result_is_the_invocation_s_own(functions: Any) -> None:
    name = functions.create("def handler(e, c): print(e['say'])")
    functions.invoke(name, {"say": "one"})
    log = functions.invoke(name, {"say": "two"}).log
    assert re.fullmatch(r"START RequestId: \S+ Version: \$LATEST\ntwo\nEND RequestId: \S+\n" + REPORT, log)


def test_the_log_result_is_the_last_four_kilobytes(functions: Any) -> None:
    name = functions.create("def handler(e, c):\n    for i in range(1000): print('line', i)")
    log = functions.invoke(name).log
    assert len(log.encode()) == 4096
    assert "line 999\nEND" in log


def test_megabytes_arrive_whole_and_in_order(functions: Any) -> None:
    name = functions.create(
        "import sys\ndef handler(e, c):\n"
        "    for i in range(30000):\n"
        "        print(i, 'x' * 100, file=sys.stderr if i % 2 else sys.stdout)",
        Timeout=60,
    )
    assert functions.invoke(name).error is None
    events = functions.reported(name)
    assert [e.split(" ")[0] for e in events if e.endswith("xx\n")] == [str(i) for i in range(30000)]


def test_one_huge_line_is_split_and_not_lost(functions: Any) -> None:
    name = functions.create("def handler(e, c): print('ä' * 1_000_000)", MemorySize=256)
    functions.invoke(name)
    pieces = [e for e in functions.reported(name) if "ää" in e]
    assert all(len(p.encode()) <= 256 * 1024 for p in pieces)
    assert sum(p.count("ä") for p in pieces) == 1_000_000


def test_print_without_a_line_end(functions: Any) -> None:
    name = functions.create("def handler(e, c):\n    print('a', end='')\n    print('b', end='')")
    functions.invoke(name)
    assert "ab\n" in functions.reported(name)


def test_logging_is_formatted_by_the_runtime_and_kept_in_one_event(functions: Any) -> None:
    name = functions.create(
        "import logging\nlog = logging.getLogger()\nlog.setLevel('INFO')\n"
        "def handler(e, c):\n    print('before')\n    log.info('two\\nlines')\n    log.debug('no')\n    print('after')"
    )
    functions.invoke(name)
    before, info, after = functions.reported(name)[2:5]
    assert (before, after) == ("before\n", "after\n")
    assert re.fullmatch(r"\[INFO\]\t\S+Z\t[0-9a-f-]{36}\ttwo\nlines\n", info)


def test_an_exception_is_one_event(functions: Any) -> None:
    name = functions.create("def handler(e, c):\n    raise ValueError('bad')")
    functions.invoke(name)
    [event] = [e for e in functions.reported(name) if "ValueError" in e]
    assert event.startswith("[ERROR] ValueError: bad\nTraceback (most recent call last):\n")


def test_output_of_a_function_that_is_killed(functions: Any) -> None:
    name = functions.create("import os\ndef handler(e, c):\n    print('last words')\n    os.kill(os.getpid(), 9)")
    functions.invoke(name)
    assert "last words\n" in functions.reported(name)


def test_output_of_children(functions: Any) -> None:
    name = functions.create("import subprocess\ndef handler(e, c): subprocess.run(['echo', 'from a child'])")
    functions.invoke(name)
    assert "from a child\n" in functions.reported(name)


def test_logs_appear_while_the_function_runs(functions: Any, gate: Any) -> None:
    code = "def handler(e, c):\n    print('begun')\n    hold(e)"
    name = functions.create(gate.source + code, Timeout=300)
    running = threading.Thread(target=functions.invoke, args=(name, gate.name))
    running.start()
    until(lambda: "begun\n" in functions.events(name))
    assert running.is_alive()
    gate.open()
    running.join()


def test_json_format(functions: Any) -> None:
    name = functions.create(
        "import logging\ndef handler(e, c):\n    logging.getLogger().warning('careful')\n    logging.info('no')",
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO"},
    )
    log = functions.invoke(name).log
    records = [json.loads(line) for line in log.splitlines()]
    assert [r.get("type") for r in records] == ["platform.start", None, "platform.report"]
    assert records[1]["level"] == "WARNING"
    assert records[1]["message"] == "careful"
    assert records[1]["requestId"] == records[0]["record"]["requestId"]
    report = records[2]["record"]
    assert report["status"] == "success"
    assert report["metrics"]["memorySizeMB"] == 128
    assert report["metrics"]["billedDurationMs"] >= report["metrics"]["durationMs"]


def test_a_log_group_of_one_s_own(functions: Any) -> None:
    name = functions.create(
        "def handler(e, c): return [c.log_group_name, c.log_stream_name]", LoggingConfig={"LogGroup": "/my/group"}
    )
    group, stream = functions.invoke(name).payload
    assert group == "/my/group"
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/{name}\[\$LATEST\][0-9a-f]{{32}}", stream)
    assert any(e.startswith("REPORT") for e in functions.reported(name, 1, "/my/group"))


def test_metrics(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""
    name = functions.create("def handler(e, c):\n    if e.get('bad'): raise ValueError\n    return 1")
    for event in ({}, {}, {"bad": 1}):
        functions.invoke(name, event)

    def statistic(metric: str) -> tuple[float, float]:
        now = datetime.datetime.now(datetime.UTC)
        points = aws("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda", MetricName=metric, Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - datetime.timedelta(minutes=10), EndTime=now + datetime.timedelta(minutes=10),
            Period=3600, Statistics=["Sum", "SampleCount"],
        )["Datapoints"]  # fmt: skip
        # One that is just being put may have some statistics only.
        return sum(p.get("Sum", 0) for p in points), sum(p.get("SampleCount", 0) for p in points)

    until(lambda: statistic("Invocations"), (3, 3).__eq__)
    until(lambda: statistic("Errors"), (1, 3).__eq__)
    total, _ = until(lambda: statistic("Duration"), lambda found: found[1] == 3)
    assert total > 0
