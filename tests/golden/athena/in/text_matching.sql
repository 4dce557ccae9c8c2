select regexp_replace('x', '.*', 'y'), regexp_split('abc', ''), regexp_count('abc', 'x*'), regexp_extract_all('ab', 'b?');
select regexp_replace('ab', '(a)(b)', '$21'), regexp_replace('xxx', 'x', '$05');
select regexp_replace('abc', 'b', '$1');
select regexp_replace('abc', 'b', '\');
select regexp_replace('abc', '(?<n>b)', '${m}');
select regexp_extract('abc', 'b', -1);
select levenshtein_distance('naïve', 'naive'), hamming_distance('信念', '信仰'), levenshtein_distance('', 'abc');
select strpos('aaa', 'aa', 2), strpos('aaa', 'aa', -1), strpos('abab', 'ab', -3), strpos('abc', '', -1);
select split('a.b', '', 1);
select json_array_get('["a", 1, null, {"b": 2}]', 0), json_array_get('["a", 1, null]', -1), json_array_get('["a", {"b": 2}]', 1), json_array_contains(json '[1, "x"]', 'x');
select is_json_scalar('[1');
select combinations(array['a', 'b', 'c', 'd'], 2);
select combinations(array[1], 6);
select levenshtein_distance(rpad('a', 1001, 'b'), rpad('c', 1001, 'd'));
select regexp_replace('aXbX', '(?<=a)X', '-'), regexp_extract_all('k=v;k2=v2', '(?<key>\w+)=(?<value>\w+)', 2), regexp_like('aaaa', '^(?:a|aa)++$')
