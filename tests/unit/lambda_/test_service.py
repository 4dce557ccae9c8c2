"""Where functions are extracted."""

import os
from typing import Any

import pytest
from localstack.services.lambda_.invocation.lambda_models import S3Code

from rapid.emulator.lambda_.service import code_folder


def test_users_of_one_machine_do_not_share_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    code: Any = S3Code("id", "000000000000", "bucket", "key", None, "sha", 1)
    one = code_folder(code)
    assert one.parts[-3:] == ("bucket", "id", "code")
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    assert one.parents[2] != code_folder(code).parents[2]
