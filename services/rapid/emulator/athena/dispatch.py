"""The way of a request to its operation: its members are checked against AWS's model first.

Every operation of the model has a method; Moto, which answers queries with canned rows, is never asked.
"""

from localstack.aws.skeleton import DispatchTable, create_dispatch_table
from localstack.aws.spec import load_service

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.constraints import checked

_CHECKS_ITSELF = {"GetQueryResults"}
"""Operations that AWS refuses with words of their own."""


def table(provider: object) -> DispatchTable:
    """The operations by name.

    Raises:
        NotImplementedError: the model has an operation that the provider lacks.
    """
    service = load_service("athena")
    operations = create_dispatch_table(provider)
    missing = sorted(set(service.operation_names) - set(operations))
    if missing:
        raise NotImplementedError(f"Athena's provider lacks {', '.join(missing)}")
    return {
        name: operation
        if name in _CHECKS_ITSELF
        else checked(operation, service.operation_model(name).input_shape, InvalidRequestException)
        for name, operation in operations.items()
    }
