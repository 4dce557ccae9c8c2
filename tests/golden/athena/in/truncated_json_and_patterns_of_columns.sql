SELECT json_extract('{"a":1', '$.a'), json_extract('{"a":1}}', '$.a'), json_extract_scalar('{"a":1, "b"', '$.a'), json_extract('[1,2', '$[0]'), json_extract('{"a":1 "b":2}', '$.a'), json_extract('{"b":tru,"a":1}', '$.a'), json_extract('{"a":1,"b":tru}', '$.a');
SELECT json_array_length('[1,2'), json_size('{"a":1', '$'), json_array_get('[1,2', 0), json_array_get('[1,2', 5), json_array_get('[{"x":1},', 0);
SELECT json_extract_scalar('{"a":"x', '$.a'), json_extract_scalar('{"a":tru', '$.a'), json_extract_scalar('{"a":{"b":1', '$.a.b'), json_extract('{"a":{"b":1', '$.a'), json_extract('{"a":{"b":1}', '$.a'), json_extract_scalar('{"a":null', '$.a'), json_extract('{"a":null', '$.a'), json_extract_scalar('{"a":true', '$.a'), json_extract_scalar('{"a":1.50', '$.a');
SELECT json_extract_scalar('{"x":[1,{"y":"z"}],"a":[10,20', '$.a[1]'), json_extract_scalar('{"a b":1', '$["a b"]'), json_extract_scalar('nonsense', '$.a'), json_extract_scalar('', '$.a'), json_extract_scalar('{"a":NaN', '$.a'), json_extract('{"a":1}garbage', '$'), json_extract_scalar('{"k":"truncated log line", "msg":"lorem ips', '$.k');
SELECT json_extract_scalar(x, p) FROM (VALUES ('{"a":1','$.a'),('{"a":1,"a":2}','$.a'),('{"a":[1,2','$.a[1]'),('[1','$.a')) AS t(x,p);
SELECT json_extract('{"a":1,"a":2}', '$.a'), json_extract('{"a":[{"b":1},{"b":2}]}', '$.a[1].b'), json_extract_scalar('{"n":12345678901234567890123}', '$.n');
SELECT regexp_extract(x,p), regexp_extract(x,p,1), regexp_extract_all(x,p), regexp_replace(x,p,'z'), regexp_like(x,p), regexp_split(x,p), regexp_count(x,p), regexp_position(x,p) FROM (VALUES ('abc','(b)'),('abc','(x)')) AS t(x,p);
SELECT regexp_extract(x,'(?<=a)b'), regexp_extract(x,'(?=c)c') FROM (VALUES 'abc','xyz') AS t(x);
SELECT split_to_map(x,',','='), try(split_to_map(x,',','=')) FROM (VALUES 'a=1') AS t(x);
SELECT json_query(j,'lax $.a'), json_value(j,'lax $.a'), json_exists(j,'lax $.a') FROM (VALUES '{"a":1}','{"b":1}','bad',NULL) AS t(j);
SELECT json_array_get(x,i), json_array_length(x), json_array_contains(x,i) FROM (VALUES ('[1,2]',0),('[1,2]',-1),('{}',0),(NULL,1),('[',3)) AS t(x,i);
SELECT date_parse(x,f) FROM (VALUES ('2024-01-02','%Y-%m-%d'),(NULL,'%Y')) AS t(x,f);
SELECT date_format(x,f), format_datetime(x,'yyyy') FROM (VALUES (TIMESTAMP '2024-01-02 00:00:00','%Y-%m-%d'),(NULL,'%Y')) AS t(x,f);
SELECT format(f, x) FROM (VALUES ('%s-',1),('%d',2)) AS t(f,x);
SELECT from_utf8(x), normalize(s,NFC), soundex(s) FROM (VALUES (X'61','a'),(NULL,NULL)) AS t(x,s);
SELECT word_stem(s), luhn_check(d), url_extract_parameter(u,p) FROM (VALUES ('running','79927398713','http://x/?a=1','a'),(NULL,NULL,'bad url','b')) AS t(s,d,u,p)
