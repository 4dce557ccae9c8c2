with recursive t(n) as (values (1) union all select n+1 from t where n < 11) select count(*), max(n) from t;
with recursive t(n) as (values (1) union all select n+1 from t where n < 12) select count(*) from t;
with recursive t(n) as (select 1 union all select n+1 from t) select max(n) from t;
with recursive r(id) as (values 1 union select (id % 3) + 1 from r) select * from r order by 1;
with recursive r(id) as (values 1, 1, 2 union select id + 2 from r where id < 5) select * from r order by 1;
with recursive t(n) as (values (1) union all select n+1 from t where n < 11) select x.n, y.n from t x join t y on x.n = y.n + 9 order by 1;
with recursive t(n) as (values (1) union all select n+1 from t where n < 4) select (select max(n) from t), n from t order by n
