"""Which function compiles which kind of node: the decorator is the registration."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from rapid.emulator.athena.sql.scope import Typed

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions

Rule = Callable[["Expressions", Any], Typed]
RULES: dict[type[exp.Expr], Rule] = {}


def compiles(*kinds: type[exp.Expr]) -> Callable[[Rule], Rule]:
    """Registers a rule for kinds of nodes."""

    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, rule))
        return rule

    return register
