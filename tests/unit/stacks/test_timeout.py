"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (TimeoutInMinutes)"""

import time
from types import SimpleNamespace

import pytest
from localstack.services.cloudformation.engine.v2.change_set_model_executor import TriggerRollback

from rapid.emulator.stacks import executor
from rapid.emulator.stacks.executor import Executor


def made(status: str, **request: int) -> Executor:
    found = Executor.__new__(Executor)
    found.operation = status
    found.stack = SimpleNamespace(status=status, request_payload=request)
    found.deadline = found._deadline()
    return found


def test_a_creation_that_is_late_is_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    late = made("CREATE_IN_PROGRESS", TimeoutInMinutes=2)
    assert not late._is_late
    moment = time.monotonic() + 121
    monkeypatch.setattr(executor, "time", SimpleNamespace(monotonic=lambda: moment))
    with pytest.raises(TriggerRollback, match="Stack creation time exceeded the specified timeout"):
        late._execute_resource_change("R", None, None)
    assert made("CREATE_IN_PROGRESS").deadline is None
    assert made("UPDATE_IN_PROGRESS", TimeoutInMinutes=2).deadline is None
