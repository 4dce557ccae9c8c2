"""Arrays, maps and the functions that take lambdas: https://trino.io/docs/current/functions/{array,map,lambda}.html."""

from rapid.emulator.athena.sql.registry import SCALARS, Call, declare, row_sql, special
from rapid.emulator.athena.sql.scope import Typed, quote
from rapid.emulator.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTERVAL_YEAR,
    UNKNOWN,
    VARCHAR,
    Type,
    array_of,
    common,
    converts,
    field_name,
    map_of,
)

declare(
    SCALARS,
    """
    array_distinct(array(T)) -> array(T) = t_array_distinct({0})
    array_except(array(T), array(T)) -> array(T) = t_array_except({0}, {1})
    array_intersect(array(T), array(T)) -> array(T) = t_array_intersect({0}, {1})
    array_max(array(real)) -> real = (-t_array_min(list_transform({0}, lambda e: -e)))
    array_max(array(double)) -> double = (-t_array_min(list_transform({0}, lambda e: -e)))
    array_max(array(O)) -> O = t_array_max({0})
    array_min(array(O)) -> O = t_array_min({0})
    array_position(array(T), T) -> bigint = t_array_position({0}, {1})
    array_remove(array(T), T) -> array(T) = t_array_remove({0}, {1})
    array_union(array(T), array(T)) -> array(T) = t_array_distinct(list_concat({0}, {1}))
    arrays_overlap(array(T), array(T)) -> boolean = t_overlap({0}, {1})
    cardinality(array(T)) -> bigint = len({0})
    cardinality(map(K, V)) -> bigint = cardinality({0})
    contains(array(T), T) -> boolean = t_contains({0}, {1})
    element_at(array(T), bigint) -> T = t_element_at({0}, {1})
    element_at(map(K, V), K) -> V = t_map_get({0}, {1})
    flatten(array(array(T))) -> array(T) = flatten({0})
    repeat(T, bigint) -> array(T) = t_repeat_check({0}, {1})
    slice(array(T), bigint, bigint) -> array(T) = t_slice({0}, {1}, {2})
    trim_array(array(T), bigint) -> array(T) = t_trim_array({0}, {1})
    array_first(array(T)) -> T = list_extract({0}, 1)
    array_last(array(T)) -> T = list_extract({0}, -1)
    array_histogram(array(T)) -> map(T, bigint) = t_array_histogram({0})
    contains_sequence(array(T), array(T)) -> boolean = t_contains_sequence({0}, {1})
    ngrams(array(T), bigint) -> array(array(T)) = t_ngrams({0}, {1})
    combinations(array(T), bigint) -> array(array(T)) = t_combinations({0}, {1})
    shuffle(array(T)) -> array(T) = t_shuffle({0})
    euclidean_distance(array(double), array(double)) -> double = list_distance({0}, {1})
    dot_product(array(double), array(double)) -> double = list_inner_product({0}, {1})
    cosine_distance(array(double), array(double)) -> double = (1 - list_cosine_similarity({0}, {1}))
    cosine_similarity(map(varchar, double), map(varchar, double)) -> double = t_map_cosine({0}, {1})
    map_keys(map(K, V)) -> array(K) = map_keys({0})
    map_values(map(K, V)) -> array(V) = map_values({0})
    map_concat(map(K, V), map(K, V)...) -> map(K, V) = t_map_concat([{*}])
    """,
)


@special("array_join")
def array_join(call: Call) -> Typed:
    values = call.all()
    call.count(2, 3)
    if values[0].type.name != "array" or not all(converts(v.type, VARCHAR) for v in values[1:]):
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
    return Typed(f"t_make_map({keys.sql}, {values.sql})", map_of(keys.type.args[0], values.type.args[0]))


