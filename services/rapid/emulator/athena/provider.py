"""Amazon Athena: every operation that has behaviour, one class per resource."""

import threading

from localstack.services.plugins import ServiceLifecycleHook
from localstack.state import StateVisitor

from rapid.emulator.athena.calculations import Calculations
from rapid.emulator.athena.capacity import CapacityReservations
from rapid.emulator.athena.catalogs import DataCatalogs
from rapid.emulator.athena.fetching import Results
from rapid.emulator.athena.models import athena_stores
from rapid.emulator.athena.notebooks import Notebooks
from rapid.emulator.athena.queries import Queries
from rapid.emulator.athena.saved import SavedQueries
from rapid.emulator.athena.sessions import Sessions
from rapid.emulator.athena.tags import Tags
from rapid.emulator.athena.workgroups import WorkGroups
from rapid.emulator.telling import Scope


class AthenaProvider(
    Queries,
    Results,
    WorkGroups,
    SavedQueries,
    DataCatalogs,
    CapacityReservations,
    Notebooks,
    Sessions,
    Calculations,
    Tags,
    ServiceLifecycleHook,
):
    """The operations of Athena."""

    service = "athena"

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(athena_stores)

    def on_after_init(self) -> None:
        """Who asks anything of Athena is about to run a query: what that needs is imported meanwhile."""
        threading.Thread(target=self.runs, name="athena-warm-up", daemon=True).start()

    def on_after_state_load(self) -> None:
        """Nobody works any more on queries that were queued or running when the process ended; Glue's sessions live."""
        from rapid.emulator.athena import history, spark
        from rapid.emulator.athena.runs import fail_interrupted

        history.load()
        for account, region, store in athena_stores.iter_stores():
            fail_interrupted(store.executions)
            for calculation in store.calculations.values():
                if not calculation.ended:
                    spark.follow(Scope(account, region), calculation)

    def on_before_stop(self) -> None:
        """A running query would keep the process from ending."""
        self.stop_running()
