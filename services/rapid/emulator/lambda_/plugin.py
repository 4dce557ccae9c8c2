"""How LocalStack finds Lambda: the provider, and the runtime executor `process`."""

import sys
from typing import Any

from localstack import config
from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import Service, aws_provider


@aws_provider(api="lambda", name="rapid")
def lambda_() -> Service:
    from rapid.emulator.events import patterns
    from rapid.emulator.lambda_ import service
    from rapid.emulator.lambda_.provider import RapidLambdaProvider, table

    patterns.install()
    service.install()
    return Service.for_provider(RapidLambdaProvider(), dispatch_table_factory=table)


@hooks.on_infra_start()
def choose_lambda_provider() -> None:
    """PROVIDER_OVERRIDE_LAMBDA would do, if LocalStack did not warn about it as a thing of the past."""
    from rapid.emulator import bodies

    bodies.install()
    config.SERVICE_PROVIDER_CONFIG.set_provider("lambda", "rapid")


@hooks.on_infra_shutdown(priority=10)  # while services still answer, and before their state is saved
def stop_lambda_functions() -> None:
    executor = sys.modules.get("rapid.emulator.lambda_.executor")
    if executor:
        executor.shut_down()


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self, *_args: Any, **_kwargs: Any) -> type:
        from rapid.emulator.lambda_.executor import ProcessExecutor

        return ProcessExecutor
