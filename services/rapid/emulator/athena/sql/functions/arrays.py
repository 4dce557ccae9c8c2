"""Arrays, maps and the functions that take lambdas: https://trino.io/docs/current/functions/{array,map,lambda}.html."""

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.registry import SCALARS, Call, declare, row_sql, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    UNKNOWN,
    VARCHAR,
    Type,
    array_of,
    common,
    field_name,
    map_of,
)

declare(
    SCALARS,
    """
    array_distinct(array(T)) -> array(T) = t_array_distinct({0})
    array_except(array(T), array(T)) -> array(T) = t_array_except({0}, {1})
    array_intersect(array(T), array(T)) -> array(T) = t_array_intersect({0}, {1})
    array_max(array(T)) -> T = t_array_max({0})
    array_min(array(T)) -> T = t_array_min({0})
    array_position(array(T), T) -> bigint = t_array_position({0}, {1})
    array_remove(array(T), T) -> array(T) = list_filter({0}, lambda e: e <> {1})
    array_union(array(T), array(T)) -> array(T) = t_array_distinct(list_concat({0}, {1}))
    arrays_overlap(array(T), array(T)) -> boolean = list_has_any({0}, {1})
    cardinality(array(T)) -> bigint = len({0})
    cardinality(map(K, V)) -> bigint = cardinality({0})
    contains(array(T), T) -> boolean = t_contains({0}, {1})
    element_at(array(T), bigint) -> T = t_element_at({0}, {1})
    element_at(map(K, V), K) -> V = t_map_get({0}, {1})
    flatten(array(array(T))) -> array(T) = flatten({0})
    repeat(T, bigint) -> array(T) = t_repeat({0}, {1})
    slice(array(T), bigint, bigint) -> array(T) = t_slice({0}, {1}, {2})
    trim_array(array(T), bigint) -> array(T) = {0}[1:len({0}) - {1}]
    map_keys(map(K, V)) -> array(K) = map_keys({0})
    map_values(map(K, V)) -> array(V) = map_values({0})
    map_concat(map(K, V), map(K, V)...) -> map(K, V) = map_concat({*})
    """,
)


@special("array_join")
def array_join(call: Call) -> Typed:
    values = call.all()
    call.count(2, 3)
    if values[0].type.name != "array":
        raise call.wrong_arguments()
    text = call.compiler.cast(Typed("e", values[0].type.args[0]), VARCHAR).sql
    if len(values) == 3:
        text = f"coalesce({text}, {values[2].sql})"
    return Typed(f"t_join_text(list_transform({values[0].sql}, lambda e: {text}), {values[1].sql})", VARCHAR)


@special("map")
def map_(call: Call) -> Typed:
    if call.count(0, 2) == 0:
        return Typed("MAP {}", map_of(UNKNOWN, UNKNOWN))
    keys, values = call.all()
    if keys.type.name != "array" or values.type.name != "array":
        raise call.wrong_arguments()
    return Typed(f"map({keys.sql}, {values.sql})", map_of(keys.type.args[0], values.type.args[0]))


@special("map_from_entries")
def map_from_entries(call: Call) -> Typed:
    entries = call.typed(0)
    if entries.type.name != "array" or entries.type.args[0].name != "row" or len(entries.type.args[0].args) != 2:
        raise call.wrong_arguments()
    (key_name, key), (value_name, value) = entries.type.args[0].args
    pair = f'{{"key": e."{field_name(key_name, 0)}", "value": e."{field_name(value_name, 1)}"}}'
    return Typed(f"map_from_entries(list_transform({entries.sql}, lambda e: {pair}))", map_of(key, value))


@special("map_entries")
def map_entries(call: Call) -> Typed:
    value = call.typed(0)
    if value.type.name != "map":
        raise call.wrong_arguments()
    entry = row_sql([(None, "e.key"), (None, "e.value")])
    row = Type("row", ((None, value.type.args[0]), (None, value.type.args[1])))
    return Typed(f"list_transform(map_entries({value.sql}), lambda e: {entry})", array_of(row))


