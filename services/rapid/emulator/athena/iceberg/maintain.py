"""OPTIMIZE … REWRITE DATA USING BIN_PACK and VACUUM.

https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html, .../vacuum-statement.html (read 2026-11).
"""

import time
from typing import Any

from pyiceberg.table import FileScanTask

from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.iceberg.changes import Rewrite, as_arrow, target
from rapid.emulator.athena.iceberg.loading import Source, commit
from rapid.emulator.athena.iceberg.reading import SnapshotReader
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import quote

_TARGET = 512 * 2**20
_DATA_FILES, _DELETE_FILES = 5, 2
_SNAPSHOT_SECONDS = 432_000


def optimize(session: Session, words: Words) -> None:
    """Writes small files, large ones and those with deleted rows anew, partition by partition."""
    words.expect("OPTIMIZE")
    name = words.name()
    words.expect("REWRITE", "DATA")
    if words.accept("USING"):
        words.expect("BIN_PACK")
    condition = words.rest() if words.accept("WHERE") else None
    words.end()
    table = target(session, name)
    reader = SnapshotReader(table.source, session.objects, session.connection)
    tasks = reader.tasks()
    if condition:
        shown = f'SELECT DISTINCT "$path" FROM "{table.database}"."{table.name}" WHERE {condition}'
        query = session.compile(shown)
        if any(not scan.columns <= {"$path", *_partitioned(table.source)} for scan in query.scans):
            message = "Unexpected FilterNode found in plan; probably connector was not able to handle provided WHERE expression"  # noqa: E501
            raise SqlError("NOT_SUPPORTED", message)
        paths = {row[0] for row in session.connection.rows(session.bound(query))}
        tasks = [t for t in tasks if t.file.file_path in paths]
    chosen = _chosen(table.source, tasks)
    if chosen:
        items = ", ".join(quote(c.name) for c in table.columns)
        relation = reader.relation(chosen, {c.name for c in table.columns})
        rows = as_arrow(table.source.table, session.connection.arrow(f"SELECT {items} FROM {relation}"))
        session.reader.bytes_found += reader.bytes_found
        session.measure()
        Rewrite(session, table).commit([t.file for t in chosen], rows)
    session.write_text([], [])


def _partitioned(source: Source) -> set[str]:
    """Columns of the table's partitions: the only ones that the condition of OPTIMIZE may name."""
    schema = source.table.schema()
    return {schema.find_field(f.source_id).name.lower() for f in source.table.spec().fields}


def _chosen(source: Source, tasks: list[FileScanTask]) -> list[FileScanTask]:
    """Files worth writing anew, by the thresholds of the table's properties."""
    properties = source.table.properties

    def number(name: str, default: float) -> float:
        return float(properties.get(name, default))

    size = number("write_target_data_file_size_bytes", _TARGET)
    smallest = number("optimize_rewrite_min_data_file_size_bytes", 0.75 * size)
    largest = number("optimize_rewrite_max_data_file_size_bytes", 1.8 * size)
    enough = number("optimize_rewrite_data_file_threshold", _DATA_FILES)
    deletes = number("optimize_rewrite_delete_file_threshold", _DELETE_FILES)
    groups: dict[Any, list[FileScanTask]] = {}
    for task in tasks:
        groups.setdefault((task.file.spec_id, str(task.file.partition)), []).append(task)
    chosen: list[FileScanTask] = []
    for members in groups.values():
        sized = [t for t in members if not smallest <= t.file.file_size_in_bytes <= largest]
        deleted = [t for t in members if len(t.delete_files) >= deletes]
        if len(sized) >= enough and len(sized) > 1:
            chosen += sized
        chosen += [t for t in deleted if t not in chosen]
    return chosen


def vacuum(session: Session, words: Words) -> None:
    """Expires old snapshots, and removes the files that only they had and those that no snapshot ever had."""
    words.expect("VACUUM")
    name = words.name()
    words.end()
    table = target(session, name)
    found = table.source.table
    properties = found.properties
    age = float(properties.get("vacuum_max_snapshot_age_seconds", _SNAPSHOT_SECONDS))
    kept = max(1, int(properties.get("vacuum_min_snapshots_to_keep", 1)))
    oldest = (time.time() - age) * 1000
    snapshots = sorted(found.snapshots(), key=lambda s: s.timestamp_ms, reverse=True)
    named = {r.snapshot_id for r in found.refs().values()}
    doomed = [s.snapshot_id for s in snapshots[kept:] if s.timestamp_ms < oldest and s.snapshot_id not in named]
    before = _reachable(found)
    if doomed:
        commit(found, lambda transaction: _expire(transaction, doomed))
        found.refresh()
    after = _reachable(found)
    place = split_uri(found.location().rstrip("/") + "/")
    listed = list(session.objects.list_all(*place))
    orphans = {o.uri for o in listed if o.modified < time.time() - age} - before
    session.objects.delete(sorted((before - after) | (orphans - after)))
    session.write_text([], [])


def _expire(transaction: Any, snapshots: list[int]) -> None:
    from pyiceberg.table.update.snapshot import ExpireSnapshots

    ExpireSnapshots(transaction).by_ids(snapshots).commit()


def _reachable(found: Any) -> set[str]:
    """Every file that the table's metadata still names."""
    files = {found.metadata_location, *(e.metadata_file for e in found.metadata.metadata_log)}
    files |= {s.statistics_path for s in found.metadata.statistics}
    for snapshot in found.snapshots():
        files.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(found.io):
            if manifest.manifest_path in files:
                continue
            files.add(manifest.manifest_path)
            files |= {e.data_file.file_path for e in manifest.fetch_manifest_entry(found.io, discard_deleted=True)}
    return files
