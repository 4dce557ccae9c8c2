"""Switches durable state on when LocalStack starts: hooks of `localstack.hooks.*`.

on_infra_start (before the port opens)   the recorder joins the response handlers; damaged files are moved aside;
                                         services that act by themselves and have saved state are started
a service's first start                  its saved stores are put in place before it answers
on_infra_shutdown                        what is still dirty is saved
"""

import logging
import time

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)

SELF_ACTING = (
    "s3",
    "apigateway",
    "apigatewayv2",
    "cloudwatch",
    "lambda",
    "events",
    "scheduler",
    "pipes",
    "glue",
    "firehose",
)
"""Services that must run after a restart though nobody calls them: URLs, alarms, pollers, schedules, triggers."""


@hooks.on_infra_start(priority=-100)  # last: in-process clients are ready then
def start_durable_state() -> None:
    from rapid.core import config

    settings = config.load()
    if not settings.durable:
        return
    from localstack.aws.handlers import run_custom_response_handlers
    from localstack.services.plugins import SERVICE_PLUGINS

    from rapid.emulator.state import lifecycle, recording, snapshots

    begin = time.monotonic()
    current = snapshots.Snapshots(settings.state / "stores")
    snapshots.use(current)
    lifecycle.install(current)
    run_custom_response_handlers.append(recording.record_response)
    current.check()
    for name in SELF_ACTING:
        if current.has_saved(name) or (name == "s3" and (settings.state / "s3").exists()):
            SERVICE_PLUGINS.require(name)
    LOG.info("Durable state is on, loaded in %.2f s", time.monotonic() - begin)


@hooks.on_infra_shutdown()
def stop_durable_state() -> None:
    from rapid.emulator.state import snapshots

    snapshots.finish()
