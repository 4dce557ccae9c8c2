"""Map states, inline and distributed.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., dict[str, Any]]
PASS = {"I": {"Type": "Pass", "End": True}}
FAILS_AT_2 = {
    "I": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "F"}], "Default": "S"},
    "F": {"Type": "Fail", "Error": "Two", "Cause": "because"},
    "S": {"Type": "Pass", "OutputPath": "$.n", "End": True},
}
ITEMS = [{"n": 1}, {"n": 2}, {"n": 3}]


def each(states: dict[str, Any], mode: str = "DISTRIBUTED", **fields: Any) -> dict[str, Any]:
    config = {"Mode": mode} | ({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})
    processor = {"ProcessorConfig": config, "StartAt": "I", "States": states}
    return {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"b{secrets.token_hex(8)}"
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize(
    ("tolerated", "output"),
    [
        ({}, None),
        ({"ToleratedFailureCount": 1}, [1, 3]),
        ({"ToleratedFailurePercentage": 34}, [1, 3]),
        ({"ToleratedFailurePercentage": 33}, None),
        ({"ToleratedFailureCount": 3, "ToleratedFailurePercentage": 33}, None),
    ],
)
def test_a_distributed_map_fails_if_more_fails_than_is_tolerated(
    run: Run, aws: Callable[[str], Any], tolerated: dict[str, int], output: list[int] | None
) -> None:
    ended = run(each(FAILS_AT_2, ItemsPath="$.items", **tolerated), {"items": ITEMS}, "JSONPath")
    states = aws("stepfunctions")
    (listed,) = states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    counts = states.describe_map_run(mapRunArn=listed["mapRunArn"])["itemCounts"]
    assert (counts["total"], counts["succeeded"], counts["failed"], counts["running"]) == (3, 2, 1, 0)
    if output is not None:
        assert json.loads(ended["output"]) == output
        return
    assert (ended["status"], ended["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    assert ended["cause"] == "The specified tolerated failure threshold was exceeded"


def test_items_go_in_batches(run: Run) -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"name.$": "$.name"}}
    states = each(PASS, ItemsPath="$.items", ItemBatcher=batcher, ItemSelector={"v.$": "$$.Map.Item.Value.n"})
    states["Each"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "EXPRESS"
    ended = run(states, {"items": ITEMS, "name": "x"}, "JSONPath")
    assert json.loads(ended["output"]) == [
        {"BatchInput": {"name": "x"}, "Items": [{"v": 1}, {"v": 2}]},
        {"BatchInput": {"name": "x"}, "Items": [{"v": 3}]},
    ]


def test_a_batch_is_no_larger_than_asked(run: Run) -> None:
    batcher = {"MaxInputBytesPerBatch": "{% $states.input.bytes %}"}
    states = each(PASS, Items="{% $states.input.items %}", ItemBatcher=batcher)
    ended = run(states, {"items": ["a" * 40] * 5, "bytes": 120})
    assert [len(batch["Items"]) for batch in json.loads(ended["output"])] == [2, 2, 1]


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_results_go_to_s3(run: Run, aws: Callable[[str], Any], bucket: str, language: str) -> None:
    target = {
        "JSONPath": {"Parameters": {"Bucket.$": "$.bucket", "Prefix": "runs"}},
        "JSONata": {"Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "runs/"}},
    }[language]
    writer = {"Resource": "arn:aws:states:::s3:putObject", **target}
    states = {
        "JSONPath": each(FAILS_AT_2, ItemsPath="$.items", ToleratedFailureCount=1, ResultWriter=writer),
        "JSONata": each(
            {
                "I": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $states.input.n = 2 %}", "Next": "F"}],
                    "Default": "S",
                },
                "F": {"Type": "Fail", "Error": "Two", "Cause": "because"},
                "S": {"Type": "Pass", "Output": "{% $states.input.n %}", "End": True},
            },
            Items="{% $states.input.items %}",
            ToleratedFailureCount=1,
            ResultWriter=writer,
        ),
    }[language]
    ended = run(states, {"items": ITEMS, "bucket": bucket}, language)
    where = json.loads(ended["output"])["ResultWriterDetails"]
    assert where["Key"].startswith("runs/")

    def read(key: str) -> Any:
        return json.loads(aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    files = read(where["Key"])["ResultFiles"]
    (succeeded,), (failed,) = files["SUCCEEDED"], files["FAILED"]
    assert [(c["Input"], c["Output"]) for c in read(succeeded["Key"])] == [('{"n":1}', "1"), ('{"n":3}', "3")]
    assert [(c["Input"], c["Error"], c["Cause"]) for c in read(failed["Key"])] == [('{"n":2}', "Two", "because")]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_one_worker_takes_any_number_of_items(run: Run, mode: str) -> None:
    states = each(PASS, mode, Items="{% [1..1200] %}", MaxConcurrency=1)
    assert len(json.loads(run(states)["output"])) == 1200


def test_no_items_are_no_failure(run: Run) -> None:
    assert json.loads(run(each(PASS, ItemsPath="$.items"), {"items": []}, "JSONPath")["output"]) == []


def test_a_writer_that_is_not_supported_is_refused(run: Run, aws: Callable[[str], Any]) -> None:
    with pytest.raises(aws("stepfunctions").exceptions.InvalidDefinition, match="without a WriterConfig"):
        run(each(PASS, ResultWriter={"WriterConfig": {"OutputType": "JSON", "Transformation": "FLATTEN"}}))
