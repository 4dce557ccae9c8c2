"""What Trino's parser says it expects where a query stops making sense, and the mistakes that sqlglot forgives.

Trino lists the tokens that its grammar allows at that place. Here they are told from the tokens before it: the clause,
and whether an operand, an alias or neither stands last. The lists are those of Trino 435, read from its messages.
"""

from sqlglot.tokenizer_core import Token, TokenType

_SELECT = ("','", "'EXCEPT'", "'FETCH'", "'FROM'", "'GROUP'", "'HAVING'", "'INTERSECT'", "'LIMIT'", "'OFFSET'", "'ORDER'", "'UNION'", "'WHERE'", "'WINDOW'", "<EOF>")  # fmt: skip  # noqa: E501
_WHERE = ("'EXCEPT'", "'FETCH'", "'GROUP'", "'HAVING'", "'INTERSECT'", "'LIMIT'", "'OFFSET'", "'ORDER'", "'UNION'", "'WINDOW'", "<EOF>")  # fmt: skip  # noqa: E501
_FROM = (*_WHERE, "','", "'WHERE'", "'CROSS'", "'FULL'", "'INNER'", "'JOIN'", "'LEFT'", "'NATURAL'", "'RIGHT'")
_HAVING = tuple(t for t in _WHERE if t not in ("'GROUP'", "'HAVING'"))
_TAILS = {
    "SELECT": _SELECT,
    "FROM": _FROM,
    "ON": _FROM,
    "WHERE": _WHERE,
    "GROUP": ("','", "'HAVING'", *_HAVING),
    "HAVING": _HAVING,
    "ORDER": ("','", "'FETCH'", "'LIMIT'", "'OFFSET'", "<EOF>"),
    "LIMIT": ("<EOF>",),
}
_OPERATORS = ("'%'", "'*'", "'+'", "'-'", "'.'", "'/'", "'AND'", "'AT'", "'OR'", "'['", "'||'")
_RELATION = ("'('", "'JSON_TABLE'", "'LATERAL'", "'TABLE'", "'UNNEST'", "<identifier>")
_QUERY = ("'('", "'SELECT'", "'TABLE'", "'VALUES'")
_BOUND = tuple(o for o in _OPERATORS if o != "'OR'")
"""What follows the lower bound of BETWEEN."""
_SETS = ("UNION", "INTERSECT", "EXCEPT")
_COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
_AFTER = {
    "SELECT": ("'*'", "'ALL'", "'DISTINCT'", "<expression>"),
    "FROM": _RELATION,
    "JOIN": _RELATION,
    "ORDER": ("'BY'",),
    "GROUP": ("'BY'",),
    "IS": ("'DISTINCT'", "'NOT'", "'NULL'"),
    "NOT": ("'BETWEEN'", "'IN'", "'LIKE'"),
    "EXISTS": ("'('",),
    "UNION": ("'ALL'", "'DISTINCT'", *_QUERY),
    "EXCEPT": ("'ALL'", "'DISTINCT'", *_QUERY),
    "INTERSECT": ("'ALL'", "'DISTINCT'", *_QUERY),
    "OUTER": ("'JOIN'",),
    **dict.fromkeys(_COMPARISONS, ("'ALL'", "'ANY'", "'SOME'", "<expression>")),
}
_NO_OPERAND = {
    "ALTER", "AND", "AS", "BETWEEN", "BY", "CONSTRAINT", "CREATE", "CROSS", "DEALLOCATE", "DELETE", "DESCRIBE", "DROP",
    "ELSE", "END", "ESCAPE", "EXCEPT", "EXECUTE", "FOR", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER", "INSERT",
    "INTERSECT", "INTO", "IS", "JOIN", "LEFT", "LIKE", "NATURAL", "ON", "OR", "ORDER", "OUTER", "PREPARE", "RECURSIVE",
    "RIGHT", "SELECT", "TABLE", "THEN", "UESCAPE", "UNION", "USING", "WHEN", "WHERE",
}  # fmt: skip
"""Reserved words that no expression begins with."""
_BEGINS = {"SELECT", ",", "WHERE", "AND", "OR", "HAVING", "BY", "THEN", "ELSE", "+", "-", "/", "||", *_COMPARISONS}
"""What an expression follows; `ON`, `WHEN` and `NOT` have other uses."""
_ALLOWED = {(",", "TABLE"), ("THEN", "DELETE"), ("THEN", "INSERT")}
"""Pairs of relations, and of MERGE."""
_NO_CALL = {"CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_SCHEMA", "CURRENT_USER"}
_NOT_AFTER_LIMIT = {"EXCEPT", "FROM", "GROUP", "HAVING", "INTERSECT", "OFFSET", "ORDER", "UNION", "WHERE"}
_NO_END = {"NOT", "CASE", "DISTINCT", "VALUES", "ALL"}
_CLAUSES = {*_TAILS, "OFFSET", "FETCH", "VALUES", "SET", "USING", "WITH"}
_OPERAND_ENDS = {TokenType.NUMBER, TokenType.STRING, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.R_BRACKET}


