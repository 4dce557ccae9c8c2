"""A query as Trino formats it: what SHOW CREATE VIEW shows, one clause and one output a line.

Its rules are those of Trino 435, read from what it prints. Syntax without a rule here leaves the query as written.
"""

from collections.abc import Callable

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import parse_query
from rapid.emulator.athena.sql.errors import SqlError

_INDENT = "   "
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.Add: "+", exp.Sub: "-",
    exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.And: "AND", exp.Or: "OR",
}  # fmt: skip
_WORDS = {"coalesce": "COALESCE", "nullif": "NULLIF", "if": "IF", "try": "TRY", "row": "ROW "}


class _NoRuleError(Exception):
    """The query has syntax that is not formatted here."""


def formatted(query: str) -> str:
    """The query in Trino's format, or as it is."""
    try:
        return _query(parse_query(query), 0)
    except (SqlError, _NoRuleError):
        return query


def _query(tree: exp.Expr, depth: int) -> str:
    tail = _tail(tree, depth)
    with_ = tree.args.get("with_")
    head = _with(with_, depth) if with_ else ""
    if isinstance(tree, exp.Select):
        return head + _select(tree, depth) + tail
    if isinstance(tree, exp.SetOperation):
        word = type(tree).__name__.upper() + ("" if tree.args.get("distinct") else " ALL")
        right = _query(tree.expression, depth).removeprefix(_INDENT * depth)
        return f"{head}{_query(tree.this, depth)}\n{_INDENT * depth}{word} {right}{tail}"
    raise _NoRuleError


def _with(with_: exp.With, depth: int) -> str:
    pad, parts = _INDENT * depth, []
    for cte in with_.expressions:
        columns = cte.args["alias"].args.get("columns")
        names = f" ({', '.join(map(_name, columns))})" if columns else ""
        parts.append(f"{_name(cte.args['alias'].this)}{names} AS (\n{_query(cte.this, depth + 1)}\n{pad}) \n")
    word = "WITH RECURSIVE" if with_.args.get("recursive") else "WITH"
    return f"{pad}{word}\n{pad}  " + f"{pad}, ".join(parts)


def _select(tree: exp.Select, depth: int) -> str:
    pad = _INDENT * depth
    unknown = [k for k, v in tree.args.items() if v and k not in ("kind", *_KNOWN)]
    if unknown:
        raise _NoRuleError(unknown)
    distinct = " DISTINCT" if tree.args.get("distinct") else ""
    items = [_item(n) for n in tree.expressions]
    listed = f" {items[0]}" if len(items) == 1 else f"\n{pad}  " + f"\n{pad}, ".join(items)
    lines = [f"{pad}SELECT{distinct}{listed}"]
    if tree.args.get("from_"):
        lines += [f"{pad}FROM", f"{pad}  {_from(tree, depth)}"]
    for name, word in (("where", "WHERE"), ("group", "GROUP BY"), ("having", "HAVING")):
        clause = tree.args.get(name)
        if clause:
            lines.append(f"{pad}{word} {_grouping(clause) if name == 'group' else _expression(clause.this)}")
    return "\n".join(lines) + ("" if tree.args.get("from_") else "\n")


_KNOWN = {"expressions", "distinct", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "with_"}


def _tail(tree: exp.Expr, depth: int) -> str:
    pad, lines = _INDENT * depth, []
    order, offset, limit = (tree.args.get(a) for a in ("order", "offset", "limit"))
    if order:
        lines.append(f"{pad}ORDER BY {_ordered(order)}")
    if offset:
        lines.append(f"{pad}OFFSET {offset.expression.name} ROWS")
    if isinstance(limit, exp.Fetch):
        raise _NoRuleError
    if limit:
        lines.append(f"{pad}LIMIT {limit.expression.name}")
    return "".join(f"\n{line}" for line in lines)


