"""From this checkout to a stack: code to the artifact bucket (`package`), then CloudFormation (`deploy`, `undeploy`).

The same calls serve the emulator and AWS; only the clients differ (`target`). Left out: other templates than ours.
Start reading at `stack`; `artifacts` says what is uploaded and where.
"""

from rapid.deploy.artifacts import Artifact, package
from rapid.deploy.errors import DeployError, NoStackError, StackFailedError
from rapid.deploy.stack import Event, deploy, outputs, undeploy
from rapid.deploy.target import Target, ambient, local

__all__ = [
    "Artifact",
    "DeployError",
    "Event",
    "NoStackError",
    "StackFailedError",
    "Target",
    "ambient",
    "deploy",
    "local",
    "outputs",
    "package",
    "undeploy",
]
