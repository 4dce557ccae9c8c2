"""What a statement that writes leaves as its result: the count of rows, and the manifest of its files."""

from rapid.emulator.athena.results import column_info
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.scope import Column
from rapid.emulator.athena.sql.types import BIGINT

_TYPES = {"INSERT": "INSERT", "UPDATE": "UPDATE", "DELETE": "DELETE", "MERGE": "MERGE"}


def finish(session: Session, count: int, written: list[str] | None) -> None:
    """Ends the statement. `written` None: no manifest, as of Iceberg tables."""
    execution = session.execution
    if written is not None:
        manifest = f"{execution.location.removesuffix('.csv')}-manifest.csv"
        session.objects.put(manifest, "".join(uri + "\n" for uri in written).encode())
        execution.manifest = manifest
    execution.columns = [column_info(Column("rows", BIGINT))]
    execution.update_count, execution.rows = count, 0
    execution.has_header = False
    session.write_metadata(_TYPES.get(execution.substatement_type, "CREATE TABLE AS SELECT"))
    session.runs.keep(execution.id, [], 0)
