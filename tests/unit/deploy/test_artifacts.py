"""What is packaged: the same input gives the same bytes, and only what changed is uploaded."""

import ast
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rapid.core.config import ROOT
from rapid.deploy import DeployError, Target, artifacts, package


class Aws:
    """S3 and Parameter Store in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.buckets: list[dict[str, Any]] = []
        self.parameters: dict[str, str] = {}

    def head_bucket(self, **_: Any) -> None:
        if not self.buckets:
            raise ClientError({"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "HeadBucket")

    def create_bucket(self, **made: Any) -> None:
        self.buckets.append(made)

    def put_public_access_block(self, **_: Any) -> None: ...

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "HeadObject")
        return self.objects[Key]

    def put_object(self, *, Key: str, **put: Any) -> None:
        self.objects[Key] = put

    def get_parameters(self, **_: Any) -> dict[str, Any]:
        return {"Parameters": [{"Name": name, "Value": value} for name, value in self.parameters.items()]}

    def put_parameter(self, *, Name: str, Value: str, **_: Any) -> None:
        self.parameters[Name] = Value


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for part in ("services/rapid/ingest", "glue_local/jobs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("endpoints.yaml", "services/rapid/__init__.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def target(aws: Aws, region: str = "us-east-1") -> Target:
    return Target(lambda _service: aws, "123456789012", region, "stack")


def test_an_archive_depends_on_nothing_but_its_files() -> None:
    assert artifacts.archive({"b.py": b"2", "a.py": b"1"}) == artifacts.archive({"a.py": b"1", "b.py": b"2"})


def test_the_same_checkout_elsewhere_gives_the_same_artifacts(checkout: Path) -> None:
    for path in checkout.rglob("*"):
        path.touch()
    assert artifacts.build(checkout) == artifacts.build(ROOT)


def test_only_what_changed_is_uploaded_and_code_gets_a_new_name(checkout: Path) -> None:
    aws = Aws()
    first = package(target(aws), checkout)
    assert all(artifact.uploaded for artifact in first)
    assert not [artifact for artifact in package(target(aws), checkout) if artifact.uploaded]
    named = aws.parameters[artifacts.CODE_PARAMETER]
    handler = checkout / "services/rapid/ingest/handler.py"
    handler.write_text(handler.read_text() + "\n# changed\n")
    changed = [artifact.key for artifact in package(target(aws), checkout) if artifact.uploaded]
    assert changed == [aws.parameters[artifacts.CODE_PARAMETER]]
    assert changed != [named]
    assert aws.parameters[artifacts.BUCKET_PARAMETER] == "rapid-analytics-artifacts-123456789012-us-east-1"


def test_a_bucket_outside_us_east_1_names_its_region(checkout: Path) -> None:
    aws = Aws()
    package(target(aws, "eu-central-1"), checkout)
    assert aws.buckets[0]["CreateBucketConfiguration"] == {"LocationConstraint": "eu-central-1"}


def test_a_mistake_in_endpoints_yaml_stops_packaging(checkout: Path) -> None:
    file = checkout / "endpoints.yaml"
    file.write_text(file.read_text().replace("type: boolean", "type: bool", 1))
    with pytest.raises(DeployError, match="type 'bool' is none of"):
        artifacts.build(checkout)


def test_the_functions_import_only_what_lambda_has() -> None:
    allowed = {*sys.stdlib_module_names, "boto3", "botocore"}
    for file in (ROOT / "services/rapid/ingest").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            others = [name for name in names if not name.startswith("rapid.ingest")]
            assert not [name for name in others if name.partition(".")[0] not in allowed], file


def test_the_functions_start_from_their_zip(tmp_path: Path) -> None:
    code = next(content for key, content in artifacts.build().items() if key.startswith("lambda/"))
    zipfile.ZipFile(io.BytesIO(code)).extractall(tmp_path)
    script = "from rapid.ingest import handler, cleanup, endpoints; print(handler.__file__, *endpoints.load())"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.startswith(str(tmp_path))
    assert "/ingest/costs" in done.stdout
