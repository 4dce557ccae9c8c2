select 'a' || 'b', concat('a','b','c'), 'a' || null, length('héllo'), upper('abc'), lower('ABC'), reverse('abc');
select substr('abcdef', 2), substr('abcdef', 2, 3), substr('abcdef', -2), substr('abc', 0), substr('abc', 10), substring('abcdef' from 2 for 2);
select strpos('hello','l'), strpos('hello','z'), strpos('abcabc','bc',2), position('l' in 'hello');
select split('a,b,c', ','), split('a,b,c', ',', 2), split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 9);
select replace('abcabc','b'), replace('abcabc','b','x'), trim('  a '), ltrim('  a'), rtrim('a  '), trim(both 'x' from 'xax'), lpad('5',3,'0'), rpad('5',3,'0');
select regexp_like('abc123','\d+'), regexp_extract('abc123','\d+'), regexp_extract('abc','\d+'), regexp_extract('abc123','([a-z]+)(\d+)',2), regexp_extract_all('1a2b','\d'), regexp_replace('abc','b'), regexp_replace('abc','(b)','[$1]'), regexp_split('a1b2c','\d'), regexp_count('1a2b','\d');
select starts_with('abc','ab'), chr(65), codepoint('A'), levenshtein_distance('kitten','sitting'), hamming_distance('abc','abd'), translate('abc','ab','xy');
select url_extract_host('https://example.com:8080/a/b?x=1&y=2#f'), url_extract_port('https://example.com:8080/a'), url_extract_path('https://example.com/a/b?x=1'), url_extract_query('https://e.com/a?x=1&y=2'), url_extract_parameter('https://e.com/a?x=1&y=2','y'), url_extract_protocol('https://e.com'), url_extract_fragment('https://e.com/a#f');
select url_encode('a b&c'), url_decode('a%20b%26c');
select 'abc' like 'a%', 'abc' like '_b_', 'a%c' like 'a\%c' escape '\', 'ABC' like 'abc', 'abc' not like 'x%';
select split_to_map('a=1,b=2', ',', '='), array_join(array['a',null,'b'], ','), array_join(array['a',null,'b'], ',', 'x'), concat_ws(',', 'a', 'b');
select format('%s is %d', 'x', 5), format('%.2f', 3.14159e0), format('%05d', 42), format('%,d', 1234567);
select upper(1);
select nosuch('a');
select 'it''s', U&'\0041', '"quoted"', 'a,b'
