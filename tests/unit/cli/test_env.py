import json
from typing import Any

import pytest
from click.testing import CliRunner

from rapid.cli import env
from rapid.deploy import NoStackError


def test_clients_are_pointed_at_the_emulator_before_a_stack_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_stack(_config: Any) -> dict[str, str]:
        raise NoStackError("There is no stack x. Run ./rapid deploy.")

    monkeypatch.setattr(env, "_stack", no_stack)
    done = CliRunner().invoke(env.env, ["--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["AWS_ENDPOINT_URL"].startswith("http://")
    assert done.stderr == "Variables of the stack are left out: There is no stack x. Run ./rapid deploy.\n"
