SELECT * FROM (VALUES (1,2)) AS t(a);
SELECT array_agg(m ORDER BY m) FROM (VALUES map(ARRAY[1],ARRAY[1])) AS t(m);
SELECT url_decode('%');
SELECT url_decode('a%2');
SELECT url_decode('%zz');
SELECT url_decode('%2z'), url_decode('a+b%26%E9')
