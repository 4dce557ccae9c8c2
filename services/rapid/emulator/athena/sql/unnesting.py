"""UNNEST: arrays side by side, maps as two columns, rows taken apart. https://trino.io/docs/current/sql/select.html#unnest."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.scope import Carried, Column, Field, Scope, quote
from rapid.emulator.athena.sql.types import BIGINT, Type, field_name

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler


def alone(compiler: "Compiler", node: exp.Unnest, outer: Scope) -> tuple[str, list[Field]]:
    """UNNEST as a relation of its own."""
    items, columns, name, inner = _columns(node, Expressions(compiler, outer), keep=False)
    alias = f"r{compiler.fresh()}"
    sql = f"(SELECT {', '.join(items)} FROM (SELECT {', '.join(inner)})) AS {alias}"
    fields = _fields(alias, columns, name)
    return (f"LATERAL {sql}" if outer.fields else sql), fields


def beside(
    compiler: "Compiler", left: str, fields: list[Field], node: exp.Unnest, scope: Scope, keep: bool
) -> tuple[str, list[Field]]:
    """`left CROSS JOIN UNNEST(…)` in one pass over `left`, in its order; with `keep`, rows of empty arrays stay.

    A lateral join of DuckDB would hash every row, and keep no order.
    """
    items, columns, name, inner = _columns(node, Expressions(compiler, scope), keep)
    alias = f"r{compiler.fresh()}"
    carried = Carried(alias)
    compiler.carried.append(carried)
    taken = f"(SELECT {carried.token(True)}{', '.join(inner)} FROM {left})"
    sql = f"(SELECT {carried.token(False)}{', '.join(items)} FROM {taken}) AS {alias}"
    kept = [
        Field(f.name, f.type, f"{alias}.f{i}", f.relation, f.scan, f.is_partition, f.hidden, f.column, f, carried)
        for i, f in enumerate(fields)
    ]
    return sql, [*kept, *_fields(alias, columns, name)]


def _fields(alias: str, columns: list[Column], name: str | None) -> list[Field]:
    return [Field(c.name, c.type, f"{alias}.c{i}", (name,) if name else ()) for i, c in enumerate(columns)]


def _columns(
    node: exp.Unnest, expressions: Expressions, keep: bool
) -> tuple[list[str], list[Column], str | None, list[str]]:
    """Items that take the unnested values apart, their columns, the alias, and the unnested values themselves."""
    whole = _rows_stay_whole(node)
    arrays: list[tuple[str, str]] = []
    outputs: list[tuple[str, Type, str | None]] = []
    for index, argument in enumerate(node.expressions):
        value = expressions.compile(argument)
        name = f"u{index}"
        if value.type.name == "map":
            arrays += [(f"map_keys({value.sql})", f"{name}k"), (f"map_values({value.sql})", f"{name}v")]
            outputs += [(f"{name}k", value.type.args[0], None), (f"{name}v", value.type.args[1], None)]
        elif value.type.name == "array":
            arrays.append((value.sql, name))
            element = value.type.args[0]
            if element.name == "row" and not whole:
                outputs += [(f"{name}.{quote(field_name(n, i))}", t, n) for i, (n, t) in enumerate(element.args)]
            else:
                outputs.append((name, element, None))
        else:
            raise SqlError("INVALID_FUNCTION_ARGUMENT", f"Cannot unnest type: {value.type}")
    longest = f"greatest({', '.join(f'coalesce(len({a}), 0)' for a, _ in arrays)})"
    inner = [f"unnest({a}) AS {n}" for a, n in arrays]
    if keep:
        inner = [f"unnest(CASE WHEN {longest} = 0 THEN [NULL] ELSE {a} END) AS {n}" for a, n in arrays]
    offset, alias = node.args.get("offset"), node.args.get("alias")
    if offset:
        numbers = f"range(1, CAST({longest} AS BIGINT) + 1)"
        inner.append(
            f"unnest(CASE WHEN {longest} = 0 THEN [NULL] ELSE {numbers} END) AS ord"
            if keep
            else f"unnest({numbers}) AS ord"
        )
        outputs.append(("ord", BIGINT, None))
    columns = _named(node, outputs)
    items = [f"{sql} AS c{i}" for i, (sql, _, _) in enumerate(outputs)]
    return items, columns, alias.this.name.lower() if alias and alias.this else None, inner


def _rows_stay_whole(node: exp.Unnest) -> bool:
    """Athena also takes one name for an array of rows, as its guide does: `UNNEST(labels) AS t(label) … label.name`.

    https://docs.aws.amazon.com/athena/latest/ug/query-examples-waf-logs-count.html (read 2026-11). Trino knows only a
    name for every field, which Athena takes too.
    """
    alias = node.args.get("alias")
    names = (alias.args.get("columns") or []) if alias else []
    ordinality = bool(node.args.get("offset")) and not isinstance(node.args.get("offset"), exp.Identifier)
    return len(names) == len(node.expressions) + ordinality


def _named(node: exp.Unnest, outputs: list[tuple[str, Type, str | None]]) -> list[Column]:
    offset, alias = node.args.get("offset"), node.args.get("alias")
    names = [c.name for c in (alias.args.get("columns") or [])] if alias else []
    if isinstance(offset, exp.Identifier) and alias:
        names = [*names, offset.name]
    if names and len(names) != len(outputs):
        shown = alias.this.name if alias and alias.this else "unnest"
        message = f"Column alias list has {len(names)} entries but '{shown}' has {len(outputs)} columns available"
        raise SqlError("MISMATCHED_COLUMN_ALIASES", message, position(node))
    shown_names = names or [n or f"_col{i}" for i, (_, _, n) in enumerate(outputs)]
    return [Column(n, t) for n, (_, t, _) in zip(shown_names, outputs, strict=True)]
