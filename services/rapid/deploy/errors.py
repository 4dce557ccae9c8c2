"""Errors of deployment.

DeployError
├── NoStackError       there is no such stack
├── StackFailedError   CloudFormation could not do it; carries the first resource that failed
└── UnreachableError   nothing answers, or there are no credentials
"""

from rapid.core.errors import RapidError


class DeployError(RapidError):
    """Packaging or deployment failed."""


class NoStackError(DeployError):
    """There is no such stack."""


class StackFailedError(DeployError):
    """CloudFormation ended in a failed or rolled-back state."""


class UnreachableError(DeployError):
    """The endpoint does not answer, or no credentials were found."""
