"""What is uploaded to the artifact bucket before a stack can be made.

    lambda/ingest-<digest>.zip   the functions, with endpoints.yaml as JSON
    jobs/<script>.py             the Glue scripts
    jobs/<package>.zip           packages that they import (--extra-py-files)
    endpoints.yaml               read by the jobs

The same files give the same bytes and the same names, so what did not change is not uploaded and updates nothing.
The template finds bucket and code through two Parameter Store entries.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapid.core.config import ROOT
from rapid.deploy.errors import DeployError
from rapid.deploy.target import Target, reachable

BUCKET_PARAMETER = "/rapid-analytics/artifact-bucket"
CODE_PARAMETER = "/rapid-analytics/ingest-code"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can say


@dataclass(frozen=True)
class Artifact:
    """One object of the artifact bucket. `uploaded` is false where the bucket had these bytes already."""

    key: str
    sha256: str
    size: int
    uploaded: bool


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of `files` (name in the zip to content) whose bytes depend on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it is made
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, files[name])
    return buffer.getvalue()


def _sources(folder: Path, root: Path) -> dict[str, bytes]:
    files = {str(path.relative_to(root)): path.read_bytes() for path in sorted(folder.rglob("*.py"))}
    if not files:
        raise DeployError(f"There is no Python file in {folder}: the checkout is incomplete.")
    return files


def _endpoints(root: Path) -> bytes:
    """endpoints.yaml as JSON, for the functions: AWS's Python runtime has no YAML parser."""
    import yaml

    from rapid.ingest import endpoints

    document = yaml.safe_load((root / "endpoints.yaml").read_text())
    try:
        endpoints.parse(document)
    except (ValueError, KeyError) as error:
        raise DeployError(f"endpoints.yaml: {error}") from error
    return json.dumps(document, sort_keys=True, default=str).encode()


def _function_code(root: Path) -> bytes:
    services = root / "services"
    files = _sources(services / "rapid" / "ingest", services)
    files["rapid/__init__.py"] = (services / "rapid" / "__init__.py").read_bytes()
    files["rapid/ingest/endpoints.json"] = _endpoints(root)
    return archive(files)


def build(root: Path = ROOT) -> dict[str, bytes]:
    """Everything that goes to the artifact bucket, by key.

    Raises:
        DeployError: endpoints.yaml or a part of the code is missing or wrong.
    """
    jobs = root / "glue_local" / "jobs"
    code = _function_code(root)
    files = {
        f"lambda/ingest-{hashlib.sha256(code).hexdigest()[:16]}.zip": code,
        "endpoints.yaml": (root / "endpoints.yaml").read_bytes(),
    }
    for script in sorted(jobs.glob("*.py")):
        files[f"jobs/{script.name}"] = script.read_bytes()
    for folder in sorted(path.parent for path in jobs.glob("*/__init__.py")):
        files[f"jobs/{folder.name}.zip"] = archive(_sources(folder, jobs))
    return files


def package(target: Target, root: Path = ROOT) -> list[Artifact]:
    """Uploads what changed and tells the template, through Parameter Store, where it is.

    Raises:
        DeployError: the code is incomplete, or a call was refused.
        UnreachableError: the endpoint does not answer.
    """
    files = build(root)
    with reachable():
        s3 = target.client("s3")
        _make_bucket(s3, target)
        found = [_upload(s3, target.artifact_bucket, key, content) for key, content in files.items()]
        code = next(key for key in files if key.startswith("lambda/"))
        _set_parameters(target.client("ssm"), {BUCKET_PARAMETER: target.artifact_bucket, CODE_PARAMETER: code})
    return found


def _make_bucket(s3: Any, target: Target) -> None:
    from botocore.exceptions import ClientError

    bucket = target.artifact_bucket
    try:
        s3.head_bucket(Bucket=bucket)
        return
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
    # us-east-1 is the one region that must not be named, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    elsewhere = {} if target.region == "us-east-1" else {"LocationConstraint": target.region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": elsewhere} if elsewhere else {}))
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(names, True))


def _upload(s3: Any, bucket: str, key: str, content: bytes) -> Artifact:
    from botocore.exceptions import ClientError

    digest = hashlib.sha256(content).hexdigest()
    try:
        known = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        known = None
    if known != digest:
        s3.put_object(Bucket=bucket, Key=key, Body=content, Metadata={"sha256": digest})
    return Artifact(key, digest, len(content), uploaded=known != digest)


def _set_parameters(ssm: Any, values: dict[str, str]) -> None:
    known = {p["Name"]: p["Value"] for p in ssm.get_parameters(Names=list(values))["Parameters"]}
    for name, value in values.items():
        if known.get(name) != value:
            ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def remove(target: Target) -> None:
    """Deletes the artifact bucket with all that is in it, and the Parameter Store entries."""
    with reachable():
        s3, bucket = target.client("s3"), target.artifact_bucket
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            if keys := [{"Key": item["Key"]} for item in page.get("Contents", ())]:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        s3.delete_bucket(Bucket=bucket)
        target.client("ssm").delete_parameters(Names=[BUCKET_PARAMETER, CODE_PARAMETER])
