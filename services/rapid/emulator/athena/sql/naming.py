"""Names: columns, fields of rows, parameters of lambdas, subscripts."""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position, shown
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.scope import Typed, literal, quote
from rapid.emulator.athena.sql.types import VARCHAR, common, field_name

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions


@compiles(exp.Identifier, exp.Column)
def column(ex: "Expressions", node: exp.Expr) -> Typed:
    if isinstance(node.this, exp.Star):
        raise not_supported("* here", position(node))
    names = [p.name for p in node.parts] if isinstance(node, exp.Column) else [node.name]
    parts = [n.lower() for n in names]
    variable = ex.scope.variable(parts[0])
    if variable is not None:
        return fields(variable, parts[1:], node)
    alias = ex.scope.aliases.get(parts[0])
    if alias is not None and len(parts) == 1:
        return alias
    if parts == ["current_schema"] and not any(f.name == "current_schema" for f in ex.scope.fields):
        return Typed(literal(ex.compiler.database), VARCHAR)
    found, rest = ex.scope.resolve(parts, node)
    return fields(Typed(found.sql, found.type), rest, node)


def fields(value: Typed, names: list[str], node: exp.Expr) -> Typed:
    """Fields of a row, one inside the other.

    Raises:
        SqlError: TYPE_MISMATCH if it is no row, COLUMN_NOT_FOUND if it has no such field.
    """
    for name in names:
        found = value.type.field(name) if value.type.name == "row" else None
        if found is None:
            if value.type.name != "row":
                base = shown(node).removesuffix(f".{name}")
                raise SqlError("TYPE_MISMATCH", f"Expression {base} is not of type ROW", position(node))
            raise SqlError("COLUMN_NOT_FOUND", f"Column '{shown(node)}' cannot be resolved", position(node))
        index, kind = found
        value = Typed(f"({value.sql}).{quote(field_name(value.type.args[index][0], index))}", kind)
    return value


@compiles(exp.Dot)
def dot(ex: "Expressions", node: exp.Dot) -> Typed:
    return fields(ex.compile(node.this), [node.expression.name], node)


@compiles(exp.Bracket)
def subscript(ex: "Expressions", node: exp.Bracket) -> Typed:
    value, index = ex.compile(node.this), ex.compile(node.expressions[0])
    if value.type.name == "array" and index.type.is_integer:
        name = "list_extract" if ex.safe else "t_subscript"
        return Typed(f"{name}({value.sql}, {index.sql})", value.type.args[0])
    if value.type.name == "map" and common(value.type.args[0], index.type):
        key = ex.coerce(index, value.type.args[0]).sql
        if ex.safe:
            return Typed(f"t_map_get({value.sql}, {key})", value.type.args[1])
        shown = ex.cast(index, VARCHAR).sql
        return Typed(f"t_map_subscript({value.sql}, {key}, {shown})", value.type.args[1])
    if value.type.name == "row" and isinstance(index.value, int) and 0 < index.value <= len(value.type.args):
        name_, kind = value.type.args[index.value - 1]
        return Typed(f"({value.sql}).{quote(field_name(name_, index.value - 1))}", kind)
    if value.type.name == "row" and isinstance(index.value, int):
        message = f"Subscript index out of bounds: {index.value}, max value is {len(value.type.args)}"
        raise SqlError("INVALID_FUNCTION_ARGUMENT", message, position(node.expressions[0]))
    raise SqlError("TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {value.type}", position(node))