@special("map_from_entries", "multimap_from_entries")
def map_from_entries(call: Call) -> Typed:
    entries = call.typed(0)
    if entries.type.name != "array" or entries.type.args[0].name != "row" or len(entries.type.args[0].args) != 2:
        raise call.wrong_arguments()
    (key_name, key), (value_name, value) = entries.type.args[0].args
    names = (quote(field_name(n, i)) for i, n in enumerate((key_name, value_name)))
    one, two = (f"list_transform({entries.sql}, lambda e: e.{n})" for n in names)
    if call.name == "map_from_entries":
        return Typed(f"t_make_map({one}, {two})", map_of(key, value))
    pair = f"struct_pack(key := ({one})[i], value := ({two})[i])"
    pairs = f"list_transform(range(1, len({entries.sql}) + 1), lambda i: {pair})"
    return Typed(f"t_multimap({pairs})", map_of(key, array_of(value)))


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
        made = f"t_sequence({start.sql}, {stop.sql}, {step})"
        return Typed(
            f"t_few(abs({stop.sql} - {start.sql}) // abs(coalesce(nullif({step}, 0), 1)) + 1, {made})", array_of(BIGINT)
        )
    kind = common(start.type, stop.type)
    if kind is None or kind.name not in ("date", "timestamp"):
        raise call.wrong_arguments()
    if len(values) == 3:
        step = values[2].sql
    elif kind == DATE:
        step = f"CASE WHEN {stop.sql} < {start.sql} THEN to_days(-1) ELSE to_days(1) END"
    else:
        raise call.wrong_arguments()
    months = len(values) == 3 and values[2].type == INTERVAL_YEAR
    if kind == DATE and not months:
        step = f"t_whole_day_step({step})"
    made = "t_month_sequence" if months else "t_time_sequence"
    sql = f"{made}(CAST({start.sql} AS TIMESTAMP), CAST({stop.sql} AS TIMESTAMP), {step})"
    return Typed(f"t_few(len({sql}), CAST({sql} AS {array_of(kind).duckdb()}))", array_of(kind))


@special("array_sort")
def array_sort(call: Call) -> Typed:
    """NULLs last, or by a comparator: an element's place is the number of elements that come before it."""
    given, value = call.count(1, 2), call.typed(0)
    if value.type.name != "array":
        raise call.wrong_arguments()
    if given == 1 and not value.type.args[0].is_orderable:
        raise call.wrong_arguments()
    if given == 1:
        return Typed(f"list_sort({value.sql}, 'ASC', 'NULLS LAST')", value.type)
    element = value.type.args[0]
    _, body = call.function(1, [element, element], ["y", "x"])
    before = f"len(list_filter({value.sql}, lambda y, j: j <> i AND ({body.sql} < 0 OR ({body.sql} = 0 AND j < i))))"
    ranked = f"list_transform({value.sql}, lambda x, i: struct_pack(r := {before}, i := i, v := x))"
    return Typed(f"list_transform(list_sort({ranked}), lambda e: e.v)", value.type)


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
    value, _ = _elements(call)
    result = reduced(call, value, 1, 2)
    names, body = call.function(3, [result.type])
    return Typed(f"list_transform([{result.sql}], lambda {names[0]}: {body.sql})[1]", body.type)


def reduced(call: Call, value: Typed, start_at: int, step_at: int) -> Typed:
    """An array folded from a start by a lambda; the arguments stand at these places of the call."""
    element, start = value.type.args[0], call.typed(start_at)
    state = start.type
    for _ in range(2):  # the state is as wide as what the step gives
        names, body = call.function(step_at, [state, element])
        wider = common(state, body.type)
        if wider is None:
            raise call.wrong_arguments()
        if wider == state:
            break
        state = wider
    step = call.compiler.coerce(body, state)
    first = call.compiler.coerce(start, state).sql
    first = f"CAST({first} AS {state.duckdb()})"
    if element.duckdb() == state.duckdb():
        return Typed(f"list_reduce({value.sql}, lambda {names[0]}, {names[1]}: {step.sql}, {first})", state)
    return Typed(_reduce_mixed(value.sql, element, state, names, step.sql, first), state)


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


@special("map_zip_with")
def map_zip_with(call: Call) -> Typed:
    call.count(3)
    one, two = call.typed(0), call.typed(1)
    if one.type.name != "map" or two.type.name != "map":
        raise call.wrong_arguments()
    key = common(one.type.args[0], two.type.args[0])
    if key is None:
        raise call.wrong_arguments()
    sides = [f"t_map_get({side.sql}, k)" for side in (one, two)]
    _, body = call.function(2, [key, one.type.args[1], two.type.args[1]], ["k", *sides])
    keys = f"list_sort(list_distinct(list_concat(map_keys({one.sql}), map_keys({two.sql}))))"
    pair = f"struct_pack(key := k, value := {body.sql})"
    return Typed(f"map_from_entries(list_transform({keys}, lambda k: {pair}))", map_of(key, body.type))


@special("row")
def row(call: Call) -> Typed:
    values = call.all()
    kind = Type("row", tuple((None, v.type) for v in values))
    return Typed(row_sql([(None, v.sql) for v in values]), kind, parts=tuple(values))