def word(token: Token) -> str:
    """A keyword in upper case, the last one of `GROUP BY`; nothing for what is quoted."""
    return _words(token)[-1]


def _words(token: Token) -> list[str]:
    quoted = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
    return [""] if quoted else token.text.upper().split() or [""]


def goes_on(token: Token) -> bool:
    """Whether something has to follow a token, so that a text that ends with it lacks its end."""
    return word(token) in _AFTER or word(token) in _NO_OPERAND | _NO_END - {"END"}


def expecting(found: list[Token], at: int) -> str:
    """The tokens that Trino would take in place of the one at `at`; past the last one, in place of the end."""
    return ", ".join(sorted(_expected(found, at)))


def _expected(found: list[Token], at: int) -> tuple[str, ...]:
    if not at:
        return ("<query>",)
    before = word(found[at - 1])
    clause, start = _clause(found, at)
    if before == "NOT" and not (at > 1 and _ends_operand(found[at - 2])):
        return ("<expression>",)
    if clause == "WITH":
        return _QUERY
    if before in _AFTER:
        return _AFTER[before]
    if before in ("DISTINCT", "ALL", ",") and clause == "SELECT" and (before == "," or start == at - 2):
        return ("'*'", "<expression>")
    if before == "," and clause == "FROM":
        return _RELATION
    if before == "BY" and clause == "GROUP":
        return ("'('", "'ALL'", "'CUBE'", "'DISTINCT'", "'GROUPING'", "'ROLLUP'", "<expression>")
    if before == "," and clause == "GROUP":
        return ("'('", "'CUBE'", "'GROUPING'", "'ROLLUP'", "<expression>")
    if before == "AS":
        return ("<type>",) if clause == "(" else ("<identifier>",)
    if before == "ALL":
        return _QUERY
    if not _ends_operand(found[at - 1]) and not (before == "*" and clause in ("SELECT", "(") and _is_star(found, at)):
        return ("<expression>",)
    return _after_operand(found, at, clause, start)


def _after_operand(found: list[Token], at: int, clause: str, start: int) -> tuple[str, ...]:
    if clause == "(":
        return _in_call(found, at, start)
    if clause == "[":
        return ("']'", "','", *_OPERATORS, *_predicate(found, at))
    if clause == "JOIN":
        return ("'ON'", "'USING'")
    if clause == "LIMIT" and word(found[at - 1]) == "LIMIT":
        return ("'ALL'", "<integer>")
    tail = _TAILS.get(clause, ("<EOF>",))
    if _depth(found, at):
        tail = tuple("')'" if t == "<EOF>" else t for t in tail)
    aliased = at - start > 2 and (_ends_operand(found[at - 2]) or word(found[at - 2]) == "AS")
    if clause == "FROM":
        named = ("'('",) if aliased else ("'.'", "'AS'", "'FOR'", "<identifier>")
        return (*tail, *named, "'MATCH_RECOGNIZE'", "'TABLESAMPLE'")
    if clause == "LIMIT" or (clause == "SELECT" and (aliased or word(found[at - 1]) == "*")):
        return tail
    more = {"SELECT": ("'AS'", "<identifier>"), "ORDER": ("'ASC'", "'DESC'", "'NULLS'")}.get(clause, ())
    return (*tail, *_OPERATORS, *more, *_predicate(found, at))


