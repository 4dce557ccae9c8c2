"""Values for the `?` of a statement."""

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import parse_query
from rapid.emulator.athena.sql.errors import SqlError


def bind(tree: exp.Expr, parameters: list[str]) -> None:
    """Puts parameters in place of `?`.

    Raises:
        SqlError: INVALID_PARAMETER_USAGE if their number is wrong.
    """
    marks = sorted(tree.find_all(exp.Placeholder), key=lambda n: n.meta.get("start", 0))
    if len(marks) != len(parameters):
        raise SqlError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
        )
    for mark, parameter in zip(marks, parameters, strict=True):
        mark.replace(parameter_node(parameter))


def parameter_node(text: str) -> exp.Expr:
    """An execution parameter: a literal or constant expression; anything else is taken as a string.

    https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    """
    try:
        select = parse_query(f"SELECT {text}")
    except SqlError:
        return exp.Literal.string(text)
    node = select.expressions[0] if len(select.expressions) == 1 else None
    if node is None or select.args.get("from_") or node.find(exp.Column, exp.Subquery, exp.Alias, exp.Star):
        return exp.Literal.string(text)
    return node.pop()  # type: ignore[no-any-return]
