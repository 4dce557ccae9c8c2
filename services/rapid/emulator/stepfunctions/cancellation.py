"""What a `.sync` task has started is cancelled when its execution is stopped, or a branch beside it fails.

"Step Functions will make a best-effort attempt to cancel the task", which then may have ended:
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync (read 2026-11).
"""

import logging
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (
    StateCredentials,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.resource import (
    ResourceRuntimePart,
    ServiceResource,
)
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for

LOG = logging.getLogger(__name__)


def cancel(
    resource: ServiceResource, started: dict[str, Any], part: ResourceRuntimePart, credentials: StateCredentials
) -> None:
    """Stops a job run or a query.

    Args:
        resource: the task's.
        started: what the service answered when it was started.
        part: the region.
        credentials: the task's.
    """
    client = boto_client_for(service=resource.service_name, region=part.region, state_credentials=credentials)
    try:
        if "JobRunId" in started:
            client.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])
        elif "QueryExecutionId" in started:
            client.stop_query_execution(QueryExecutionId=started["QueryExecutionId"])
    except ClientError as error:
        LOG.warning("%s was not cancelled: %s", resource.resource_arn, error)
