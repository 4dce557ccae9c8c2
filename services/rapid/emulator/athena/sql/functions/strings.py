"""String, regular-expression, URL and binary functions: https://trino.io/docs/current/functions/string.html."""

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.registry import SCALARS, Call, declare, special, unexpected
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.sql.types import UNKNOWN, VARBINARY, VARCHAR, Type, array_of, common, map_of

declare(
    SCALARS,
    """
    chr(bigint) -> varchar = t_chr({0})
    codepoint(varchar) -> integer = t_codepoint({0})
    length(varchar) -> bigint = length({0})
    length(varbinary) -> bigint = octet_length({0})
    lower(varchar) -> varchar = lower({0})
    upper(varchar) -> varchar = replace(upper({0}), 'ẞ', 'ß')
    ltrim(char) -> varchar = t_trim({0})
    ltrim(varchar) -> varchar = t_ltrim({0})
    rtrim(varchar) -> varchar = t_rtrim({0})
    ltrim(char, varchar) -> varchar = ltrim(rtrim({0}, ' '), {1})
    ltrim(varchar, varchar) -> varchar = ltrim({0}, {1})
    rtrim(char, varchar) -> varchar = rtrim(rtrim(rtrim({0}, ' '), {1}), ' ')
    rtrim(varchar, varchar) -> varchar = rtrim({0}, {1})
    lpad(varchar, bigint, varchar) -> varchar = lpad({0}, t_pad_check({1}, {2}), {2})
    rpad(varchar, bigint, varchar) -> varchar = rpad({0}, t_pad_check({1}, {2}), {2})
    replace(varchar, varchar) -> varchar = replace({0}, {1}, '')
    replace(varchar, varchar, varchar) -> varchar = t_replace({0}, {1}, {2})
    reverse(varchar) -> varchar = reverse({0})
    reverse(array(T)) -> array(T) = list_reverse({0})
    split(varchar, varchar) -> array(varchar) = t_split({0}, {1})
    split(varchar, varchar, bigint) -> array(varchar) = t_split_limit({0}, {1}, {2})
    split_part(varchar, varchar, bigint) -> varchar = t_split_part({0}, {1}, {2})
    starts_with(varchar, varchar) -> boolean = starts_with({0}, {1})
    strpos(varchar, varchar) -> bigint = strpos({0}, {1})
    substr(varchar, bigint) -> varchar = t_substr({0}, {1}, NULL)
    substr(varchar, bigint, bigint) -> varchar = t_substr({0}, {1}, {2})
    substring(varchar, bigint) -> varchar = t_substr({0}, {1}, NULL)
    substring(varchar, bigint, bigint) -> varchar = t_substr({0}, {1}, {2})
    translate(varchar, varchar, varchar) -> varchar = translate({0}, {1}, {2})
    trim(varchar) -> varchar = t_trim({0})
    trim(char, varchar) -> varchar = trim(rtrim({0}, ' '), {1})
    trim(varchar, varchar) -> varchar = trim({0}, {1})
    split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar)) = p_split_to_multimap({0}, {1}, {2})
    index(varchar, varchar) -> bigint = strpos({0}, {1})
    url_encode(varchar) -> varchar = t_url_encode({0})
    url_decode(varchar) -> varchar = t_url_decode({0})
    url_extract_protocol(varchar) -> varchar = t_url_part({0}, '^([A-Za-z][A-Za-z0-9+.-]*):')
    url_extract_host(varchar) -> varchar = t_url_host({0})
    url_extract_port(varchar) -> bigint = CAST(nullif(t_url_part({0}, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*:([0-9]+)(?:[/?#]|$)'), '') AS BIGINT)
    url_extract_path(varchar) -> varchar = url_decode(t_url_path(t_uri({0})))
    url_extract_query(varchar) -> varchar = url_decode(t_url_part({0}, '^[^?#]*[?]([^#]*)'))
    url_extract_fragment(varchar) -> varchar = url_decode(t_url_part({0}, '#(.*)$'))
    url_extract_parameter(varchar, varchar) -> varchar = t_url_parameter(t_uri({0}), {1})
    to_utf8(varchar) -> varbinary = encode({0})
    from_utf8(varbinary) -> varchar = coalesce(try(decode({0})), p_from_utf8({0}))
    to_hex(varbinary) -> varchar = hex({0})
    to_base64(varbinary) -> varchar = base64({0})
    from_base64(varchar) -> varbinary = t_from_base64({0})
    to_base64url(varbinary) -> varchar = translate(base64({0}), '+/', '-_')
    from_base64url(varchar) -> varbinary = t_from_base64(translate({0}, '-_', '+/'))
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
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "There must be two or more concatenation arguments")
    result = values[0]
    for value in values[1:]:
        result = join(call, result, value)
    return result


def join(call: Call, left: Typed, right: Typed, operator: bool = False) -> Typed:
    """`left || right`, written with the `operator` or as a call."""

    def refusal() -> SqlError:
        where = call.compiler.operator_position(call.node) if operator else None
        return unexpected("concat", [str(left.type), str(right.type)], call.node, where)

    if "array" in (left.type.name, right.type.name) and UNKNOWN in (left.type, right.type):
        return Typed("NULL", left.type if right.type == UNKNOWN else right.type)
    if left.type.name == "array" or right.type.name == "array":
        elements = [t.type.args[0] if t.type.name == "array" else t.type for t in (left, right)]
        element = common(*elements)
        if element is None:
            raise refusal()
        kind = array_of(element)
        whole = [call.compiler.coerce(s, kind if s.type.name == "array" else element).sql for s in (left, right)]
        sides = [w if s.type.name == "array" else f"[{w}]" for w, s in zip(whole, (left, right), strict=True)]
        nulls = " OR ".join(f"{w} IS NULL" for w in whole)
        return Typed(f"CASE WHEN {nulls} THEN NULL ELSE list_concat({sides[0]}, {sides[1]}) END", kind)
    if left.type.name == right.type.name == "varbinary":
        return Typed(f"({left.sql} || {right.sql})", VARBINARY)
    if all(t.type.is_string or t.type.name == "unknown" for t in (left, right)):
        if left.type.name == right.type.name == "char":
            return Typed(f"({left.sql} || {right.sql})", Type("char", (left.type.args[0] + right.type.args[0],)))
        return Typed(f"({left.sql} || {right.sql})", VARCHAR)
    raise refusal()


@special("concat_ws")
def concat_ws(call: Call) -> Typed:
    separator, *rest = call.all()
    if not rest:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "There must be two or more arguments")
    array = len(rest) == 1 and rest[0].type.name == "array"
    kinds = [r.type.args[0] if array else r.type for r in (separator, *rest)[1:]]
    if not all(k.is_string or k == UNKNOWN for k in (separator.type, *kinds)):
        raise call.wrong_arguments()
    items = rest[0].sql if array else f"[{', '.join(r.sql for r in rest)}]"
    return Typed(f"t_concat_ws({separator.sql}, {items})", VARCHAR)


@special("format")
def format_(call: Call) -> Typed:
    """Java's format strings; numbers, booleans, dates and times as they are, all else as text."""
    if len(call.arguments) < 2:
        raise SqlError("SYNTAX_ERROR", "The 'format' function must have at least two arguments", position(call.node))
    pattern = call.typed(0)
    if not pattern.type.is_string:
        message = f"Type of first argument to format() must be VARCHAR (actual: {pattern.type})"
        raise SqlError("TYPE_MISMATCH", message, position(call.arguments[0]))
    given = (_argument(call.typed(i)) for i in range(1, len(call.arguments)))
    return Typed(f"p_format({', '.join([pattern.sql, *given])})", VARCHAR)


def _argument(value: Typed) -> str:
    raw = ("boolean", "decimal", "double", "date", "varchar", "unknown")
    if value.type.is_integer:
        return f"CAST({value.sql} AS BIGINT)"
    if value.type.name == "timestamp":
        return f"CAST({value.sql} AS TIMESTAMP)"
    return value.sql if value.type.name in raw else text(value)


@special("normalize")
def normalize(call: Call) -> Typed:
    """The form is a bare word: `normalize(x, NFD)`."""
    form = call.arguments[1].name.upper() if call.count(1, 2) == 2 else "NFC"
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise call.wrong_arguments()
    return Typed(f"p_normalize({call.cast(0, VARCHAR)}, '{form}')", VARCHAR)


@special("split_to_map")
def split_to_map(call: Call) -> Typed:
    """With a lambda, what becomes of two values for one key."""
    if call.count(3, 4) == 3:
        arguments = ", ".join(call.cast(i, VARCHAR) for i in range(3))
        return Typed(f"p_split_to_map({arguments})", map_of(VARCHAR, VARCHAR))
    arguments = ", ".join(call.cast(i, VARCHAR) for i in range(3))
    _, body = call.function(3, [VARCHAR, VARCHAR, VARCHAR], ["e.key", "p", "q"])
    folded = f"list_reduce(e.value, lambda p, q: {body.sql})"
    pair = f"struct_pack(key := e.key, value := {folded})"
    pairs = f"list_transform(map_entries(p_split_to_multimap({arguments})), lambda e: {pair})"
    return Typed(f"map_from_entries({pairs})", map_of(VARCHAR, VARCHAR))


@special("typeof")
def typeof(call: Call) -> Typed:
    call.count(1)
    name = str(call.typed(0).type)
    return Typed(literal(name), VARCHAR, name)
