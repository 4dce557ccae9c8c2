"""Time until the services answer, first and second start, and what they take when idle."""

from collections.abc import Iterator

from bench.harness import Figure, Instance, seconds
from rapid.cli.lifecycle import bring_up
from rapid.cli.services import SERVICES, spec
from rapid.core.processes import Supervisor


def measure(instance: Instance) -> Iterator[Figure]:
    for name, took in instance.ready.items():
        yield Figure(f"first start until {name} answers", took, "s")
    supervisor = Supervisor(instance.config)
    supervisor.stop(SERVICES)
    yield Figure("second start until all answer", seconds(lambda: bring_up(Supervisor(instance.config))), "s")
    for name in SERVICES:
        status = supervisor.status(spec(instance.config, name))
        yield Figure(f"idle memory of {name}", status.memory_mb or 0.0, "MiB", "resident, with its children")
