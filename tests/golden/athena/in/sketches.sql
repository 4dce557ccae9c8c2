select cardinality(approx_set(x)), cardinality(empty_approx_set()), cardinality(approx_set(cast(null as bigint))) from (values 1,2,3,2,null) t(x);
select cardinality(merge(h)) from (select approx_set(x) h from (values (1,'a'),(1,'b'),(2,'a')) t(g,x) group by g);
select cardinality(cast(cast(approx_set(x) as varbinary) as hyperloglog)) from (values 'a','b') t(x);
select typeof(approx_set(x)), typeof(cast(approx_set(x) as varbinary)) from (values 1e0) t(x);
select g, cardinality(approx_set(x, 0.05)) from (values (1,1e0),(1,2e0),(2,null)) t(g,x) group by g order by g;
select value_at_quantile(tdigest_agg(x), 0.5), values_at_quantiles(tdigest_agg(x), array[0.0,1.0]), typeof(tdigest_agg(x)) from (values 1e0,2e0,3e0,10e0) t(x);
select value_at_quantile(qdigest_agg(x), 0.5), values_at_quantiles(qdigest_agg(x), array[0.0,0.5,1.0]), typeof(qdigest_agg(x)) from (values 1,2,3,10) t(x);
select value_at_quantile(merge(d), 0.9), quantile_at_value(merge(d), 3) from (select qdigest_agg(x) d from (values (1,1),(1,5),(2,3)) t(g,x) group by g);
select value_at_quantile(tdigest_agg(x, w), 0.5), value_at_quantile(qdigest_agg(x, w), 0.5) from (values (1e0, 1),(5e0, 9)) t(x,w);
select value_at_quantile(qdigest_agg(x, w, 0.01), 0.75), value_at_quantile(tdigest_agg(x), 0.25) from (values (1e0, 1),(5e0, 9)) t(x,w);
select value_at_quantile(tdigest_agg(x), 0.5) from (values 1,2,3,4) t(x);
select value_at_quantile(qdigest_agg(x), 0.25), value_at_quantile(qdigest_agg(x), 0.26), value_at_quantile(qdigest_agg(x), 0.75), value_at_quantile(qdigest_agg(x), 0.99) from (values 1,2,3,4) t(x);
select cardinality(approx_set(true)), cardinality(approx_set(date '2020-01-01'));
SELECT value_at_quantile(qdigest_agg(x, 1), 0.5), value_at_quantile(tdigest_agg(CAST(x AS double), 1.0), 0.5) FROM (VALUES 1, 2, 3) t(x);
SELECT values_at_quantiles(qdigest_agg(CAST(x AS bigint), w), ARRAY[0.25, 0.75]) FROM (VALUES (1, 1), (2, 5), (3, 1)) t(x, w);
SELECT value_at_quantile(qdigest_agg(x, w, 0.01), 0.9) FROM (VALUES (1, 1), (2, 5), (30, 10)) t(x, w);
SELECT value_at_quantile(qdigest_agg(x, w), 0.9) FROM (VALUES (1, 0)) t(x, w);
SELECT g, value_at_quantile(qdigest_agg(x, w), 0.5) FROM (VALUES ('a', 1, 3), ('a', NULL, 3), ('b', 7, NULL), ('b', 9, 2)) t(g, x, w) GROUP BY g ORDER BY g
