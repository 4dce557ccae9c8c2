select r.a, r.b from (values array[cast(row(1, 'x') as row(a int, b varchar))]) v(l) cross join unnest(l) as t(r);
select a, b, n from unnest(array[cast(row(1, 'x') as row(a int, b varchar))]) with ordinality as t(a, b, n);
select r.name, n from (values array[cast(row('x') as row(name varchar))]) v(labels) cross join unnest(labels) with ordinality as t(r, n);
select * from unnest(array[row(1, 'x')], array[true]) as t(a, b, c);
select * from unnest(array[row(1, 'x', 2)]) as t(a, b)