def _ordered(order: exp.Expr) -> str:
    return ", ".join(
        f"{_expression(o.this)} {'DESC' if o.args.get('desc') else 'ASC'}{' NULLS FIRST' if o.args.get('nulls_first') else ''}"  # noqa: E501
        for o in order.expressions
    )


def _grouping(group: exp.Group) -> str:
    if any(v for k, v in group.args.items() if k != "expressions") or not all(
        isinstance(n, exp.Column | exp.Literal | exp.Anonymous) for n in group.expressions
    ):
        raise _NoRuleError
    return ", ".join(map(_expression, group.expressions))


def _from(tree: exp.Select, depth: int) -> str:
    """Relations between commas a line each, joins in parentheses a line each."""
    pad, relations = _INDENT * depth, [_relation(tree.args["from_"].this, depth)]
    for join in tree.args.get("joins") or []:
        side, kind = (join.args.get("side") or "").upper(), (join.args.get("kind") or "").upper()
        on, using = join.args.get("on"), join.args.get("using")
        right = _relation(join.this, depth)
        if not (side or kind or on or using):
            relations.append(right)
            continue
        word = kind if kind == "CROSS" else side or "INNER"
        condition = f" ON {_expression(on)}" if on else f" USING ({', '.join(map(_name, using))})" if using else ""
        relations[-1] = f"({relations[-1]}\n{pad}{word} JOIN {right}{condition})"
    return f"\n{pad}, ".join(relations)


def _relation(node: exp.Expr, depth: int) -> str:
    if any(node.args.get(a) for a in ("sample", "version", "joins", "pivots")):
        raise _NoRuleError
    alias = node.args.get("alias")
    shown = f" {_name(alias.this)}" if alias and alias.this else ""
    if alias and alias.args.get("columns"):
        shown += f" ({', '.join(map(_name, alias.args['columns']))})"
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        return ".".join(map(_name, node.parts)) + shown
    if isinstance(node, exp.Unnest):
        offset = node.args.get("offset")
        if isinstance(offset, exp.Identifier):
            shown = f"{shown[:-1]}, {_name(offset)})"
        ordinality = " WITH ORDINALITY" if offset else ""
        return f"UNNEST({', '.join(map(_expression, node.expressions))}){ordinality}{shown}"
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
        return f"(\n{_query(node.this, depth + 1)}\n{_INDENT * depth}) {shown}"
    raise _NoRuleError


def _item(node: exp.Expr) -> str:
    if isinstance(node, exp.Alias):
        return f"{_expression(node.this)} {_name(node.args['alias'])}"
    return _expression(node)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Column) and not node.table:
        node = node.this
    if not isinstance(node, exp.Identifier):
        raise _NoRuleError
    return '"' + node.name.replace('"', '""') + '"' if node.args.get("quoted") else node.name


def _expression(node: exp.Expr) -> str:
    while isinstance(node, exp.Paren):
        node = node.this
    if type(node) in _OPERATORS:
        nodes = list(node.flatten()) if isinstance(node, exp.And | exp.Or) else [node.this, node.expression]
        return "(" + f" {_OPERATORS[type(node)]} ".join(map(_expression, nodes)) + ")"
    rule = _RULES.get(type(node))
    if rule is None:
        raise _NoRuleError(type(node))
    return rule(node)


def _column(node: exp.Expr) -> str:
    parts = node.parts if isinstance(node, exp.Column) else []
    return ".".join("*" if isinstance(p, exp.Star) else _name(p) for p in parts)


def _literal(node: exp.Expr) -> str:
    return "'" + node.name.replace("'", "''") + "'" if node.is_string else node.name


def _call(node: exp.Expr) -> str:
    name = str(node.this)
    return f"{_WORDS.get(name.lower(), name)}({', '.join(map(_argument, node.expressions))})"


def _argument(node: exp.Expr) -> str:
    if isinstance(node, exp.Distinct):
        return "DISTINCT " + ", ".join(map(_expression, node.expressions))
    if isinstance(node, exp.Order):
        return f"{_argument(node.this)} ORDER BY {_ordered(node)}"
    if isinstance(node, exp.Lambda):
        return f"({', '.join(map(_name, node.expressions))}) -> {_expression(node.this)}"
    return _expression(node)


