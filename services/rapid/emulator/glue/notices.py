"""Events that Glue puts on the default EventBridge bus.

Shapes: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html (read 2026-11).
"""

import json
import logging

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator.glue.models import JobRun
from rapid.emulator.glue.scope import Scope

LOG = logging.getLogger(__name__)

MESSAGES = {
    "SUCCEEDED": ("INFO", "Job run succeeded"),
    "STOPPED": ("INFO", "Job run stopped"),
    "TIMEOUT": ("WARN", "Job run timed out"),
}


def job_state_change(scope: Scope, run: JobRun) -> None:
    """Publishes `Glue Job State Change` for a run that has ended. A bus that refuses it is logged, nothing else."""
    name, run_id = run.response["JobName"], run.id
    cause = run.response.get("ErrorMessage", "")
    failed = ("ERROR", f"JobName:{name} and JobRunId:{run_id} failed to execute with exception {cause}")
    severity, message = MESSAGES.get(run.state, failed)
    detail = {"jobName": name, "severity": severity, "state": run.state, "jobRunId": run_id, "message": message}
    entry = {"Source": "aws.glue", "DetailType": "Glue Job State Change", "Detail": json.dumps(detail), "Resources": []}
    try:
        scope.client("events").put_events(Entries=[entry])
    except (ClientError, BotoCoreError) as error:
        LOG.error("The state change of run %s was not published: %s", run_id, error)