def _in_call(found: list[Token], at: int, start: int) -> tuple[str, ...]:
    """Between parentheses that hold no query."""
    if word(found[at - 1]) == "*":
        return ("')'",)
    call = start > 0 and _ends_operand(found[start - 1])
    name = found[at - 1].token_type in (TokenType.VAR, TokenType.IDENTIFIER)
    more = (*(("'ORDER'",) if call else ()), *(("'('", "'->'", "'OVER'", "<string>") if name else ()))
    return ("')'", "','", *_OPERATORS, *more, *_predicate(found, at))


def _predicate(found: list[Token], at: int) -> tuple[str, ...]:
    """A comparison may follow an operand, unless it is itself the right side of one."""
    start = _operand_start(found, at)
    return () if start and word(found[start - 1]) in _COMPARISONS else ("<predicate>",)


def _is_star(found: list[Token], at: int) -> bool:
    return at > 1 and word(found[at - 2]) in ("SELECT", "DISTINCT", ",", ".", "(")


def _ends_operand(token: Token) -> bool:
    if token.token_type in _OPERAND_ENDS or word(token) in ("END", "NULL", "TRUE", "FALSE"):
        return True
    return token.text[:1].isidentifier() and word(token) not in _NO_OPERAND | _BEGINS | _NO_END


def _operand_start(found: list[Token], at: int) -> int:
    """Where the operand that ends before `at` begins: `r` of `r.y`."""
    start = at - 1
    while start > 1 and word(found[start - 1]) == ".":
        start -= 2
    return start


def _clause(found: list[Token], at: int) -> tuple[str, int]:
    """The clause around a place and where it begins; `(` or `[` inside of these, if they hold no query."""
    depth = 0
    for index in range(at - 1, -1, -1):
        kind, text = found[index].token_type, _words(found[index])[0]
        if kind in (TokenType.R_PAREN, TokenType.R_BRACKET):
            depth += 1
        elif kind in (TokenType.L_PAREN, TokenType.L_BRACKET):
            if not depth:
                return text, index
            depth -= 1
        elif not depth and text == "JOIN" and (index == 0 or word(found[index - 1]) not in ("CROSS", "NATURAL")):
            return "JOIN", index
        elif not depth and text in ("JOIN", "USING"):
            return "FROM", index
        elif not depth and text in _CLAUSES:
            return text, index
    return "", 0


def _depth(found: list[Token], at: int) -> int:
    kinds = [t.token_type for t in found[:at]]
    return kinds.count(TokenType.L_PAREN) - kinds.count(TokenType.R_PAREN)


def forgiven(found: list[Token]) -> tuple[int, str] | None:
    """The first mistake that sqlglot reads over: its token, and what Trino expects there."""
    listaggs = _listagg_ends(found)
    for index in range(1, len(found)):
        if _out_of_place(found, index):
            return index, expecting(found, index)
        if index in listaggs and (index + 1 == len(found) or word(found[index + 1]) != "WITHIN"):
            return index + 1, "'WITHIN'"
        if slip := _slip(found, index):
            return slip
    if found and word(found[-1]) == "AS":
        return len(found), "<identifier>"
    return _joined(found)


def _out_of_place(found: list[Token], at: int) -> bool:
    """Whether a token may not follow the one before it."""
    before, two, text = word(found[at - 1]), found[at], _words(found[at])[0]
    if before in _BEGINS:
        symbol = text == ":" or two.token_type in (TokenType.L_BRACKET, TokenType.L_BRACE)
        variable = two.token_type == TokenType.VAR and text.startswith("$")
        return symbol or variable or (text in _NO_OPERAND and (before, text) not in _ALLOWED)
    if before == "IS":
        return text not in ("NULL", "NOT", "DISTINCT")
    if before == "NOT" and at > 1 and _ends_operand(found[at - 2]):
        return text not in ("IN", "LIKE", "BETWEEN")
    if before in ("FROM", "JOIN") and two.token_type == TokenType.STRING:
        return _clause(found, at - 1)[0] != "("
    return before == "INTERVAL" and two.token_type == TokenType.NUMBER


