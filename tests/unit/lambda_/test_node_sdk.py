"""When the AWS SDK for JavaScript is fetched."""

from pathlib import Path

import pytest

from rapid.emulator.lambda_ import node_sdk


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"index.mjs": "import { S3Client } from '@aws-sdk/client-s3'"}, True),
        ({"lib/deep.js": "require('@aws-sdk/client-s3')"}, True),
        ({"index.js": "require('fs')"}, False),
        ({"index.js": "require('@aws-sdk/client-s3')", "node_modules/@aws-sdk/client-s3/index.js": ""}, False),
        ({"index.js": "require('x')", "node_modules/x/index.js": "require('@aws-sdk/client-s3')"}, False),
    ],
)
def test_only_for_packages_that_name_it_and_do_not_bring_it(
    tmp_path: Path, files: dict[str, str], expected: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert node_sdk.needed(tmp_path) is expected


def test_without_npm_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    node_sdk.fetch(tmp_path)
    assert "no `npm`" in caplog.text
    assert not node_sdk.folder(tmp_path).exists()
