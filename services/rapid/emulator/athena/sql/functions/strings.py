"""String, regular-expression, URL and binary functions: https://trino.io/docs/current/functions/string.html."""

import re

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import DOUBLE, VARBINARY, VARCHAR, array_of

declare(
    SCALARS,
    """
    chr(bigint) -> varchar = chr(CAST({0} AS INTEGER))
    codepoint(varchar) -> integer = unicode({0})
    hamming_distance(varchar, varchar) -> bigint = hamming({0}, {1})
    length(varchar) -> bigint = length({0})
    length(varbinary) -> bigint = octet_length({0})
    levenshtein_distance(varchar, varchar) -> bigint = levenshtein({0}, {1})
    lower(varchar) -> varchar = lower({0})
    upper(varchar) -> varchar = upper({0})
    ltrim(varchar) -> varchar = ltrim({0})
    rtrim(varchar) -> varchar = rtrim({0})
    ltrim(varchar, varchar) -> varchar = ltrim({0}, {1})
    rtrim(varchar, varchar) -> varchar = rtrim({0}, {1})
    lpad(varchar, bigint, varchar) -> varchar = lpad({0}, CAST({1} AS INTEGER), {2})
    rpad(varchar, bigint, varchar) -> varchar = rpad({0}, CAST({1} AS INTEGER), {2})
    replace(varchar, varchar) -> varchar = replace({0}, {1}, '')
    replace(varchar, varchar, varchar) -> varchar = t_replace({0}, {1}, {2})
    reverse(varchar) -> varchar = reverse({0})
    reverse(array(T)) -> array(T) = list_reverse({0})
    split(varchar, varchar) -> array(varchar) = string_split({0}, {1})
    split(varchar, varchar, bigint) -> array(varchar) = t_split_limit({0}, {1}, {2})
    split_part(varchar, varchar, bigint) -> varchar = t_split_part({0}, {1}, {2})
    split_to_map(varchar, varchar, varchar) -> map(varchar, varchar) = t_split_to_map({0}, {1}, {2})
    starts_with(varchar, varchar) -> boolean = starts_with({0}, {1})
    strpos(varchar, varchar) -> bigint = strpos({0}, {1})
    strpos(varchar, varchar, bigint) -> bigint = t_strpos({0}, {1}, {2})
    substr(varchar, bigint) -> varchar = t_substr({0}, {1}, NULL)
    substr(varchar, bigint, bigint) -> varchar = t_substr({0}, {1}, {2})
    substring(varchar, bigint) -> varchar = t_substr({0}, {1}, NULL)
    substring(varchar, bigint, bigint) -> varchar = t_substr({0}, {1}, {2})
    translate(varchar, varchar, varchar) -> varchar = translate({0}, {1}, {2})
    trim(varchar) -> varchar = trim({0})
    word_stem(varchar) -> varchar = stem({0}, 'english')
    regexp_like(varchar, varchar) -> boolean = regexp_matches({0}, {1})
    regexp_count(varchar, varchar) -> bigint = len(regexp_extract_all({0}, {1}))
    regexp_split(varchar, varchar) -> array(varchar) = string_split_regex({0}, {1})
    regexp_position(varchar, varchar) -> integer = t_regexp_position({0}, {1})
    url_encode(varchar) -> varchar = t_url_encode({0})
    url_decode(varchar) -> varchar = url_decode(replace({0}, '+', ' '))
    url_extract_protocol(varchar) -> varchar = t_regexp_extract({0}, '^([A-Za-z][A-Za-z0-9+.-]*):', 1)
    url_extract_host(varchar) -> varchar = t_regexp_extract({0}, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)', 1)
    url_extract_port(varchar) -> bigint = CAST(t_regexp_extract({0}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*:([0-9]+)(?:[/?#]|$)', 1) AS BIGINT)
    url_extract_path(varchar) -> varchar = t_url_path({0})
    url_extract_query(varchar) -> varchar = t_regexp_extract({0}, '^[^?#]*[?]([^#]*)', 1)
    url_extract_fragment(varchar) -> varchar = t_regexp_extract({0}, '#(.*)$', 1)
    url_extract_parameter(varchar, varchar) -> varchar = t_url_parameter({0}, {1})
    to_utf8(varchar) -> varbinary = encode({0})
    from_utf8(varbinary) -> varchar = decode({0})
    to_hex(varbinary) -> varchar = hex({0})
    from_hex(varchar) -> varbinary = unhex({0})
    to_base64(varbinary) -> varchar = base64({0})
    from_base64(varchar) -> varbinary = from_base64({0})
    to_base64url(varbinary) -> varchar = translate(base64({0}), '+/', '-_')
    from_base64url(varchar) -> varbinary = from_base64(translate({0}, '-_', '+/'))
    md5(varbinary) -> varbinary = unhex(md5({0}))
    sha1(varbinary) -> varbinary = unhex(sha1({0}))
    sha256(varbinary) -> varbinary = unhex(sha256({0}))
    uuid() -> uuid = uuid()
    """,  # noqa: E501
)


@special("concat")
def concat(call: Call) -> Typed:
    """Strings, arrays or binaries joined; NULL if any is NULL (DuckDB's `concat` skips NULLs)."""
    values = call.all()
    if len(values) < 2:
        raise SqlError(
            "INVALID_FUNCTION_ARGUMENT", "There must be two or more concatenation arguments", position(call.node)
        )
    result = values[0]
    for value in values[1:]:
        result = join(call, result, value)
    return result


