select json_extract_scalar('{"a":{"b":[1,"x"]}}','$.a.b[1]'), json_extract_scalar('{"a":1}','$.a'), json_extract_scalar('{"a":true}','$.a'), json_extract_scalar('{"a":null}','$.a'), json_extract_scalar('{"a":{"b":1}}','$.a'), json_extract_scalar('nonsense','$.a');
select json_extract('{"a":{"b":[1,2]}}','$.a.b'), json_extract('{"a":"x"}','$.a'), json_extract('{"a b":1}','$["a b"]'), json_extract('x','$.a');
select json_array_length('[1,2,3]'), json_array_get('["a","b"]',1), json_size('{"a":[1,2]}','$.a'), json_array_contains('[1,2]',2), json_array_length('{}');
select cast(json_extract('{"a":[1,2]}','$.a') as array(integer)), cast(json_extract('{"a":{"x":1}}','$.a') as map(varchar,integer));
select json_parse('bad');
select json_format(cast(map(array['a'],array[1]) as json)), json_format(cast(row(1,'x') as json)), is_json_scalar('1');
select json_extract('{"a":1}','$..a')
