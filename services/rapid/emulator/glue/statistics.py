"""Column statistics that clients store: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-column-statistics.html.

None is computed here: what was put comes back, and a column without statistics is in Errors.
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, check_count, failure
from rapid.emulator.glue.errors import EntityNotFoundException
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.tables import find_table

Statistics = dict[str, Structure]


def _missing(column: str) -> EntityNotFoundException:
    return EntityNotFoundException(f"Column statistics of {column} not found.")


def _get(held: Statistics, names: list[str]) -> Structure:
    check_count(names, 100, "columnNames")
    errors = [{"ColumnName": n, "Error": failure(_missing(n))} for n in names if n not in held]
    return {"ColumnStatisticsList": [held[n] for n in names if n in held], "Errors": errors}


def _put(held: Statistics, given: list[Structure]) -> Structure:
    check_count(given, 25, "columnStatisticsList")
    held.update({statistics["ColumnName"]: statistics for statistics in given})
    return {"Errors": []}


def _delete(held: Statistics, name: str) -> Structure:
    if held.pop(name, None) is None:
        raise _missing(name)
    return {}


class ColumnStatistics:
    """Operations on column statistics of tables and partitions."""

    def _of_table(self, context: RequestContext, request: Structure) -> Statistics:
        return find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"]).statistics

    def _of_partition(self, context: RequestContext, request: Structure) -> Statistics:
        table = find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"])
        key = tuple(request["PartitionValues"])
        if key not in table.partitions:
            raise EntityNotFoundException("Cannot find partition.")
        return table.partition_statistics.setdefault(key, {})

    @handler("GetColumnStatisticsForTable", expand=False)
    def get_column_statistics_for_table(self, context: RequestContext, request: Structure) -> Structure:
        return _get(self._of_table(context, request), request["ColumnNames"])

    @handler("UpdateColumnStatisticsForTable", expand=False)
    def update_column_statistics_for_table(self, context: RequestContext, request: Structure) -> Structure:
        return _put(self._of_table(context, request), request["ColumnStatisticsList"])

    @handler("DeleteColumnStatisticsForTable", expand=False)
    def delete_column_statistics_for_table(self, context: RequestContext, request: Structure) -> Structure:
        return _delete(self._of_table(context, request), request["ColumnName"])

    @handler("GetColumnStatisticsForPartition", expand=False)
    def get_column_statistics_for_partition(self, context: RequestContext, request: Structure) -> Structure:
        return _get(self._of_partition(context, request), request["ColumnNames"])

    @handler("UpdateColumnStatisticsForPartition", expand=False)
    def update_column_statistics_for_partition(self, context: RequestContext, request: Structure) -> Structure:
        return _put(self._of_partition(context, request), request["ColumnStatisticsList"])

    @handler("DeleteColumnStatisticsForPartition", expand=False)
    def delete_column_statistics_for_partition(self, context: RequestContext, request: Structure) -> Structure:
        return _delete(self._of_partition(context, request), request["ColumnName"])