def join(call: Call, left: Typed, right: Typed) -> Typed:
    """`left || right`."""
    if left.type.name == "array" or right.type.name == "array":
        element = left.type.args[0] if left.type.name == "array" else right.type.args[0]
        kind = array_of(element)
        sides = [
            call.compiler.coerce(s, kind).sql if s.type.name == "array" else f"[{call.compiler.coerce(s, element).sql}]"
            for s in (left, right)
        ]
        nulls = " OR ".join(f"{side} IS NULL" for side in sides)
        return Typed(f"CASE WHEN {nulls} THEN NULL ELSE list_concat({sides[0]}, {sides[1]}) END", kind)
    if left.type.name == right.type.name == "varbinary":
        return Typed(f"({left.sql} || {right.sql})", VARBINARY)
    if all(t.type.is_string or t.type.name == "unknown" for t in (left, right)):
        return Typed(f"({left.sql} || {right.sql})", VARCHAR)
    raise SqlError(
        "FUNCTION_NOT_FOUND",
        f"Unexpected parameters ({left.type}, {right.type}) for function concat",
        position(call.node),
    )


@special("concat_ws")
def concat_ws(call: Call) -> Typed:
    separator, *rest = call.all()
    if len(rest) == 1 and rest[0].type.name == "array":
        return Typed(f"array_to_string({rest[0].sql}, {separator.sql})", VARCHAR)
    return Typed(f"concat_ws({separator.sql}, {', '.join(r.sql for r in rest)})", VARCHAR)


def _group(call: Call) -> int:
    """The number of the group, which DuckDB wants to know before it runs."""
    if call.count(2, 3) == 2:
        return 0
    number = call.typed(2).value
    if not isinstance(number, int):
        raise SqlError("NOT_SUPPORTED", f"{call.name} with a computed group is not supported", position(call.node))
    return number


@special("regexp_extract")
def regexp_extract(call: Call) -> Typed:
    group = _group(call)
    return Typed(f"t_regexp_extract({call.cast(0, VARCHAR)}, {call.cast(1, VARCHAR)}, {group})", VARCHAR)


@special("regexp_extract_all")
def regexp_extract_all(call: Call) -> Typed:
    group = _group(call)
    return Typed(f"regexp_extract_all({call.cast(0, VARCHAR)}, {call.cast(1, VARCHAR)}, {group})", array_of(VARCHAR))


@special("regexp_replace")
def regexp_replace(call: Call) -> Typed:
    """Trino writes groups as `$1` or `${1}` in the replacement, DuckDB as `\\1`."""
    if call.count(2, 3) == 2:
        return Typed(f"regexp_replace({call.cast(0, VARCHAR)}, {call.cast(1, VARCHAR)}, '', 'g')", VARCHAR)
    text = call.text(2).replace("\\\\", "\0")
    if re.search(r"\$\{[A-Za-z]", text):
        raise SqlError("NOT_SUPPORTED", "regexp_replace with named groups is not supported", position(call.node))
    text = re.sub(r"(?<!\\)\$\{?(\d)\}?", "\1\\1", text)
    text = re.sub(r"\\(.)", r"\1", text).replace("\0", "\\\\").replace("\1", "\\")
    return Typed(f"regexp_replace({call.cast(0, VARCHAR)}, {call.cast(1, VARCHAR)}, {literal(text)}, 'g')", VARCHAR)


@special("format")
def format_(call: Call) -> Typed:
    """Java's format strings, as far as they mean the same in C: %s %d %x %f %e %, flags, width and precision."""
    pattern, values = call.text(0), [call.typed(i) for i in range(1, len(call.arguments))]
    pieces: list[str] = []
    used = 0
    for text, spec in re.findall(r"([^%]+)|(%[^a-zA-Z%]*[a-zA-Z%])", pattern):
        if text:
            pieces.append(literal(text))
            continue
        if spec == "%%":
            pieces.append("'%'")
            continue
        if used >= len(values):
            raise SqlError("INVALID_FUNCTION_ARGUMENT", f"Invalid format string: {pattern} (Format specifier '{spec}')")
        pieces.append(_format_one(call, spec, values[used]))
        used += 1
    return Typed("(" + " || ".join(pieces or ["''"]) + ")", VARCHAR)


def _format_one(call: Call, spec: str, value: Typed) -> str:
    match = re.fullmatch(r"%(-?)(0?)(,?)(\d*)(?:\.(\d+))?([a-zA-Z])", spec)
    if not match or match[6] not in "sdfxXe":
        raise SqlError("NOT_SUPPORTED", f"format with '{spec}' is not supported", position(call.node))
    left, zero, comma, width, precision, kind = match.groups()
    if kind == "s":
        sql = f"coalesce({call.compiler.cast(value, VARCHAR).sql}, 'null')"
    elif kind == "d" or kind in "xX":
        if not value.type.is_integer:
            raise SqlError("INVALID_FUNCTION_ARGUMENT", f"Invalid format string: {spec} ({kind} != {value.type})")
        sql = f"format('{{:{',' if comma else ''}{kind}}}', {value.sql})"
    else:
        fraction = precision or "6"
        sql = f"format('{{:{',' if comma else ''}.{fraction}{kind}}}', {call.compiler.coerce(value, DOUBLE).sql})"
    if not width:
        return sql
    pad = "rpad" if left else "lpad"
    return f"CASE WHEN length({sql}) >= {width} THEN {sql} ELSE {pad}({sql}, {width}, '{zero or ' '}') END"


@special("typeof")
def typeof(call: Call) -> Typed:
    call.count(1)
    name = str(call.typed(0).type)
    return Typed(literal(name), VARCHAR, name)


@special("format_number")
def format_number(call: Call) -> Typed:
    raise SqlError("NOT_SUPPORTED", "format_number is not supported", position(call.node))
