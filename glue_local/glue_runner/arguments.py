"""Job arguments that Glue takes for itself: they set up the job, and the script never sees them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html (read 2026-11). What is left
out of here reaches the script: --TempDir, --job-bookmark-option and its range, --encryption-type, --WORKFLOW_NAME, ...
"""

from collections.abc import Mapping

from glue_runner.spark_conf import ConfError

CONSUMED = frozenset(
    {
        *("--additional-python-modules", "--python-modules-installer-option", "--python-virtual-env"),
        *("--class", "--conf", "--customer-driver-env-vars", "--customer-executor-env-vars", "--datalake-formats"),
        *("--continuous-log-logGroup", "--continuous-log-logStreamPrefix", "--continuous-log-conversionPattern"),
        *("--custom-logGroup-prefix", "--custom-logStream-prefix", "--disable-proxy-v2", "--execution-iam-role"),
        *("--enable-auto-scaling", "--enable-continuous-cloudwatch-log", "--enable-continuous-log-filter"),
        *("--enable-glue-datacatalog", "--enable-job-insights", "--enable-metrics", "--enable-observability-metrics"),
        *("--enable-rename-algorithm-v2", "--enable-s3-parquet-optimized-committer", "--enable-spark-ui"),
        *("--enable-lakeformation-fine-grained-access", "--write-shuffle-files-to-s3", "--use-postgres-driver"),
        *("--extra-files", "--extra-jars", "--extra-py-files", "--job-language", "--library-set", "--scriptLocation"),
        *("--spark-event-logs-path", "--s3-shuffle-bucket", "--user-jars-first", "--pip-install"),
    }
)


def of_script(arguments: Mapping[str, str]) -> dict[str, str]:
    """The arguments that a script finds in `sys.argv`."""
    return {str(name): str(value) for name, value in arguments.items() if name not in CONSUMED}


def check_language(arguments: Mapping[str, str], script: str) -> None:
    """Refuses what is not Python.

    Raises:
        ConfError: a job in Scala.
    """
    if arguments.get("--job-language", "python").lower() == "scala" or script.endswith(".scala"):
        raise ConfError(f"{script} is a Scala job; Python is what runs here.")


def on(arguments: Mapping[str, str], name: str) -> bool:
    """Whether a switch like `--enable-metrics` is on: "true", or there without a value, as AWS reads it."""
    return name in arguments and str(arguments[name]).lower() in {"true", ""}