@special("sequence")
def sequence(call: Call) -> Typed:
    """Both ends included, descending if `stop` is below `start`; dates stay dates."""
    values = call.all()
    call.count(2, 3)
    start, stop = values[:2]
    if start.type.is_integer and stop.type.is_integer:
        step = values[2].sql if len(values) == 3 else "NULL"
        return Typed(f"t_sequence({start.sql}, {stop.sql}, {step})", array_of(BIGINT))
    kind = common(start.type, stop.type)
    if kind is None or kind.name not in ("date", "timestamp"):
        raise call.wrong_arguments()
    if len(values) == 3:
        step = values[2].sql
    elif kind == DATE:
        step = f"CASE WHEN {stop.sql} < {start.sql} THEN to_days(-1) ELSE to_days(1) END"
    else:
        raise call.wrong_arguments()
    sql = f"generate_series(CAST({start.sql} AS TIMESTAMP), CAST({stop.sql} AS TIMESTAMP), {step})"
    return Typed(f"CAST({sql} AS {array_of(kind).duckdb()})", array_of(kind))


@special("array_sort")
def array_sort(call: Call) -> Typed:
    """NULLs last. A comparator is not supported: DuckDB sorts by a key, not by comparing pairs."""
    if len(call.arguments) != 1:
        raise SqlError("NOT_SUPPORTED", "array_sort with a comparator is not supported", position(call.node))
    value = call.typed(0)
    if value.type.name != "array":
        raise call.wrong_arguments()
    return Typed(f"list_sort({value.sql}, 'ASC', 'NULLS LAST')", value.type)


@special("array_sum")
def array_sum(call: Call) -> Typed:
    value = call.typed(0)
    kind = BIGINT if value.type.args[0].is_integer else DOUBLE
    return Typed(f"CAST(coalesce(list_sum({value.sql}), 0) AS {kind.duckdb()})", kind)


@special("array_average")
def array_average(call: Call) -> Typed:
    return Typed(f"list_avg({call.typed(0).sql})", DOUBLE)


def _elements(call: Call) -> tuple[Typed, Type]:
    value = call.typed(0)
    if value.type.name != "array":
        raise call.wrong_arguments()
    return value, value.type.args[0]


@special("transform")
def transform(call: Call) -> Typed:
    call.count(2)
    value, element = _elements(call)
    names, body = call.function(1, [element])
    return Typed(f"list_transform({value.sql}, lambda {names[0]}: {body.sql})", array_of(body.type))


def _predicate(call: Call, index: int, types: list[Type]) -> tuple[list[str], str]:
    names, body = call.function(index, types)
    if body.type.name not in ("boolean", "unknown"):
        raise call.wrong_arguments()
    return names, body.sql


@special("filter")
def filter_(call: Call) -> Typed:
    call.count(2)
    value, element = _elements(call)
    names, body = _predicate(call, 1, [element])
    return Typed(f"list_filter({value.sql}, lambda {names[0]}: coalesce({body}, false))", value.type)


@special("any_match", "all_match", "none_match")
def matches(call: Call) -> Typed:
    """Three-valued: NULL when the answer hangs on an element for which the predicate is NULL."""
    call.count(2)
    value, element = _elements(call)
    names, body = _predicate(call, 1, [element])
    return Typed(f"t_{call.name}(list_transform({value.sql}, lambda {names[0]}: {body}))", BOOLEAN)


