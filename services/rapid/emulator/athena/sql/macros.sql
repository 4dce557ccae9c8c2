-- What Trino means and DuckDB has no function for. Each is used by name from `functions`, `casts` or `expressions`.
CREATE MACRO t_div(a, b) AS CASE WHEN b = 0 THEN t_error('DIVISION_BY_ZERO: Division by zero') ELSE a // b END;
CREATE MACRO t_mod(a, b) AS CASE WHEN b = 0 THEN t_error('DIVISION_BY_ZERO: Division by zero') ELSE a % b END;
CREATE MACRO t_divisor(b) AS CASE WHEN b = 0 THEN t_error('DIVISION_BY_ZERO: Division by zero') ELSE b END;
CREATE MACRO t_deeper(depth, most) AS CASE WHEN depth >= most THEN t_error('NOT_SUPPORTED: Recursion depth limit exceeded (' || depth || '). Use ''max_recursion_depth'' session property to modify the limit.') ELSE depth + 1 END;
CREATE MACRO t_long(x) AS CAST(x AS BIGINT);
CREATE MACRO t_cast(given, value, before, after) AS coalesce(value, CASE WHEN given IS NOT NULL THEN t_error('INVALID_CAST_ARGUMENT: ' || before || given || after) END);
CREATE MACRO t_cast_decimal(given, value, before, after) AS t_cast(given, value, before, after || CASE WHEN t_from_decimal(given) IS NULL THEN 'is not a number.' ELSE 'too large.' END);
CREATE MACRO t_from_int(s) AS CASE WHEN regexp_full_match(s, '[+-]?[0-9]+') THEN s END;
CREATE MACRO t_from_double(s) AS s;
CREATE MACRO t_from_decimal(s) AS CASE WHEN regexp_full_match(s, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN s END;
CREATE MACRO t_from_boolean(s) AS CASE WHEN lower(s) IN ('t', 'true', '1') THEN 'true' WHEN lower(s) IN ('f', 'false', '0') THEN 'false' END;
CREATE MACRO t_from_uuid(s) AS s;
CREATE MACRO t_from_date(s) AS CASE WHEN regexp_full_match(s, '\s*[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}\s*') THEN trim(s) END;
CREATE MACRO t_from_time(s) AS CASE WHEN regexp_full_match(s, '\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?\s*')
  THEN CASE WHEN regexp_full_match(trim(s), '[0-9]{1,2}:[0-9]{2}') THEN trim(s) || ':00' ELSE trim(s) END END;
CREATE MACRO t_full_timestamp(s) AS CASE
  WHEN regexp_full_match(s, '[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}') THEN s || ' 00:00:00'
  WHEN regexp_full_match(s, '[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}') THEN s || ':00'
  WHEN regexp_full_match(s, '[+-]?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.][0-9]+)?') THEN s END;
CREATE MACRO t_zone(s) AS regexp_replace(nullif(regexp_extract(s, '[0-9]\s*([A-Za-z][A-Za-z_/+0-9-]*|[+-][0-9]{2}:[0-9]{2})$', 1), ''), '^Z$', 'UTC');
CREATE MACRO t_timestamp(s) AS TRY_CAST(t_full_timestamp(trim(regexp_replace(s, '\s*([A-Za-z][A-Za-z_/+0-9-]*)$|\s*[+-][0-9]{2}:[0-9]{2}$', ''))) AS TIMESTAMP);
CREATE MACRO t_from_timestamptz(s) AS t_full_timestamp(trim(regexp_replace(s, '\s*([A-Za-z][A-Za-z_/+0-9-]*)$|\s*[+-][0-9]{2}:[0-9]{2}$', ''))) || ' ' || coalesce(t_zone(s), 'UTC');
CREATE MACRO t_fits(s, n, kind) AS CASE WHEN length(s) > n THEN t_error('INVALID_CAST_ARGUMENT: Value ' || s || ' cannot be represented as varchar(' || n || ')') ELSE s END;
CREATE MACRO t_fits_or_null(s, n) AS CASE WHEN length(s) <= n THEN s END;

-- Text of values
-- Few operators: DuckDB plans a macro's body anew in every query, at 0.1 ms an operator.
CREATE MACRO t_double_text(x, s) AS CASE WHEN x = 0 OR (abs(x) >= 0.001 AND abs(x) < 10000000) THEN s ELSE p_scientific(s) END;
CREATE MACRO t_double_cast(x, s) AS CASE WHEN x = 0 THEN CASE WHEN starts_with(s, '-') THEN '-0E0' ELSE '0E0' END ELSE p_scientific(s) END;
CREATE MACRO t_json_number(x, s) AS CASE WHEN isfinite(x) THEN t_double_text(x, s) ELSE '"' || t_double_text(x, s) || '"' END;
CREATE MACRO t_timestamp_text(x, p) AS CASE p WHEN 0 THEN strftime(x, '%Y-%m-%d %H:%M:%S') WHEN 3 THEN strftime(x, '%Y-%m-%d %H:%M:%S.%g') WHEN 6 THEN strftime(x, '%Y-%m-%d %H:%M:%S.%f')
  WHEN 9 THEN strftime(x, '%Y-%m-%d %H:%M:%S.%f') || '000' ELSE left(strftime(x, '%Y-%m-%d %H:%M:%S.%f'), 20 + p) END;
CREATE MACRO t_time_text(x, p) AS CASE p WHEN 0 THEN strftime(DATE '1970-01-01' + x, '%H:%M:%S') ELSE left(strftime(DATE '1970-01-01' + x, '%H:%M:%S.%f'), 9 + p) END;
CREATE MACRO t_binary_text(x) AS rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'));
CREATE MACRO t_list_text(x) AS '[' || coalesce(list_aggregate(x, 'string_agg', ', '), '') || CASE WHEN x IS NULL THEN NULL ELSE ']' END;
CREATE MACRO t_braces_text(x) AS '{' || coalesce(list_aggregate(x, 'string_agg', ', '), '') || CASE WHEN x IS NULL THEN NULL ELSE '}' END;
CREATE MACRO t_join_text(x, sep) AS CASE WHEN x IS NULL THEN NULL ELSE coalesce(list_aggregate(x, 'string_agg', sep), '') END;
CREATE MACRO t_concatenated(x) AS CASE WHEN len(x) = list_count(x) THEN t_join_text(x, '') END;
CREATE MACRO t_days_of(us) AS CASE WHEN us < 0 THEN '-' ELSE '' END || CAST(abs(us) // 86400000000 AS VARCHAR) || ' ' || strftime(make_timestamp(abs(us) % 86400000000), '%H:%M:%S.%g');
CREATE MACRO t_days_text(x) AS t_days_of(CAST(epoch_us(TIMESTAMP '1970-01-01' + x) AS BIGINT));
CREATE MACRO t_months_of(n) AS CASE WHEN n < 0 THEN '-' ELSE '' END || CAST(abs(n) // 12 AS VARCHAR) || '-' || CAST(abs(n) % 12 AS VARCHAR);
CREATE MACRO t_months_text(x) AS t_months_of(CAST(datepart('year', x) * 12 + datepart('month', x) AS BIGINT));

-- Numbers
CREATE MACRO t_ln(x) AS CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;
CREATE MACRO t_log10(x) AS CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;
CREATE MACRO t_sqrt(x) AS CASE WHEN x >= 0 THEN sqrt(x) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;
CREATE MACRO t_acos(x) AS CASE WHEN abs(x) <= 1 THEN acos(x) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;
CREATE MACRO t_asin(x) AS CASE WHEN abs(x) <= 1 THEN asin(x) WHEN x IS NULL THEN NULL ELSE CAST('nan' AS DOUBLE) END;
CREATE MACRO t_width_bucket(x, lo, hi, n) AS CASE WHEN n <= 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: bucketCount must be greater than 0')
  WHEN isnan(x) THEN t_error('INVALID_FUNCTION_ARGUMENT: operand must not be NaN')
  WHEN NOT isfinite(lo) THEN t_error('INVALID_FUNCTION_ARGUMENT: first bound must be finite')
  WHEN NOT isfinite(hi) THEN t_error('INVALID_FUNCTION_ARGUMENT: second bound must be finite')
  WHEN lo = hi THEN t_error('INVALID_FUNCTION_ARGUMENT: bounds cannot equal each other')
  WHEN lo < hi THEN CASE WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1 ELSE CAST(floor(n * (x - lo) / (hi - lo)) AS BIGINT) + 1 END
  ELSE CASE WHEN x < hi THEN n + 1 WHEN x >= lo THEN 0 ELSE n - CAST(floor(n * (x - hi) / (lo - hi)) AS BIGINT) END END;
CREATE MACRO t_bucket_of(x, bins) AS CASE WHEN len(bins) = 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: Bins cannot be an empty array')
  WHEN isnan(x) THEN t_error('INVALID_FUNCTION_ARGUMENT: Operand cannot be NaN')
  WHEN len(list_filter(bins, lambda b: NOT isfinite(b))) > 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: Bin value must be finite, got ' || t_double_text(list_filter(bins, lambda b: NOT isfinite(b))[1], ''))
  WHEN list_sort(bins) <> bins THEN t_error('INVALID_FUNCTION_ARGUMENT: Bin values are not sorted in ascending order')
  ELSE len(list_filter(bins, lambda b: b <= x)) END;
CREATE MACRO t_random(n) AS CASE WHEN n <= 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: bound must be positive') ELSE CAST(floor(random() * n) AS BIGINT) END;
CREATE MACRO t_random_in(a, b) AS CASE WHEN a >= b THEN t_error('INVALID_FUNCTION_ARGUMENT: start value must be less than stop value') ELSE a + CAST(floor(random() * (b - a)) AS BIGINT) END;
CREATE MACRO t_narrow(x, bits) AS CAST(((CAST(x AS HUGEINT) + (1::HUGEINT << (bits - 1))) & ((1::HUGEINT << bits) - 1)) - (1::HUGEINT << (bits - 1)) AS BIGINT);
CREATE MACRO t_left(x, n, bits) AS CASE WHEN n >= bits THEN 0 ELSE t_narrow(CAST(x AS HUGEINT) * CAST(pow(2::DOUBLE, n) AS HUGEINT), bits) END;
CREATE MACRO t_right(x, n, bits) AS CASE WHEN n >= bits THEN 0 ELSE t_narrow((CAST(x AS HUGEINT) & ((1::HUGEINT << bits) - 1)) >> CAST(n AS INTEGER), bits) END;
CREATE MACRO t_right_arithmetic(x, n) AS CASE WHEN n >= 63 THEN CASE WHEN x < 0 THEN -1 ELSE 0 END ELSE CAST(x AS BIGINT) >> n END;
CREATE MACRO t_bit_count(x, bits) AS CASE WHEN bits NOT BETWEEN 2 AND 64 THEN t_error('INVALID_FUNCTION_ARGUMENT: Bits specified in bit_count must be between 2 and 64, got ' || bits)
  WHEN bits < 64 AND (x < -(1::BIGINT << (bits - 1)) OR x >= (1::BIGINT << (bits - 1))) THEN t_error('INVALID_FUNCTION_ARGUMENT: Number must be representable with the bits specified. ' || x || ' cannot be represented with ' || bits || ' bits')
  ELSE bit_count(CAST(x AS BIGINT) & CASE WHEN bits >= 64 THEN -1 ELSE (1::BIGINT << bits) - 1 END) END;
CREATE MACRO t_radix(r) AS CASE WHEN r BETWEEN 2 AND 36 THEN CAST(r AS INTEGER) ELSE t_error('INVALID_FUNCTION_ARGUMENT: Radix must be between 2 and 36') END;
CREATE MACRO t_to_base(x, radix) AS CASE WHEN x < 0 THEN '-' || lower(to_base(-x, t_radix(radix))) ELSE lower(to_base(x, t_radix(radix))) END;

CREATE MACRO t_cbrt(x) AS CASE WHEN round(cbrt(x)) * round(cbrt(x)) * round(cbrt(x)) = x THEN round(cbrt(x)) ELSE cbrt(x) END;

-- Strings
CREATE MACRO t_codepoint(s) AS CASE WHEN length(s) = 1 THEN unicode(s) WHEN s IS NOT NULL THEN t_error('INVALID_FUNCTION_ARGUMENT: Input string must be a single character string') END;
CREATE MACRO t_concat_ws(sep, items) AS CASE WHEN sep IS NULL OR items IS NULL THEN NULL ELSE coalesce(array_to_string(items, sep), '') END;
CREATE MACRO t_substr(s, start, n) AS CASE WHEN start = 0 OR abs(start) > length(s) THEN CASE WHEN s IS NULL THEN NULL ELSE '' END
  WHEN n IS NULL THEN substring(s, start) WHEN n <= 0 THEN '' ELSE substring(s, start, n) END;
CREATE MACRO t_blank() AS chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || ' ' || chr(5760) || '             　';
CREATE MACRO t_trim(s) AS trim(s, t_blank());
CREATE MACRO t_ltrim(s) AS ltrim(s, t_blank());
CREATE MACRO t_rtrim(s) AS rtrim(s, t_blank());
CREATE MACRO t_replace(s, a, b) AS CASE WHEN a = '' THEN b || regexp_replace(s, '(.)', '\1' || b, 'gs') ELSE replace(s, a, b) END;
CREATE MACRO t_split_part(s, sep, n) AS CASE WHEN n < 1 THEN t_error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero') ELSE list_extract(string_split(s, sep), n) END;
CREATE MACRO t_split_limit(s, sep, n) AS CASE WHEN sep = '' THEN t_error('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string') WHEN n < 1 THEN t_error('INVALID_FUNCTION_ARGUMENT: Limit must be positive')
  WHEN len(string_split(s, sep)) <= n THEN string_split(s, sep)
  ELSE list_concat(string_split(s, sep)[1:n - 1], [array_to_string(string_split(s, sep)[n:], sep)]) END;
CREATE MACRO t_regexp_extract(s, p, g) AS CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, g) END;
CREATE MACRO t_regexp_position(s, p) AS CASE WHEN regexp_matches(s, p) THEN CAST(length(regexp_extract(s, '^((?s:.*?))' || '(?:' || p || ')', 1)) + 1 AS INTEGER) WHEN s IS NULL OR p IS NULL THEN NULL ELSE -1 END;
CREATE MACRO t_url_encode(s) AS replace(replace(replace(url_encode(s), '%20', '+'), '~', '%7E'), '%2A', '*');
CREATE MACRO t_from_base64(s) AS from_base64(rpad(s, CAST(ceil(length(s) / 4) AS INTEGER) * 4, '='));
CREATE MACRO t_url_path(s) AS CASE WHEN s IS NULL THEN NULL ELSE regexp_extract(s, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#]*)', 1) END;
CREATE MACRO t_url_parameter(s, name) AS url_decode(replace(list_extract(list_transform(list_filter(string_split(regexp_extract(s, '^[^?#]*[?]([^#]*)', 1), '&'), lambda p: split_part(p, '=', 1) = name), lambda p: CASE WHEN contains(p, '=') THEN substring(p, strpos(p, '=') + 1) ELSE '' END), 1), '+', ' '));
-- NULL where java.net.URI would not parse it.
CREATE MACRO t_uri(s) AS CASE WHEN regexp_matches(s, '[\x00-\x20\x7f"<>\\^`{|}]|%(?:[^0-9A-Fa-f]|[0-9A-Fa-f](?:[^0-9A-Fa-f]|$)|$)|#.*#|^[A-Za-z][A-Za-z0-9+.-]*:$|^:|^[^A-Za-z/?#:][^/?#:]*:|^[A-Za-z][^/?#:]*[^A-Za-z0-9+./?#:-][^/?#:]*:')
  OR regexp_matches(t_url_path(s), '[\[\]]') THEN NULL ELSE s END;
CREATE MACRO t_url_part(s, p) AS CASE WHEN t_uri(s) IS NULL THEN NULL ELSE regexp_extract(s, p, 1) END;
CREATE MACRO t_url_host(s) AS t_url_part(s, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|[0-9]{1,3}(?:[.][0-9]{1,3}){3}|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?[.])*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?[.]?)(?::[0-9]*)?(?:[/?#]|$)');
CREATE MACRO t_url_decode(s) AS CASE WHEN regexp_matches(s, '%[0-9A-Fa-f]?$') THEN t_error('INVALID_FUNCTION_ARGUMENT: URLDecoder: Incomplete trailing escape (%) pattern')
  WHEN regexp_matches(s, '%(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f])') THEN t_error('INVALID_FUNCTION_ARGUMENT: URLDecoder: Illegal hex characters in escape (%) pattern - Error at index ' || CASE WHEN regexp_matches(s, '%[^0-9A-Fa-f]') THEN '0' ELSE '1' END || ' in: "' || regexp_extract(s, '%([^0-9A-Fa-f].|[0-9A-Fa-f][^0-9A-Fa-f])', 1) || '"')
  ELSE url_decode(replace(s, '+', ' ')) END;
CREATE MACRO t_strptime(s, f) AS CASE WHEN s IS NOT NULL AND try_strptime(s, f) IS NULL THEN t_error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || s || '"') ELSE try_strptime(s, f) END;

-- Arrays and maps
CREATE MACRO t_subscript(a, i) AS CASE WHEN a IS NULL OR i IS NULL THEN NULL
  WHEN i = 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
  WHEN i < 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
  WHEN i > len(a) THEN t_error('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a)) ELSE list_extract(a, i) END;
CREATE MACRO t_element_at(a, i) AS CASE WHEN i = 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1') ELSE list_extract(a, i) END;
CREATE MACRO t_map_get(m, k) AS list_extract(element_at(m, k), 1);
CREATE MACRO t_map_subscript(m, k, shown) AS CASE WHEN m IS NULL OR k IS NULL THEN NULL WHEN map_contains(m, k) THEN map_extract_value(m, k) ELSE t_error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || shown) END;
CREATE MACRO t_array_distinct(a) AS list_filter(a, lambda x, i: coalesce(list_position(a, x), 0) = i OR (x IS NULL AND len(list_filter(a[1:i - 1], lambda y: y IS NULL)) = 0));
CREATE MACRO t_common(a, b) AS list_filter(t_array_distinct(a), lambda x: list_contains(b, x) OR (x IS NULL AND len(b) > list_count(b)));
CREATE MACRO t_array_intersect(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) < len(b) THEN t_common(b, a) ELSE t_common(a, b) END;
CREATE MACRO t_array_except(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_filter(t_array_distinct(a), lambda x: CASE WHEN x IS NULL THEN len(b) = list_count(b) ELSE NOT list_contains(b, x) END) END;
CREATE MACRO t_array_max(a) AS CASE WHEN len(a) > list_count(a) THEN NULL ELSE list_max(a) END;
CREATE MACRO t_array_min(a) AS CASE WHEN len(a) > list_count(a) THEN NULL ELSE list_min(a) END;
CREATE MACRO t_array_position(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL ELSE CAST(coalesce(list_position(a, x), 0) AS BIGINT) END;
CREATE MACRO t_contains(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL WHEN list_contains(a, x) THEN TRUE WHEN len(a) > list_count(a) THEN NULL ELSE FALSE END;
CREATE MACRO t_repeat(x, n) AS list_transform(range(0, n), lambda i: x);
CREATE MACRO t_slice(a, start, n) AS CASE WHEN start = 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
  WHEN n < 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0')
  WHEN start > len(a) OR -start > len(a) OR n = 0 THEN a[1:0]
  WHEN start < 0 THEN a[len(a) + start + 1:len(a) + start + n] ELSE a[start:start + n - 1] END;
CREATE MACRO t_sequence(a, b, step) AS CASE
  WHEN step IS NULL THEN CASE WHEN a <= b THEN generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT)) ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), -1) END
  WHEN step = 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: step must not be zero')
  WHEN (step > 0 AND b < a) OR (step < 0 AND b > a) THEN t_error('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
  ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), step) END;
CREATE MACRO t_months(x) AS datepart('year', x) * 12 + datepart('month', x);
CREATE MACRO t_micros(x) AS epoch_us(TIMESTAMP '1970-01-01' + x);
CREATE MACRO t_time_sequence(a, b, step) AS CASE
  WHEN (t_micros(step) > 0 AND b < a) OR (t_micros(step) < 0 AND b > a) THEN t_error('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') ELSE generate_series(a, b, step) END;
CREATE MACRO t_month_sequence(a, b, step) AS CASE
  WHEN (t_months(step) > 0 AND b < a) OR (t_months(step) < 0 AND b > a) THEN t_error('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
  ELSE list_transform(range(0, datesub('month', a, b) // t_months(step) + 1), lambda i: a + to_months(CAST(i * t_months(step) AS INTEGER))) END;
CREATE MACRO t_whole_day_step(x) AS CASE WHEN t_micros(x) % 86400000000 <> 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval if start and end values are dates') ELSE x END;
CREATE MACRO t_few(n, list) AS CASE WHEN n > 10000 THEN t_error('INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries') ELSE list END;
CREATE MACRO t_any_match(b) AS CASE WHEN b IS NULL THEN NULL WHEN list_contains(b, TRUE) THEN TRUE WHEN len(b) > list_count(b) THEN NULL ELSE FALSE END;
CREATE MACRO t_all_match(b) AS CASE WHEN b IS NULL THEN NULL WHEN list_contains(b, FALSE) THEN FALSE WHEN len(b) > list_count(b) THEN NULL ELSE TRUE END;
CREATE MACRO t_none_match(b) AS NOT t_any_match(b);
CREATE MACRO t_map_concat(maps) AS CASE WHEN len(maps) = list_count(maps) THEN map_from_entries(t_last_of_keys(flatten(list_transform(maps, lambda m: map_entries(m))))) END;
CREATE MACRO t_last_of_keys(p) AS list_filter(p, lambda e, i: list_position(list_reverse(list_transform(p, lambda x: x.key)), e.key) = len(p) - i + 1);
CREATE MACRO t_map_from_pairs(p) AS map_from_entries(list_filter(p, lambda e, i: e.key IS NOT NULL AND list_position(list_transform(p, lambda x: x.key), e.key) = i));
CREATE MACRO t_multimap(p) AS map_from_entries(list_transform(list_sort(list_distinct(list_transform(p, lambda x: x.key))), lambda k: {'key': k, 'value': list_transform(list_filter(p, lambda e: e.key = k), lambda e: e.value)}));

-- JSON
CREATE MACRO t_json_parse(s) AS CASE WHEN s IS NULL THEN NULL WHEN json_valid(s) THEN CAST(json(s) AS JSON) ELSE t_error('INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: ''' || s || '''') END;
CREATE MACRO t_json_extract(s, p) AS CASE WHEN json_valid(s) THEN json_extract(s, p) ELSE CAST(p_json_extract(s, chr(36) || p[2:]) AS JSON) END;
CREATE MACRO t_json_scalar(s, p) AS CASE WHEN TRY(json_type(s, p)) IN ('VARCHAR', 'BIGINT', 'UBIGINT', 'BOOLEAN') THEN json_extract_string(s, p)
  WHEN TRY(json_type(s, p)) IN ('DOUBLE', 'HUGEINT') OR NOT json_valid(s) THEN p_json_scalar(s, chr(36) || p[2:]) END;
CREATE MACRO t_json_size(s, p) AS CASE WHEN json_valid(s) THEN CASE json_type(s, p) WHEN 'ARRAY' THEN CAST(json_array_length(s, p) AS BIGINT) WHEN 'OBJECT' THEN CAST(len(json_keys(s, p)) AS BIGINT) WHEN NULL THEN NULL ELSE CASE WHEN json_type(s, p) IS NULL THEN NULL ELSE 0 END END END;
CREATE MACRO t_json_array_length(s) AS CASE WHEN NOT json_valid(s) THEN NULL WHEN json_type(s) = 'ARRAY' THEN CAST(json_array_length(s) AS BIGINT) END;
CREATE MACRO t_json_array_at(s, i) AS CASE WHEN NOT json_valid(s) THEN CASE WHEN i >= 0 THEN CAST(p_json_extract(s, '$[' || CAST(i AS VARCHAR) || ']') AS JSON) END WHEN json_type(s) = 'ARRAY' THEN json_extract(s, '$[' || CASE WHEN i < 0 THEN '#' || CAST(i AS VARCHAR) ELSE CAST(i AS VARCHAR) END || ']') END;
CREATE MACRO t_json_unquoted(j) AS CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN json_extract_string(j, '$') ELSE CAST(j AS VARCHAR) END;
CREATE MACRO t_json_array_get(s, i) AS t_json_unquoted(t_json_array_at(s, i));
CREATE MACRO t_json_array_contains(s, v) AS CASE WHEN NOT json_valid(s) THEN NULL WHEN json_type(s) = 'ARRAY' THEN list_contains(list_transform(json_extract(s, '$[*]'), lambda e: CAST(e AS VARCHAR)), CAST(v AS VARCHAR)) END;
CREATE MACRO t_is_json_scalar(s) AS CASE WHEN s IS NULL THEN NULL WHEN json_valid(s) THEN json_type(s) NOT IN ('OBJECT', 'ARRAY') ELSE t_error('INVALID_FUNCTION_ARGUMENT: Invalid JSON value: ' || s) END;
CREATE MACRO t_json_to_varchar(s) AS CASE WHEN s IS NULL OR json_type(s) = 'NULL' THEN NULL WHEN json_type(s) = 'DOUBLE' THEN t_double_cast(CAST(s AS DOUBLE), CAST(CAST(s AS DOUBLE) AS VARCHAR)) WHEN json_type(s) IN ('OBJECT', 'ARRAY') THEN t_error('INVALID_CAST_ARGUMENT: Cannot cast ' || chr(39) || s || chr(39) || ' to varchar') ELSE json_extract_string(s, '$') END;


-- Times and zones
CREATE MACRO t_now() AS date_trunc('millisecond', now());
CREATE MACRO t_scaled(us, unit) AS us + unit // 2 - (us + unit // 2) % unit - CASE WHEN (us + unit // 2) % unit < 0 THEN unit ELSE 0 END;
CREATE MACRO t_timestamp_scale(x, p) AS CASE WHEN p >= 6 THEN x ELSE make_timestamp(t_scaled(epoch_us(x), CAST(pow(10::DOUBLE, 6 - p) AS BIGINT))) END;
CREATE MACRO t_instant_scale(x, p) AS CASE WHEN p >= 6 THEN x ELSE make_timestamptz(t_scaled(epoch_us(x), CAST(pow(10::DOUBLE, 6 - p) AS BIGINT))) END;
CREATE MACRO t_offset(z) AS CAST(z[1:1] || '1' AS INTEGER) * (CAST(z[2:3] AS INTEGER) * 60 + CAST(z[-2:] AS INTEGER));
CREATE MACRO t_wall(x) AS CASE WHEN starts_with(x.z, '+') OR starts_with(x.z, '-') THEN timezone('UTC', x.i) + to_minutes(t_offset(x.z)) ELSE timezone(x.z, x.i) END;
CREATE MACRO t_ahead(z, i) AS timezone(z, i) - timezone('UTC', i);
CREATE MACRO t_instant_at(z, w, ahead) AS CASE WHEN timezone(z, timezone('UTC', w - ahead)) = w THEN timezone('UTC', w - ahead) ELSE timezone(z, w) END;
CREATE MACRO t_instant(z, w) AS t_instant_at(z, w, t_ahead(z, timezone(z, w - INTERVAL 1 DAY)));
CREATE MACRO t_placed(w, z) AS CASE WHEN w IS NULL OR z IS NULL THEN NULL
  WHEN starts_with(z, '+') OR starts_with(z, '-') THEN struct_pack(i := timezone('UTC', w - to_minutes(t_offset(z))), z := z) ELSE struct_pack(i := t_instant(z, w), z := z) END;
CREATE MACRO t_moved(w, x) AS CASE WHEN w IS NULL OR starts_with(x.z, '+') OR starts_with(x.z, '-') THEN t_placed(w, x.z) ELSE struct_pack(i := t_instant_at(x.z, w, t_ahead(x.z, x.i)), z := x.z) END;
CREATE MACRO t_offset_text(m) AS CASE WHEN m < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(m) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(m) % 60 AS VARCHAR), 2, '0');
CREATE MACRO t_offset_today(z) AS CASE WHEN starts_with(z, '+') OR starts_with(z, '-') THEN t_offset(z) ELSE date_diff('minute', timezone('UTC', now()), timezone(z, now())) END;
CREATE MACRO t_whole_days(x) AS CASE WHEN epoch_us(TIMESTAMP '1970-01-01' + x) % 86400000000 <> 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date') ELSE x END;
CREATE MACRO t_time_scale(x, p) AS CAST(t_timestamp_scale(DATE '1970-01-01' + x, p) AS TIME);

-- More of strings
CREATE MACRO t_array_text(x) AS '[' || coalesce(list_aggregate(x, 'string_agg', ','), '') || CASE WHEN x IS NULL THEN NULL ELSE ']' END;
CREATE MACRO t_object_text(x) AS '{' || coalesce(list_aggregate(x, 'string_agg', ','), '') || CASE WHEN x IS NULL THEN NULL ELSE '}' END;
CREATE MACRO t_pad_check(n, p) AS CASE WHEN n < 0 OR n > 2147483647 THEN t_error('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
  WHEN p = '' THEN t_error('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty') ELSE CAST(n AS INTEGER) END;
CREATE MACRO t_like_pattern(p, e) AS CASE WHEN regexp_matches(replace(p, e || e, ''), regexp_escape(e) || '([^%_]|$)') THEN t_error('INVALID_FUNCTION_ARGUMENT: Escape character must be followed by ''%'', ''_'' or the escape character itself') ELSE p END;

-- More of arrays and maps
CREATE MACRO t_repeat_check(x, n) AS CASE WHEN n < 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be greater than or equal to 0')
  WHEN n > 10000 THEN t_error('INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be less than or equal to 10000') ELSE t_repeat(x, n) END;
CREATE MACRO t_chr(n) AS CASE WHEN n BETWEEN 0 AND 1114111 THEN chr(CAST(n AS INTEGER)) WHEN n IS NOT NULL THEN t_error('INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ' || n) END;
CREATE MACRO t_at_least(n, least, what) AS CASE WHEN n < least THEN t_error('INVALID_FUNCTION_ARGUMENT: ' || what) ELSE n END;
CREATE MACRO t_finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE MACRO t_skewness(n, sample) AS sample * (n - 2) / sqrt(n * (n - 1));
CREATE MACRO t_split(s, sep) AS CASE WHEN sep = '' THEN t_error('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string') ELSE string_split(s, sep) END;
CREATE MACRO t_overlap(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN TRUE WHEN (len(a) > list_count(a) AND len(b) > 0) OR (len(b) > list_count(b) AND len(a) > 0) THEN NULL ELSE FALSE END;
CREATE MACRO t_array_remove(a, x) AS CASE WHEN a IS NULL OR x IS NULL THEN NULL ELSE list_filter(a, lambda e: e IS NULL OR e <> x) END;
CREATE MACRO t_contains_sequence(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE len(b) = 0 OR len(list_filter(range(1, len(a) - len(b) + 2), lambda i: a[i:i + len(b) - 1] = b)) > 0 END;
CREATE MACRO t_ngrams(a, n) AS CASE WHEN n < 1 THEN t_error('INVALID_FUNCTION_ARGUMENT: N must be positive') WHEN len(a) <= n THEN [a] ELSE list_transform(range(1, len(a) - n + 2), lambda i: a[i:i + n - 1]) END;
CREATE MACRO t_shuffle(a) AS list_transform(list_sort(list_transform(a, lambda x, i: {'r': hash(i + random()), 'v': x})), lambda e: e.v);
CREATE MACRO t_trim_array(a, n) AS CASE WHEN n < 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: size must not be negative: ' || n) WHEN n > len(a) THEN t_error('INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality ' || len(a) || ': ' || n) ELSE a[1:len(a) - n] END;
CREATE MACRO t_map_cosine(a, b) AS CASE WHEN a IS NULL OR b IS NULL OR len(map_keys(a)) = 0 OR len(map_keys(b)) = 0 OR list_count(map_values(a)) < cardinality(a) OR list_count(map_values(b)) < cardinality(b) THEN NULL ELSE
  coalesce(list_sum(list_transform(map_entries(a), lambda e: e.value * coalesce(map_extract_value(b, e.key), 0))), 0) / (sqrt(list_sum(list_transform(map_values(a), lambda v: v * v))) * sqrt(list_sum(list_transform(map_values(b), lambda v: v * v)))) END;
CREATE MACRO t_make_map(k, v) AS CASE WHEN len(k) <> len(v) THEN t_error('INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length')
  WHEN len(k) > list_count(k) THEN t_error('INVALID_FUNCTION_ARGUMENT: map key cannot be null')
  WHEN len(list_distinct(k)) < len(k) THEN t_error('INVALID_FUNCTION_ARGUMENT: Duplicate map keys (' || CAST(list_filter(k, lambda x, i: list_position(k, x) < i)[1] AS VARCHAR) || ') are not allowed') ELSE map(k, v) END;
CREATE MACRO t_array_histogram(a) AS map_from_entries(list_transform(list_sort(list_distinct(a)), lambda k: {'key': k, 'value': CAST(len(list_filter(a, lambda x: x = k)) AS BIGINT)}));
CREATE MACRO t_top(m, n) AS map_from_entries(list_transform(list_sort(list_transform(map_entries(m), lambda e: {'n': -CAST(e.value AS BIGINT), 'k': e.key}))[1:n], lambda e: {'key': e.k, 'value': -e.n}));
CREATE MACRO t_percentile(ordered, p) AS CASE WHEN p < 0 OR p > 1 THEN t_error('INVALID_FUNCTION_ARGUMENT: Percentile must be between 0 and 1') ELSE list_extract(ordered, least(CAST(floor(p * list_count(ordered)) AS BIGINT), list_count(ordered) - 1) + 1) END;
CREATE MACRO t_weighted(x, w) AS CASE WHEN x IS NULL OR w IS NULL THEN NULL WHEN w <= 0 THEN t_error('INVALID_FUNCTION_ARGUMENT: Percentile weight must be > 0, was ' || w)
  WHEN w <> floor(w) OR w > 100000 THEN t_error('NOT_SUPPORTED: A weight of a digest that is not a whole number up to 100000 is not supported by Rapid Analytics')
  ELSE list_transform(range(CAST(w AS BIGINT)), lambda i: x) END;
CREATE MACRO t_sketch(x) AS CASE WHEN list_count(x) > 0 THEN list_sort(list_filter(x, lambda e: e IS NOT NULL)) END;
CREATE MACRO t_quantile(ordered, x) AS CASE WHEN x >= ordered[1] AND x <= ordered[-1] THEN len(list_filter(ordered, lambda e: e < x)) / len(ordered)::DOUBLE END;
CREATE MACRO t_percentiles(ordered, ps) AS CASE WHEN list_count(ordered) > 0 THEN list_transform(ps, lambda p: t_percentile(ordered, p)) END;
CREATE MACRO t_entropy(s, l) AS CASE WHEN s > 0 THEN log2(s) - l / s ELSE 0.0::DOUBLE END;
CREATE MACRO t_combinations(a, n) AS list_transform(p_combinations(len(a), n), lambda c: list_transform(c, lambda i: a[i]));

-- Decimals as integers of 128 bits, rounded half away from zero
CREATE MACRO t_digits(x) AS CAST(replace(CAST(x AS VARCHAR), '.', '') AS HUGEINT);
CREATE MACRO t_huge_rounded(n, d) AS n // d + CASE WHEN abs(n % d) >= abs(d) - abs(n % d) THEN CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END ELSE 0 END;
CREATE MACRO t_huge_quotient(n, d) AS CASE WHEN abs(t_huge_rounded(n, d)) >= 100000000000000000000000000000000000000::HUGEINT THEN t_error('NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow') ELSE t_huge_rounded(n, d) END;
CREATE MACRO t_huge_quotient_or_null(n, d) AS CASE WHEN abs(t_huge_rounded(n, d)) < 100000000000000000000000000000000000000::HUGEINT THEN t_huge_rounded(n, d) END;
CREATE MACRO t_huge_rest(n, d) AS n % d;
CREATE MACRO t_huge_rest_or_null(n, d) AS n % d;
CREATE MACRO t_hash_mixed(one, two) AS CAST((31 * CAST(one AS HUGEINT) + two) % 18446744073709551616 AS UBIGINT);
