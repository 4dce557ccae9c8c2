"""Aggregate and window functions: https://trino.io/docs/current/functions/{aggregate,window}.html.

A template is `call(arguments) :: wrap`; DISTINCT, ORDER BY and IGNORE NULLS go into the call, FILTER and OVER after
it, and the wrap around all of that. Approximate functions are computed exactly: inside the error Trino allows.
A sum times one is checked for 38 digits, where DuckDB's sum alone is not; `decimals` has the average of decimals.
"""

from rapid.emulator.athena.sql.functions.registry import AGGREGATES, WINDOWS, declare

declare(
    AGGREGATES,
    """
    any_value(T) -> T = any_value({0})
    arbitrary(T) -> T = any_value({0})
    approx_distinct(T) -> bigint = count(DISTINCT {0})
    approx_distinct(T, double) -> bigint = count(DISTINCT {0})
    approx_percentile(int, double) -> int = quantile_disc({0}, {1})
    approx_percentile(num, double) -> num = quantile_disc({0}, {1})
    approx_percentile(num, array(double)) -> array(num) = quantile_disc({0}, {1})
    array_agg(T) -> array(T) = array_agg({0})
    avg(int) -> double = avg({0})
    avg(real) -> real = avg({0}) :: CAST({} AS FLOAT)
    avg(double) -> double = avg({0})
    avg(dec) -> dec = avg({0})
    bitwise_and_agg(bigint) -> bigint = bit_and({0})
    bitwise_or_agg(bigint) -> bigint = bit_or({0})
    bool_and(boolean) -> boolean = bool_and({0})
    every(boolean) -> boolean = bool_and({0})
    bool_or(boolean) -> boolean = bool_or({0})
    checksum(T) -> varbinary = bit_xor(hash({0})) :: unhex(lpad(to_hex({}), 16, '0'))
    corr(double, double) -> double = corr({0}, {1})
    count(T) -> bigint = count({0})
    count_if(boolean) -> bigint = count_if({0}) :: CAST({} AS BIGINT)
    covar_pop(double, double) -> double = covar_pop({0}, {1})
    covar_samp(double, double) -> double = covar_samp({0}, {1})
    entropy(double) -> double = entropy({0})
    geometric_mean(double) -> double = avg(ln({0})) :: exp({})
    histogram(T) -> map(T, bigint) = histogram({0})
    kurtosis(double) -> double = kurtosis({0})
    map_agg(K, V) -> map(K, V) = array_agg(struct_pack(key := {0}, value := {1})) :: t_map_from_pairs({})
    map_union(map(K, V)) -> map(K, V) = array_agg(map_entries({0})) :: t_map_from_pairs(flatten({}))
    multimap_agg(K, V) -> map(K, array(V)) = array_agg(struct_pack(key := {0}, value := {1})) :: t_multimap({})
    set_agg(T) -> array(T) = array_agg(DISTINCT {0})
    set_union(array(T)) -> array(T) = array_agg({0}) :: t_array_distinct(flatten({}))
    max(T) -> T = max({0})
    max(T, bigint) -> array(T) = max({0}, {1})
    max_by(T, U) -> T = arg_max_null({0}, {1})
    max_by(T, U, bigint) -> array(T) = arg_max({0}, {1}, {2})
    min(T) -> T = min({0})
    min(T, bigint) -> array(T) = min({0}, {1})
    min_by(T, U) -> T = arg_min_null({0}, {1})
    min_by(T, U, bigint) -> array(T) = arg_min({0}, {1}, {2})
    regr_intercept(double, double) -> double = regr_intercept({0}, {1})
    regr_slope(double, double) -> double = regr_slope({0}, {1})
    regr_r2(double, double) -> double = regr_r2({0}, {1})
    regr_count(double, double) -> bigint = regr_count({0}, {1}) :: CAST({} AS BIGINT)
    skewness(double) -> double = skewness({0})
    stddev(double) -> double = stddev_samp({0})
    stddev_pop(double) -> double = stddev_pop({0})
    stddev_samp(double) -> double = stddev_samp({0})
    sum(int) -> bigint = sum({0}) :: t_long({})
    sum(dec) -> dec = sum({0}) :: CAST({} * CAST(1 AS DECIMAL(1,0)) AS {dec})
    sum(real) -> real = sum({0}) :: CAST({} AS FLOAT)
    sum(double) -> double = sum({0})
    sum(interval day to second) -> interval day to second = sum({0})
    variance(double) -> double = var_samp({0})
    var_pop(double) -> double = var_pop({0})
    var_samp(double) -> double = var_samp({0})
    """,
)

declare(
    WINDOWS,
    """
    row_number() -> bigint = row_number()
    rank() -> bigint = rank()
    dense_rank() -> bigint = dense_rank()
    percent_rank() -> double = percent_rank()
    cume_dist() -> double = cume_dist()
    ntile(bigint) -> bigint = ntile({0})
    lag(T) -> T = lag({0})
    lag(T, bigint) -> T = lag({0}, {1})
    lag(T, bigint, T) -> T = lag({0}, {1}, {2})
    lead(T) -> T = lead({0})
    lead(T, bigint) -> T = lead({0}, {1})
    lead(T, bigint, T) -> T = lead({0}, {1}, {2})
    first_value(T) -> T = first_value({0})
    last_value(T) -> T = last_value({0})
    nth_value(T, bigint) -> T = nth_value({0}, {1})
    """,
)
