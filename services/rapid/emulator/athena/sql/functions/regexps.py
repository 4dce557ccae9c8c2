"""Regular expressions: https://trino.io/docs/current/functions/regexp.html.

DuckDB's RE2 does what it can express when the pattern is a literal; the rest goes to `computed.patterns`.
"""

import re

from sqlglot import exp

from rapid.emulator.athena.sql.computed import patterns
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.registry import Call, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BIGINT, BOOLEAN, INTEGER, VARCHAR, array_of


def _native(call: Call, group: int | None = 0, every: bool = True) -> bool:
    """Whether DuckDB matches the pattern as Trino would; `group` None: computed; `every`: all matches are wanted.

    Raises:
        SqlError: INVALID_FUNCTION_ARGUMENT if a literal pattern is none, or has no such group.
    """
    pattern = call.typed(1).value
    if not isinstance(pattern, str) or group is None:
        return False
    try:
        groups = patterns.compiled(pattern).groups
    except ValueError as error:
        if patterns.beyond_re2(pattern):
            raise SqlError("INVALID_FUNCTION_ARGUMENT", str(error).partition(": ")[2]) from error
        return True
    if group < 0:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "Group cannot be negative")
    if group > groups:
        message = f"Pattern has {groups} groups. Cannot access group {group}"
        raise SqlError("INVALID_FUNCTION_ARGUMENT", message)
    return not (patterns.beyond_re2(pattern, group) or (every and patterns.may_be_empty(pattern)))


def _two(call: Call) -> str:
    return f"{call.cast(0, VARCHAR)}, {call.cast(1, VARCHAR)}"


@special("regexp_like")
def regexp_like(call: Call) -> Typed:
    call.count(2)
    return Typed(f"{'regexp_matches' if _native(call, every=False) else 'p_regexp_like'}({_two(call)})", BOOLEAN)


@special("regexp_count")
def regexp_count(call: Call) -> Typed:
    call.count(2)
    sql = f"len(regexp_extract_all({_two(call)}))" if _native(call) else f"p_regexp_count({_two(call)})"
    return Typed(sql, BIGINT)


@special("regexp_split")
def regexp_split(call: Call) -> Typed:
    call.count(2)
    return Typed(f"{'string_split_regex' if _native(call) else 'p_regexp_split'}({_two(call)})", array_of(VARCHAR))


@special("regexp_position")
def regexp_position(call: Call) -> Typed:
    given = call.count(2, 3, 4)
    rest = [call.cast(i, BIGINT) if i < given else "1" for i in (2, 3)]
    return Typed(f"p_regexp_position({_two(call)}, {', '.join(rest)})", INTEGER)


def _group(call: Call) -> tuple[str, int | None]:
    """SQL of the group that is wanted, and its number if that is known."""
    if call.count(2, 3) == 2:
        return "0", 0
    value = call.typed(2).value
    return call.cast(2, BIGINT), value if isinstance(value, int) else None


@special("regexp_extract")
def regexp_extract(call: Call) -> Typed:
    sql, group = _group(call)
    if _native(call, group, every=False):
        return Typed(f"t_regexp_extract({_two(call)}, {group})", VARCHAR)
    return Typed(f"p_regexp_extract({_two(call)}, {sql})", VARCHAR)


@special("regexp_extract_all")
def regexp_extract_all(call: Call) -> Typed:
    sql, group = _group(call)
    if _native(call, group):
        return Typed(f"regexp_extract_all({_two(call)}, {group})", array_of(VARCHAR))
    return Typed(f"p_regexp_extract_all({_two(call)}, {sql})", array_of(VARCHAR))


@special("regexp_replace")
def regexp_replace(call: Call) -> Typed:
    """Trino writes groups as `$1` or `${name}` in the replacement, DuckDB as `\\1`; or a lambda takes the groups."""
    if call.count(2, 3) == 3 and isinstance(call.arguments[2], exp.Lambda):
        return _by_lambda(call)
    native = _native(call)
    if call.count(2, 3) == 2:
        sql = f"regexp_replace({_two(call)}, '', 'g')" if native else f"p_regexp_replace({_two(call)}, '')"
        return Typed(sql, VARCHAR)
    written = call.typed(2)
    if not native or not isinstance(written.value, str) or re.search(r"\$\{|\$\d\d|\$(?!\d)|\\$", written.value):
        return Typed(f"p_regexp_replace({_two(call)}, {call.cast(2, VARCHAR)})", VARCHAR)
    if any(int(g) > patterns.compiled(str(call.typed(1).value)).groups for g in re.findall(r"\$(\d)", written.value)):
        return Typed(f"p_regexp_replace({_two(call)}, {call.cast(2, VARCHAR)})", VARCHAR)
    text = written.value.replace("\\\\", "\0")
    text = re.sub(r"(?<!\\)\$(\d)", "\1\\1", text)
    text = re.sub(r"\\(.)", r"\1", text).replace("\0", "\\\\").replace("\1", "\\")
    return Typed(f"regexp_replace({_two(call)}, {literal(text)}, 'g')", VARCHAR)


def _by_lambda(call: Call) -> Typed:
    _, body = call.function(2, [array_of(VARCHAR)], ["m.groups"])
    if not body.type.is_string:
        raise call.wrong_arguments()
    made = f"CASE WHEN m.groups IS NULL THEN '' ELSE {body.sql} END"
    pieces = f"list_transform(p_regexp_parts({_two(call)}), lambda m: m.before || {made})"
    return Typed(f"t_concatenated({pieces})", VARCHAR)
