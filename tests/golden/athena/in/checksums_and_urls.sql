SELECT checksum(x), bitwise_and_agg(x) FROM (VALUES 3,5,7,NULL) AS t(x);
SELECT checksum(x) FROM (VALUES BIGINT '-3') AS t(x);
SELECT checksum(x) FROM (VALUES 'a', 'bcdefghijklmnopqrstuvwxyz0123456789abcdefgh', NULL) AS t(x);
SELECT checksum(x) FROM (VALUES 1.5e0, -0e0, nan()) AS t(x);
SELECT checksum(x) FROM (VALUES REAL '1.5') AS t(x);
SELECT checksum(x) FROM (VALUES true, false) AS t(x);
SELECT checksum(x) FROM (VALUES DATE '2024-01-01') AS t(x);
SELECT checksum(x) FROM (VALUES TIMESTAMP '2024-01-01 10:11:12.345') AS t(x);
SELECT checksum(x) FROM (VALUES X'00ff') AS t(x);
SELECT checksum(x) FROM (VALUES CAST(NULL AS integer)) AS t(x);
SELECT checksum(x) FROM (SELECT 1 AS x WHERE false) AS t;
SELECT k, checksum(x) FROM (VALUES (1,2),(1,3),(2,2)) AS t(k,x) GROUP BY k ORDER BY k;
SELECT url_decode('a+b%26'), url_decode(NULL), url_decode('100 %25');
SELECT url_extract_host('http://ex_am.com/'), url_extract_host('http://a.b:80'), url_extract_host('//h/p'), url_extract_host('mailto:x'), url_extract_path('http://h'), url_extract_path('//h/p'), url_extract_protocol('//h'), url_extract_host('http://h|x/'), url_extract_path('http://h/a|b'), url_extract_query('http://h/?a={x}');
SELECT url_extract_path('http://h/a^b'), url_extract_path('http://h/é'), url_extract_path('http://h/%zz'), url_extract_path('http://h/%41'), url_extract_path('/a b'), url_extract_path('/a"b'), url_extract_query('/x?q=[1]'), url_extract_fragment('/x#a#b'), url_extract_path('/x\y'), url_extract_path('/x`y'), url_extract_path('http://h/[x]');
SELECT url_extract_parameter('http://h/?a=1|2','a'), url_extract_parameter('/x?a=1&b','b'), url_extract_parameter('/x?a=1&b','c'), url_extract_parameter('/x?a=%zz','a'), url_extract_port('http://h:99/|'), url_extract_protocol('http://h/ '), url_extract_host(' http://h'), url_extract_host('http://user:pw@h:1/'), url_extract_host('http://h.:80/'), url_extract_host('http://1.2.3.4/'), url_extract_host('http://-a.com/'), url_extract_host('http://a.1b/');
SELECT url_extract_host('http://h:x/'), url_extract_port('http://h:x/'), url_extract_path('http://h:x/p'), url_extract_path('http:'), url_extract_protocol('1http://x'), url_extract_path(''), url_extract_host('http://[::1]/'), url_extract_host('http:///p'), url_extract_path('http:///p')
