"""Where a function's logs and metrics go: CloudWatch of this emulator.

PutLogEvents is what every invocation ends with. Through a client it costs more CPU than the invocation itself
(measured 2026-11: serialized, signed, routed and parsed twice), so events go to the store behind it, Moto's, whose
streams journal them (`rapid.emulator.state.logs`). Where metric filters watch the account's logs, they go through the
API, which applies them.
"""

from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.plugins import SERVICE_PLUGINS

from rapid.emulator.lambda_.telemetry import Account, Stream


class CloudWatch:
    """What `Telemetry` sends to."""

    def put_logs(self, stream: Stream, batch: list[dict[str, Any]]) -> None:
        """Adds events to a stream; makes the stream, and the group if it may, where they are not there (any more)."""
        SERVICE_PLUGINS.require("logs")  # with its saved state in place
        from moto.logs.models import logs_backends

        account = stream.account
        backend = logs_backends[account.id][account.region]
        group = backend.groups.get(stream.group)
        if group is None and not stream.makes_group:
            return
        if group is None or stream.name not in group.streams:
            self._create(stream)
        if backend.filters.metric_filters:
            self._client("logs", account).put_log_events(
                logGroupName=stream.group, logStreamName=stream.name, logEvents=batch
            )
        else:
            backend.put_log_events(stream.group, stream.name, batch)

    def put_metrics(self, account: Account, items: list[dict[str, Any]]) -> None:
        """Sends data points of AWS/Lambda."""
        self._client("cloudwatch", account).put_metric_data(Namespace="AWS/Lambda", MetricData=items)

    def _create(self, stream: Stream) -> None:
        """Through the API, so that group and stream are saved."""
        logs = self._client("logs", stream.account)
        names = {"logGroupName": stream.group, "logStreamName": stream.name}
        for create, arguments in (
            (logs.create_log_group, {"logGroupName": stream.group}),
            (logs.create_log_stream, names),
        ):
            try:
                create(**arguments)
            except logs.exceptions.ResourceAlreadyExistsException:
                continue

    def _client(self, service: str, account: Account) -> Any:
        return connect_to(aws_access_key_id=account.id, region_name=account.region).get_client(service)
