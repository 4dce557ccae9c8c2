values row(1, 'a'), (2, 'b');
select * from (values row(1, 2), cast(row(3, 4) as row(x bigint, y double))) t(a, b);
select r, r.x from (values row(cast(row(1, 2) as row(x int, y int)))) t(r);
select * from (values (1, row(2, 3))) t(a, b);
select a, count(*) from (values 1, 1, 2) t(a) group by all a order by 1;
select a, count(*) from (values 1, 1, 2) t(a) group by distinct a order by 1;
select a from (values 1) t(a) group by distinct rollup(a, t.a);
