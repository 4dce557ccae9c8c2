"""IF, CASE, arithmetic and concatenation: https://trino.io/docs/current/functions/conditional.html."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql.comparing import compared
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions import strings
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.operators import arithmetic
from rapid.emulator.athena.sql.registry import Call
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import UNKNOWN, common

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


@compiles(*_ARITHMETIC)
def computed(ex: "Expressions", node: exp.Expr) -> Typed:
    return arithmetic(ex, _ARITHMETIC[type(node)], ex.compile(node.this), ex.compile(node.expression), node)


@compiles(exp.DPipe)
def concatenation(ex: "Expressions", node: exp.DPipe) -> Typed:
    call = Call("concat", node, [], ex)
    return strings.join(call, ex.compile(node.this), ex.compile(node.expression), operator=True)


@compiles(exp.If)
def if_(ex: "Expressions", node: exp.If) -> Typed:
    condition = ex.boolean(node.this, "IF condition")
    yes = ex.compile(node.args["true"])
    no = ex.compile(node.args["false"]) if node.args.get("false") else Typed("NULL", UNKNOWN)
    if common(yes.type, no.type) is None:
        message = f"Result types for IF must be the same: {yes.type} vs {no.type}"
        raise SqlError("TYPE_MISMATCH", message, position(node))
    (yes, no), kind = ex.unify([yes, no], [node, node])
    return Typed(f"CASE WHEN {condition.sql} THEN {yes.sql} ELSE {no.sql} END", kind)


@compiles(exp.Case)
def case(ex: "Expressions", node: exp.Case) -> Typed:
    operand = ex.compile(node.this) if node.this else None
    conditions = []
    for branch in node.args["ifs"]:
        if operand is None:
            conditions.append(ex.boolean(branch.this, "CASE WHEN clause").sql)
            continue
        value = ex.compile(branch.this)
        if common(operand.type, value.type) is None:
            message = f"CASE operand type does not match WHEN clause operand type: {operand.type} vs {value.type}"
            raise SqlError("TYPE_MISMATCH", message, position(branch.this))
        conditions.append(compared(ex, operand, value, "="))
    default = node.args.get("default")
    values = [b.args["true"] for b in node.args["ifs"]] + ([default] if default else [])
    results, kind = ex.unify([ex.compile(v) for v in values], values, "All CASE results")
    whens = " ".join(f"WHEN {c} THEN {r.sql}" for c, r in zip(conditions, results, strict=False))
    tail = f" ELSE {results[-1].sql}" if default else ""
    return Typed(f"CASE {whens}{tail} END", kind)
