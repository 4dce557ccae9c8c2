select date '2020-01-31' + interval '1' month, date '2020-01-31' - interval '1' day, timestamp '2020-01-01 00:00:00' + interval '90' minute;
select date_add('day', 1, date '2020-02-28'), date_add('month', -1, timestamp '2020-03-31 10:00:00'), date_add('hour', 5, timestamp '2020-01-01 00:00:00');
select date_diff('day', date '2020-01-01', date '2020-03-01'), date_diff('hour', timestamp '2020-01-01 00:59:00', timestamp '2020-01-01 02:00:00'), date_diff('month', date '2020-01-31', date '2020-02-29'), date_diff('year', date '2019-06-01', date '2020-05-31');
select date_trunc('month', date '2020-05-17'), date_trunc('week', date '2020-05-17'), date_trunc('hour', timestamp '2020-05-17 10:20:30'), date_trunc('quarter', date '2020-05-17'), date_trunc('year', timestamp '2020-05-17 10:20:30');
select typeof(date_trunc('month', date '2020-05-17')), typeof(date_add('day', 1, date '2020-01-01')), typeof(current_timestamp), typeof(localtimestamp), typeof(current_date);
select year(date '2020-05-17'), quarter(date '2020-05-17'), month(date '2020-05-17'), week(date '2020-05-17'), day(date '2020-05-17'), day_of_week(date '2020-05-17'), day_of_year(date '2020-05-17'), hour(timestamp '2020-05-17 10:20:30'), minute(timestamp '2020-05-17 10:20:30'), second(timestamp '2020-05-17 10:20:30'), millisecond(timestamp '2020-05-17 10:20:30.123');
select extract(dow from date '2020-05-17'), extract(year from date '2020-05-17'), extract(doy from date '2020-05-17'), extract(week from date '2021-01-01'), yow(date '2021-01-01');
select date_format(timestamp '2020-05-07 04:05:06', '%Y-%m-%d %H:%i:%s'), date_format(date '2020-05-07', '%W %M %e %c'), date_parse('2020-05-07 10:11:12', '%Y-%m-%d %H:%i:%s'), date_parse('07/05/20','%d/%m/%y');
select format_datetime(timestamp '2020-05-07 14:05:06', 'yyyy-MM-dd''T''HH:mm:ss'), format_datetime(date '2020-05-07', 'EEE, d MMM yyyy');
select from_unixtime(1588848306), to_unixtime(timestamp '2020-05-07 10:45:06'), from_unixtime(0, 'America/New_York');
select timestamp '2020-01-01 00:00:00' at time zone 'America/New_York', timestamp '2020-01-01 00:00:00 Europe/Berlin', from_iso8601_timestamp('2020-01-01T10:00:00+02:00'), from_iso8601_date('2020-01-01'), at_timezone(timestamp '2020-06-01 12:00:00 UTC', 'Asia/Tokyo');
select to_iso8601(date '2020-01-01'), to_iso8601(timestamp '2020-01-01 10:00:00'), last_day_of_month(date '2020-02-10');
select interval '2' day, interval '1-2' year to month, interval '1 02:03:04' day to second, interval '-3' hour, date '2020-01-03' - date '2020-01-01', 2 * interval '1' day;
select sequence(date '2020-01-01', date '2020-01-03'), sequence(date '2020-01-01', date '2020-03-01', interval '1' month), sequence(1, 5, 2), sequence(3, 1);
select date '2020-01-01', time '10:11:12', timestamp '2020-01-01 00:00:00.123456', timestamp '2020-01-01 10:00';
select date_add('parsec', 1, date '2020-01-01');
select hour(date '2020-01-01');
select date('2020-01-02'), date(timestamp '2020-01-02 10:00:00'), day(interval '3' day);
select timestamp '2020-01-04 00:00:00-0', timestamp '2020-01-04 00:00 -7', cast('2020-01-04 01:02:03.5+05' as timestamp with time zone), timestamp '2020-01-04 00:00:00 +10:30'
