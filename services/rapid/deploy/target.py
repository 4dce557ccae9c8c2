"""Where a deployment goes: the emulator, or whatever account and region the ambient AWS credentials name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapid.core import aws
from rapid.core.config import Config
from rapid.deploy.errors import DeployError, UnreachableError


@dataclass(frozen=True)
class Target:
    """An account and region, and the stack in it. `client("s3")` gives a boto3 client there."""

    client: Callable[[str], Any]
    account: str
    region: str
    stack_name: str

    @property
    def artifact_bucket(self) -> str:
        return f"rapid-analytics-artifacts-{self.account}-{self.region}"


def local(config: Config) -> Target:
    """The emulator."""
    return Target(lambda service: aws.client(config, service), config.account, config.region, config.stack_name)


def ambient(config: Config) -> Target:
    """The account that boto3 finds by itself: environment variables, profile, role.

    Raises:
        DeployError: no region is set.
        UnreachableError: no credentials, or AWS does not accept them.
    """
    import boto3

    session = boto3.Session()
    if not session.region_name:
        raise DeployError("No AWS region is set. Set AWS_REGION, or choose a profile with AWS_PROFILE.")
    with reachable():
        account = session.client("sts").get_caller_identity()["Account"]
    return Target(cache(session.client), account, session.region_name, config.stack_name)


@contextmanager
def reachable() -> Iterator[None]:
    """Turns botocore's connection and credential errors into one sentence that says what to do.

    Raises:
        UnreachableError: in place of botocore's error.
        DeployError: AWS refused a call.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        CredentialRetrievalError,
        EndpointConnectionError,
        NoCredentialsError,
    )

    try:
        yield
    except EndpointConnectionError as error:
        raise UnreachableError(
            f"Nothing answers at {error.kwargs['endpoint_url']}. Start it with ./rapid up."
        ) from error
    except (NoCredentialsError, CredentialRetrievalError) as error:
        raise UnreachableError(f"No AWS credentials: {error} Sign in, or set AWS_PROFILE.") from error
    except (ClientError, BotoCoreError) as error:
        raise DeployError(str(error)) from error