def _cast(node: exp.Expr) -> str:
    kind = node.args["to"].sql("trino")
    if node.meta.get("literal"):
        return f"{kind.partition('(')[0]} {_literal(node.this)}"
    return f"{'TRY_CAST' if isinstance(node, exp.TryCast) else 'CAST'}({_expression(node.this)} AS {kind.lower()})"


def _case(node: exp.Expr) -> str:
    operand = f" {_expression(node.this)}" if node.this else ""
    whens = "".join(f" WHEN {_expression(b.this)} THEN {_expression(b.args['true'])}" for b in node.args["ifs"])
    default = node.args.get("default")
    return f"(CASE{operand}{whens}{f' ELSE {_expression(default)}' if default else ''} END)"


def _in(node: exp.Expr) -> str:
    inner = node.args.get("query")
    if inner is not None:
        return f"({_expression(node.this)} IN {_subquery(inner)})"
    return f"({_expression(node.this)} IN ({', '.join(map(_expression, node.expressions))}))"


def _subquery(node: exp.Expr) -> str:
    return f"({_query(node.this if isinstance(node, exp.Subquery) else node, 0)}\n)"


def _window(node: exp.Expr) -> str:
    if node.args.get("alias"):
        raise _NoRuleError
    parts = []
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(map(_expression, node.args["partition_by"])))
    if node.args.get("order"):
        parts.append("ORDER BY " + _ordered(node.args["order"]))
    if node.args.get("spec"):
        parts.append(_frame(node.args["spec"]))
    return f"{_expression(node.this)} OVER ({' '.join(parts)})"


def _frame(spec: exp.Expr) -> str:
    sides = []
    for name in ("start", "end"):
        value, side = spec.args.get(name), spec.args.get(f"{name}_side") or ""
        shown = value if isinstance(value, str) else _expression(value) if value else "CURRENT ROW"
        sides.append(f"{shown} {side}".strip().upper())
    return f"{spec.args['kind'].upper()} BETWEEN {sides[0]} AND {sides[1]}"


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
    exp.Column: _column,
    exp.Identifier: _name,
    exp.Star: lambda _: "*",
    exp.Literal: _literal,
    exp.Anonymous: _call,
    exp.Boolean: lambda n: "true" if n.this else "false",
    exp.Null: lambda _: "null",
    exp.Neg: lambda n: f"-{n.this.name}" if isinstance(n.this, exp.Literal) else f"-({_expression(n.this)})",
    exp.Not: lambda n: (
        f"({_expression(n.this.this)} IS NOT NULL)" if isinstance(n.this, exp.Is) else f"(NOT {_expression(n.this)})"
    ),
    exp.Is: lambda n: f"({_expression(n.this)} IS NULL)",
    exp.Between: lambda n: (
        f"({_expression(n.this)} BETWEEN {_expression(n.args['low'])} AND {_expression(n.args['high'])})"
    ),
    exp.Like: lambda n: f"({_expression(n.this)} LIKE {_expression(n.expression)})",
    exp.DPipe: lambda n: f"concat({_expression(n.this)}, {_expression(n.expression)})",
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
    exp.In: _in,
    exp.Subquery: _subquery,
    exp.Exists: lambda n: f"(EXISTS {_subquery(n.this)})",
    exp.Window: _window,
    exp.Filter: lambda n: f"{_expression(n.this)} FILTER (WHERE {_expression(n.expression.this)})",
    exp.Bracket: lambda n: f"{_expression(n.this)}[{_expression(n.expressions[0])}]",
    exp.Array: lambda n: f"ARRAY[{','.join(map(_expression, n.expressions))}]",
    exp.Dot: lambda n: f"{_expression(n.this)}.{_name(n.expression)}",
    exp.CurrentDate: lambda _: "current_date",
}
