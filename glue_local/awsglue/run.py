"""What a script's process knows of its run, and how CloudWatch is told of it. Not part of AWS's API."""

import sys
from typing import Any

NAMESPACE = "Glue"


def argument(name: str) -> str:
    """A value that the service, or who started the script, has given it; nothing outside of a job."""
    arguments = sys.argv[1:]
    return arguments[arguments.index(name) + 1] if name in arguments[:-1] else ""


def metric_data(name: str, value: float, kind: str, job: str, run: str, **more: str) -> list[dict[str, Any]]:
    """One value for PutMetricData: for the run, and for all runs of the job.

    https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html (read 2026-11)

    Args:
        name: of the metric.
        value: what was measured.
        kind: `count` or `gauge`.
        job: its name; a dimension without a value is left out.
        run: its id.
        more: `Unit`.
    """
    return [
        {
            "MetricName": name,
            "Value": value,
            "Dimensions": [
                {"Name": key, "Value": text}
                for key, text in {"JobName": job, "JobRunId": each, "Type": kind}.items()
                if text
            ],
            **more,
        }
        for each in (run, "ALL")
    ]
