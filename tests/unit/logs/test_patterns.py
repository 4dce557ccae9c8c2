"""Filter patterns: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"""

import pytest

from rapid.emulator.logs.patterns import PatternError, matcher, selected

JSON = '{"level": "ERROR", "ms": 12, "ok": false, "none": null, "user": {"ids": [7, "b"]}, "ip": "10.0.0.7"}'
LINE = '127.0.0.1 - ann [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "wanted"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR 400] BAD", True),
        ("ERROR BAD", "[ERROR 400] BAD", True),
        ("ERROR GOOD", "[ERROR 400] BAD", False),
        ("error", "[ERROR 400] BAD", False),
        ('"ERROR 400"', "[ERROR 400] BAD", True),
        ('"400 BAD"', "[ERROR 400] BAD", False),
        ("?WARN ?ERROR", "[ERROR 400] BAD", True),
        ("?WARN ?INFO", "[ERROR 400] BAD", False),
        ("ERROR -BAD", "[ERROR 400] BAD", False),
        (r"%4\d\d%", "[ERROR 400] BAD", True),
        ('{ $.level = "ERROR" }', JSON, True),
        ('{ $.level = "ERR*" && $.ms > 10 }', JSON, True),
        ('{ $.level != "ERROR" }', JSON, False),
        ("{ $.ms >= 12 && ($.ms < 5 || $.ok IS FALSE) }", JSON, True),
        ("{ $.none IS NULL }", JSON, True),
        ("{ $.nothing NOT EXISTS }", JSON, True),
        ("{ $.level NOT EXISTS }", JSON, False),
        ("{ $.user.ids[0] = 7 }", JSON, True),
        ("{ $.user.ids[1] = b }", JSON, True),
        ("{ $.ip = 10.0.* }", JSON, True),
        (r"{ $.ip = %\.7$% }", JSON, True),
        ('{ $.level = "ERROR" }', "ERROR", False),
        ("[ip, dash, user, time, request, status = 4*, bytes]", LINE, True),
        ("[ip, dash, user, time, request, status = 5*, bytes]", LINE, False),
        ("[ip, ..., status = 404, bytes > 1000]", LINE, True),
        ("[..., bytes < 1000]", LINE, False),
        ("[ip, user]", LINE, False),
        ('[ip, dash, user, time, request = "GET *", ...]', LINE, True),
    ],
)
def test_patterns(pattern: str, message: str, wanted: bool) -> None:
    assert matcher(pattern)(message) is wanted


@pytest.mark.parametrize("pattern", ["{ $.a = }", "{ a = 1 }", "{ ($.a = 1 }", "{ $.a = 1 $.b = 2 }"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        matcher(pattern)


def test_values_for_metrics() -> None:
    assert selected("$.ms", JSON) == 12
    assert selected("$.ms", "no JSON") is None
