select sum(x) filter (where x > 1) over (order by x) from (values 1, 2) v(x);
select k, sum(count(*)) over (order by k) as n from (values 'a', 'b', 'b') v(k) group by k order by k;
select approx_percentile(x, 0.5), approx_percentile(x, 0.25), approx_percentile(x, 1.0), approx_percentile(x, 0.0) from (values 1, 2, 3, 4) t(x);
select approx_percentile(x, array[0.1, 0.9]), approx_percentile(x, 0.5) from (values 1e0, 2e0, 3e0, 4e0, 10e0) t(x);
select approx_percentile(x, 0.7), approx_percentile(x, 0.95), typeof(approx_percentile(x, 0.5)) from unnest(sequence(1, 10)) t(x);
select p, approx_percentile(x, p) from (values (1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5)) t(x, p) group by p;
select corr(x, y), covar_samp(x, y), regr_slope(y, x), typeof(corr(x, y)) from (values (1, 2), (2, 4), (3, 7)) as t(x, y);
select corr(x, y), typeof(corr(x, y)) from (values (1e0, 2), (2, 4), (3, 7)) as t(x, y);
select date '2013-10-27' = timestamp '2013-10-27 00:00:00 Europe/Berlin', timestamp '2013-10-27 00:00:00' < timestamp '2013-10-27 01:00:00 Europe/Berlin';
SELECT sum(1) OVER (ORDER BY m) FROM (VALUES map(ARRAY[1], ARRAY[2])) AS t(m);
SELECT g, try(sum(x) / (count(*) - 1)), try(CAST(max(s) AS integer)), try(sum(x) OVER (ORDER BY g) / 0) FROM (VALUES (1, 2, 'a'), (1, 4, 'b'), (2, 3, '5')) AS t(g, x, s) GROUP BY g, x ORDER BY g, 3, x
