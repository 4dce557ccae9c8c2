"""Creations of one kind follow each other: LocalStack and Moto look whether a name is taken, and note it later.

Of two requests at once with one name both were answered with success, and what one of them made was lost.
"""

import threading
from typing import Any

from localstack.runtime import hooks

_turns: dict[tuple[str, ...], threading.RLock] = {}
_OWN = frozenset({"cloudformation"})
"""Has turns by stack: a macro's function may create another stack while its own waits."""


@hooks.on_infra_start()
def create_in_turn() -> None:
    """Has every service's `Create...` operations wait for each other, each operation for itself."""
    from localstack.aws.skeleton import Skeleton

    stock = Skeleton.dispatch_request

    def dispatch_request(self: Skeleton, serializer: Any, context: Any, instance: Any) -> Any:
        operation, service = context.operation.name, context.service.service_name
        if not operation.startswith("Create") or service in _OWN:
            return stock(self, serializer, context, instance)
        with _turns.setdefault((service, operation, context.account_id, context.region), threading.RLock()):
            return stock(self, serializer, context, instance)

    Skeleton.dispatch_request = dispatch_request
