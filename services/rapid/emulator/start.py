"""How the emulator process is started: its command and its environment.

`python -m rapid.emulator` runs LocalStack's own entry point; everything of ours is loaded by it through the entry
points in pyproject.toml.
"""

from rapid.core.config import Config

PROVIDERS = {
    "glue": "rapid",
    "events": "rapid",
    "pipes": "rapid",
    "scheduler": "rapid",
    "application-autoscaling": "rapid",
    "budgets": "rapid",
    "codedeploy": "rapid",
    "athena": "rapid",
    "cloudformation": "rapid",
    "apigateway": "rapid",
    "s3": "rapid",
    "kms": "rapid",
    "dynamodb": "rapid",
    "dynamodbstreams": "rapid",
    "kinesis": "rapid",
    "firehose": "rapid",
    "ssm": "rapid",
    "logs": "rapid",
    "cognito-idp": "rapid",
    "stepfunctions": "rapid",
    "apigatewayv2": "rapid",
}
"""Services answered by a provider of ours: service name as in botocore, plugin name."""


def command(config: Config) -> list[str]:
    return [str(config.python("emulator")), "-m", "rapid.emulator"]


def _listen(config: Config) -> list[str]:
    """Where the endpoint answers: at its own address, and at a loopback one that it hands out to others.

    A container's port may have another number on its host. Addresses that are handed out hold that one, and functions,
    which run in the container, are given some of them: where a custom resource sends its answer, presigned objects.
    """
    own = f"{config.host}:{config.emulator_port}"
    name, _, port = config.emulator_address.rpartition(":")
    other = name in {"127.0.0.1", "localhost"} and port != str(config.emulator_port)
    return [own, f"127.0.0.1:{port}"] if other else [own]


def environment(config: Config) -> dict[str, str]:
    """Settings of LocalStack 4.13.1, https://docs.localstack.cloud/references/configuration/ (read 2026-11)."""
    return {
        **config.as_environment(),
        **{f"PROVIDER_OVERRIDE_{s.upper().replace('-', '_')}": p for s, p in PROVIDERS.items()},
        "GATEWAY_LISTEN": ",".join(_listen(config)),
        "LOCALSTACK_HOST": config.emulator_address,
        "FILESYSTEM_ROOT": str(config.state / "localstack"),
        "DISABLE_EVENTS": "1",
        "LS_LOG": config.log_level.lower(),
        "GATEWAY_SERVER": "rapid",
        # In a container, too, it is our process with our folders, not LocalStack's own image.
        "OVERRIDE_IN_DOCKER": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        # An answer does not say that it is not AWS's.
        "LOCALSTACK_RESPONSE_HEADER_ENABLED": "0",
        "DNS_ADDRESS": "0",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        # An idle queue or stream is asked as often as a busy one: else its first message waits for up to 10 s.
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "1",
        # A stack must never be CREATE_COMPLETE with resources that do not exist.
        "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES": "0",
        # A queue URL that resolves without a name server.
        "SQS_ENDPOINT_STRATEGY": "path",
        "EAGER_SERVICE_LOADING": "0",
        # Services call each other in this process, not through a socket.
        "IN_MEMORY_CLIENT": "1",
        # What LocalStack itself keeps in files (CloudWatch metrics) survives a restart too; the rest is emulator/state.
        "PERSISTENCE": "1" if config.durable else "0",
    }
