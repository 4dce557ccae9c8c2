"""Queries to which it does not matter how often a row comes, as long as its copies are counted.

`SELECT day, count(*) FROM t GROUP BY day` needs no row of a Parquet file if `day` is a partition key: footers tell how
many rows there are. Here is decided which queries are such; `tables` counts where no other column is wanted.
"""

from sqlglot import exp

from rapid.emulator.athena.sql.grouping import is_aggregate
from rapid.emulator.athena.sql.scope import Field, Scan

_BLIND_TO_COPIES = ("any_value", "approx_distinct", "arbitrary", "bool_and", "bool_or", "every", "max", "min")
_VOLATILE = ("rand", "random", "shuffle", "uuid")


def scan_to_count(tree: exp.Select, fields: list[Field]) -> Scan | None:
    """The scan that a SELECT reads whose rows may come as one with their number, if it is such a SELECT.

    It has one table and no subquery, its aggregates are `count(*)` or blind to copies, and nothing in it is random.
    """
    scans = {f.scan for f in fields}
    scan = next(iter(scans)) if len(scans) == 1 else None
    source = tree.args["from_"].this if tree.args.get("from_") else None
    if scan is None or not isinstance(source, exp.Table) or source.args.get("sample") or tree.args.get("joins"):
        return None
    inner = [n for n in tree.walk() if n is not tree]
    if any(isinstance(n, exp.Query | exp.Window) or _is_volatile(n) for n in inner):
        return None
    calls = [n for n in inner if is_aggregate(n)]
    if not all(map(_is_blind, calls)) or not (calls or tree.args.get("group") or tree.args.get("distinct")):
        return None
    return scan


def _is_volatile(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in _VOLATILE


def _is_blind(call: exp.Expr) -> bool:
    """Whether an aggregate is `count(*)`, or gives the same however often a row comes."""
    if not isinstance(call, exp.Anonymous):
        return False
    arguments = call.expressions
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        return True
    name = str(call.this).lower()
    if name == "count":
        return not arguments or isinstance(arguments[0], exp.Star)
    return name in _BLIND_TO_COPIES and len(arguments) == 1