def _slip(found: list[Token], at: int) -> tuple[int, str] | None:
    """A mistake at which Trino expects something else than what follows from the clause."""
    before, text = word(found[at - 1]), _words(found[at])[0]
    following = word(found[at + 1]) if at + 1 < len(found) else ""
    if text in ("ORDER", "GROUP") and word(found[at]) != "BY" and before != "WITHIN":
        return at + 1, "'BY'"
    if text in ("JSON_TABLE", "UNNEST") and following == "(" and _clause(found, at)[0] in ("SELECT", "WHERE", "HAVING"):
        return at, expecting(found, at)
    if text == "(" and before in _NO_CALL:
        return at, expecting(found, at)
    strings = [t.token_type == TokenType.STRING for t in found[at - 1 : at + 1]]
    if all(strings) or (strings[1] and before in ("AS", ")")):
        return at, expecting(found, at)
    if before == "DISTINCT" and text == ")":
        return at, "<expression>"
    if before == "DISTINCT" and text == "ON":
        return at, "'*', <expression>"
    if text == "==":
        return at, expecting(found, at + 1)
    if before == "AS" and text in _NO_OPERAND:
        return at, "'('" if _clause(found, at)[0] == "WITH" else "<identifier>"
    if before == "IN" and not _in_position(found, at) and (text != "(" or following == ")"):
        place = at - 2 if at > 1 and word(found[at - 2]) == "NOT" else at - 1
        return place, ", ".join(sorted(("'AND'", "'OR'", *_TAILS.get(_clause(found, place)[0], _WHERE))))
    if before in ("PIVOT", "UNPIVOT") and text == "(" and _clause(found, at)[0] == "FROM":
        return at, expecting(found, at)
    if text in _NOT_AFTER_LIMIT and _clause(found, at)[0] == "LIMIT":
        return at, "')'" if _depth(found, at) else "<EOF>"
    earlier = word(found[at - 2]) if at > 1 else ""
    if text == "," and earlier == "LIMIT" and found[at - 1].token_type == TokenType.NUMBER:
        return at, "')'" if _depth(found, at) else "<EOF>"
    if text == "BY" and (before in _SETS or (before in ("ALL", "DISTINCT") and earlier in _SETS)):
        return at, ", ".join(sorted((*_QUERY, *(("'ALL'", "'DISTINCT'") if before in _SETS else ()))))
    if before in ("SYMMETRIC", "ASYMMETRIC") and earlier == "BETWEEN" and f"'{text}'" not in _BOUND:
        return at, ", ".join(_BOUND)
    if text == "ILIKE" and _ends_operand(found[at - 1]):
        place = at + (_clause(found, at)[0] == "SELECT")
        return place, expecting(found, place)
    if before == "DISTINCT" and text == "*" and _clause(found, at)[0] == "(":
        return at, "<expression>"
    if before == "EXCEPT" and text == "(" and at > 2 and word(found[at - 2]) == "*" and _is_star(found, at - 1):
        return at + 1, ", ".join(sorted(_QUERY))
    return None


def _listagg_ends(found: list[Token]) -> set[int]:
    """Where the parentheses stand that close calls of LISTAGG."""
    ends, opened = set(), []
    for index, token in enumerate(found):
        if token.token_type == TokenType.L_PAREN:
            opened.append(index > 0 and word(found[index - 1]) == "LISTAGG")
        elif token.token_type == TokenType.R_PAREN and opened and opened.pop():
            ends.add(index)
    return ends


def _in_position(found: list[Token], at: int) -> bool:
    """Whether an IN is that of `position(x IN y)`."""
    clause, start = _clause(found, at)
    return clause == "(" and start > 0 and word(found[start - 1]) == "POSITION"


def _joined(found: list[Token]) -> tuple[int, str] | None:
    """A JOIN without its condition, or a CROSS JOIN with one."""
    pending: list[list[bool]] = [[]]
    ends = {"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", ",", "OFFSET", "FETCH", ")"}
    for index, token in enumerate(found):
        text = _words(token)[0]
        if text == "(":
            pending.append([])
        elif text == "JOIN":
            pending[-1].append(index > 0 and word(found[index - 1]) in ("CROSS", "NATURAL"))
        elif text in ("ON", "USING") and pending[-1]:
            if pending[-1][-1] and text == "ON":
                return index, expecting(found, index)
            pending[-1].pop()
            while pending[-1] and pending[-1][-1]:
                pending[-1].pop()
        elif text in ends:
            if pending[-1] and not pending[-1][-1]:
                return index, "'ON', 'USING'"
            pending[-1] = []
            if text == ")" and len(pending) > 1:
                pending.pop()
    if len(pending) == 1 and pending[0] and not pending[0][-1]:
        return len(found), expecting(found, len(found)) if word(found[-1]) == "JOIN" else "'ON', 'USING'"
    return None