@special("reduce")
def reduce_(call: Call) -> Typed:
    call.count(4)
    value, element = _elements(call)
    start = call.typed(1)
    state = start.type
    for _ in range(2):  # the state is as wide as what the step gives
        names, body = call.function(2, [state, element])
        wider = common(state, body.type)
        if wider is None:
            raise call.wrong_arguments()
        if wider == state:
            break
        state = wider
    step = call.compiler.coerce(body, state)
    result_names, result = call.function(3, [state])
    first = f"CAST({start.sql} AS {state.duckdb()})"
    if element.duckdb() == state.duckdb():
        folded = f"list_reduce({value.sql}, lambda {names[0]}, {names[1]}: {step.sql}, {first})"
    else:
        folded = _reduce_mixed(value.sql, element, state, names, step.sql, first)
    return Typed(f"list_transform([{folded}], lambda {result_names[0]}: {result.sql})[1]", result.type)


def _reduce_mixed(array: str, element: Type, state: Type, names: list[str], step: str, first: str) -> str:
    """DuckDB's list_reduce wants state and elements of one type: fold over structs that hold both."""
    pair = f"STRUCT(s {state.duckdb()}, e {element.duckdb()})"
    items = f"list_transform({array}, lambda e: CAST({{'s': NULL, 'e': e}} AS {pair}))"
    body = step.replace(names[0], "p.s").replace(names[1], "q.e")
    start = f"CAST({{'s': {first}, 'e': NULL}} AS {pair})"
    return f"list_reduce({items}, lambda p, q: CAST({{'s': {body}, 'e': NULL}} AS {pair}), {start}).s"


@special("zip")
def zip_(call: Call) -> Typed:
    values = call.all()
    if any(v.type.name != "array" for v in values) or len(values) < 2:
        raise call.wrong_arguments()
    row = Type("row", tuple((None, v.type.args[0]) for v in values))
    longest = f"greatest({', '.join(f'len({v.sql})' for v in values)})"
    fields = row_sql([(None, f"({v.sql})[i]") for v in values])
    return Typed(f"list_transform(range(1, {longest} + 1), lambda i: {fields})", array_of(row))


@special("zip_with")
def zip_with(call: Call) -> Typed:
    call.count(3)
    one, two = call.typed(0), call.typed(1)
    if one.type.name != "array" or two.type.name != "array":
        raise call.wrong_arguments()
    names, body = call.function(2, [one.type.args[0], two.type.args[0]], [f"({one.sql})[i]", f"({two.sql})[i]"])
    del names
    longest = f"greatest(len({one.sql}), len({two.sql}))"
    return Typed(f"list_transform(range(1, {longest} + 1), lambda i: {body.sql})", array_of(body.type))


def _map_types(call: Call) -> tuple[Typed, Type, Type]:
    value = call.typed(0)
    if value.type.name != "map":
        raise call.wrong_arguments()
    return value, *value.type.args


@special("map_filter")
def map_filter(call: Call) -> Typed:
    call.count(2)
    value, key, item = _map_types(call)
    _, body = call.function(1, [key, item], ["e.key", "e.value"])
    return Typed(
        f"map_from_entries(list_filter(map_entries({value.sql}), lambda e: coalesce({body.sql}, false)))", value.type
    )


@special("transform_values", "transform_keys")
def transform_map(call: Call) -> Typed:
    call.count(2)
    value, key, item = _map_types(call)
    _, body = call.function(1, [key, item], ["e.key", "e.value"])
    entries = f"map_entries({value.sql})"
    if call.name == "transform_values":
        sql = f"map(map_keys({value.sql}), list_transform({entries}, lambda e: {body.sql}))"
        return Typed(sql, map_of(key, body.type))
    return Typed(
        f"map(list_transform({entries}, lambda e: {body.sql}), map_values({value.sql}))", map_of(body.type, item)
    )


@special("combinations", "ngrams", "array_sort_by", "multimap_from_entries", "map_zip_with", "shuffle")
def not_yet(call: Call) -> Typed:
    raise SqlError("NOT_SUPPORTED", f"{call.name} is not supported", position(call.node))


@special("row")
def row(call: Call) -> Typed:
    values = call.all()
    kind = Type("row", tuple((None, v.type) for v in values))
    return Typed(row_sql([(None, v.sql) for v in values]), kind, parts=tuple(values))
