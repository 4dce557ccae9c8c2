select decimal '1' / decimal '3', decimal '2' / decimal '3', decimal '-1' / decimal '2', decimal '7' / decimal '-5', decimal '1' / decimal '99999999999999999999999999999999999999';
select typeof(decimal '1.0' / decimal '0.1'), typeof(decimal '10' / decimal '.000000001'), typeof(decimal '2.5' * decimal '2.25'), typeof(decimal '2.5' + decimal '10.25'), typeof(decimal '2.5' % decimal '10.25'), typeof(decimal '1.5' / 2);
select decimal '200000000000000000000000000000000000' / decimal '0.30', decimal '500000000000000000000000000000000075' / decimal '-50';
select decimal '12345678901234567.89' / decimal '0.07', decimal '12345678901234567890.12' * decimal '98765432109876.5', decimal '99999999999999999999.99' % decimal '0.07';
select x / y, x * y, x % y, mod(x, y), typeof(mod(x, y)) from (values (decimal '123456789012345678901234567890.12', decimal '7.5'), (decimal '1.00', decimal '3.0'), (null, decimal '1.0')) as t(x, y);
select sum(x) / sum(y), typeof(sum(x) / sum(y)) from (values (decimal '1000000000000000000.01', 3), (decimal '0.01', 4)) as t(x, y);
select avg(x), avg(distinct x), avg(x) filter (where x < 1), typeof(avg(x)) from (values decimal '12345678901234567890.13', decimal '12345678901234567890.14', decimal '12345678901234567890.14') as t(x);
select k, avg(v) over (partition by k) from (values ('a', decimal '9007199254740993.01'), ('a', decimal '9007199254740993.02'), ('b', decimal '1.00')) as t(k, v) order by k;
select decimal '12345678901234567890123456789012345678' * decimal '9';
select decimal '99999999999999999999999999999999999999' + decimal '1';
select decimal '99999999999999999999999999999999999999' - decimal '0.1';
select decimal '99999999999999999999999999999999999999' / decimal '0.1';
select decimal '.1234567890123456789' * decimal '.12345678901234567890';
select decimal '1' / decimal '0.00', 1;
select x % 0 from (values decimal '12345678901234567890123456789012345678') as t(x);
select sum(x) from (values cast('90000000000000000000000000000000000000' as decimal(38,0)), cast('70000000000000000000000000000000000000' as decimal(38,0))) as t(x);
select mod('a', 1);
select round(decimal '12345678901234567890.125', 2), truncate(decimal '-2.99'), truncate(decimal '12345678901234567890.99', 1), truncate(2.9e0), round(decimal '999.99', -3), cast(decimal '-.05' as varchar), ceiling(decimal '12345678901234567890.01'), abs(decimal '-12345678901234567890.01');
select cast(decimal '12345678901234567890.5' as decimal(38,0)), cast(decimal '1234567890123456789.5' as varchar), decimal '12345678901234567890.01' = decimal '12345678901234567890.010', decimal '12345678901234567890.01' > decimal '12345678901234567890.009'
