"""The way of a request to its operation: its members are checked against AWS's model first.

Every operation of the model has a method; Moto, which answers queries with canned rows, is never asked.
"""

from localstack.aws.skeleton import DispatchTable, create_dispatch_table
from localstack.aws.spec import load_service

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.constraints import checked_table

_CHECKS_ITSELF = {"GetQueryResults"}
"""Operations that AWS refuses with words of their own."""


def table(provider: object) -> DispatchTable:
    """The operations by name.

    Raises:
        NotImplementedError: the model has an operation that the provider lacks.
    """
    operations = create_dispatch_table(provider)
    missing = sorted(set(load_service("athena").operation_names) - set(operations))
    if missing:
        raise NotImplementedError(f"Athena's provider lacks {', '.join(missing)}")
    return checked_table("athena", operations, InvalidRequestException, _CHECKS_ITSELF)
