select 0x1F, 0XfF, 0b101, 0o17, 1_000, 1_000_000 + 1, 0xFF_FF;
select 'a''b', U&'\00e9', U&'d!0061t' uescape '!', U&'a\\b', U&'\+01F600';
select x'00 1f', X'AB', '0x1F', '1_000', "0b1" from (values 1) t("0b1");
select a_1_2, t1_000 from (values (1, 2)) t(a_1_2, t1_000);
select 1__0;
SELECT 0xFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0b11111111111111111111111111111111111111111111111, x'AB cd', 0o777777777777777777777, 'q' || 'r';
SELECT 0xFFFFFFFFFFFF + 'a'
