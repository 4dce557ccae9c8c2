r"""Grok: named regular expressions, `%{NAME:column:type}`, as crawlers and the GrokSerDe read log lines with them.

Names and meaning of the built-in patterns: https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
#classifier-builtin-patterns (read 2026-11). One line at a time. Shared by Glue's classifiers and Athena's tables.
"""

import re
from dataclasses import dataclass
from functools import cache

_HOST = r"\b[0-9A-Za-z][0-9A-Za-z_-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z_-]{0,62})*\.?(?![0-9A-Za-z_-])"
_HEX = "[0-9A-Fa-f]"
PATTERNS = {
    "USERNAME": r"[\w.-]+", "USER": "%{USERNAME}", "INT": r"[+-]?\d+", "POSINT": r"\b[1-9]\d*\b",
    "NONNEGINT": r"\b\d+\b", "BASE10NUM": r"(?<![0-9.+-])[+-]?(?:\d+(?:\.\d+)?|\.\d+)", "NUMBER": "%{BASE10NUM}",
    "BASE16NUM": rf"(?<!{_HEX})[+-]?(?:0x)?{_HEX}+",
    "BASE16FLOAT": rf"\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:{_HEX}+(?:\.{_HEX}*)?|\.{_HEX}+)\b",
    "BOOLEAN": "(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])", "WORD": r"\b\w+\b", "NOTSPACE": r"\S+", "SPACE": r"\s*",
    "DATA": ".*?", "GREEDYDATA": ".*", "UUID": rf"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}",
    "QUOTEDSTRING": r"""(?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)""", "QS": "%{QUOTEDSTRING}",
    # networks
    "CISCOMAC": rf"(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}", "WINDOWSMAC": rf"(?:{_HEX}{{2}}-){{5}}{_HEX}{{2}}",
    "COMMONMAC": rf"(?:{_HEX}{{2}}:){{5}}{_HEX}{{2}}", "MAC": "(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})",
    "IPV4": r"(?<![0-9])(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?![0-9])",
    "IPV6": rf"(?:(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}|(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?::"
            rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?)(?:%\w+)?",
    "IP": "(?:%{IPV6}|%{IPV4})", "HOSTNAME": _HOST, "HOST": "%{HOSTNAME}", "IPORHOST": "(?:%{IP}|%{HOSTNAME})",
    "HOSTPORT": "%{IPORHOST}:%{POSINT}",
    # paths
    "PATH": "(?:%{UNIXPATH}|%{WINPATH})", "UNIXPATH": r"(?:/(?:[\w%!$@:.,~+-]+|\\.)*)+",
    "WINPATH": r"(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+", "TTY": r"/dev/(?:pts|tty(?:[pq])?)\w*/?\d+",
    "URIPROTO": r"[A-Za-z]+(?:\+[A-Za-z+]+)?", "URIHOST": "%{IPORHOST}(?::%{POSINT})?",
    "URIPATH": r"(?:/[\w$.+!*'(){},~:;=@#%-]*)+", "URIPARAM": r"\?[\w$.+!*'|(){},~@#%&/=:;?\[\]-]*",
    "URIPATHPARAM": "%{URIPATH}(?:%{URIPARAM})?",
    "URI": r"%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
    # times
    "MONTH": r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?"
             r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    "MONTHNUM": "(?:1[0-2]|0?[1-9])", "MONTHNUM2": "(?:0[1-9]|1[0-2])", "MONTHDAY": r"(?:3[01]|[12]\d|0?[1-9])",
    "DAY": "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
    "YEAR": r"(?:\d\d){1,2}", "HOUR": r"(?:2[0-3]|[01]?\d)", "MINUTE": r"[0-5]\d",
    "SECOND": r"(?:60|[0-5]?\d)(?:[:.,]\d+)?", "TIME": r"(?<!\d)%{HOUR}:%{MINUTE}(?::%{SECOND})(?!\d)",
    "DATE_US": "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}", "DATE_EU": "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "DATESTAMP_US": "%{DATE_US}[- ]%{TIME}", "DATESTAMP_EU": "%{DATE_EU}[- ]%{TIME}",
    "ISO8601_TIMEZONE": "(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))", "ISO8601_SECOND": "%{SECOND}",
    "TIMESTAMP_ISO8601": "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
    "TZ": "(?:[PMCE][SD]T|UTC)", "DATESTAMP_RFC822": "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
    "DATESTAMP_RFC2822": "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
    "DATESTAMP_OTHER": "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
    "DATESTAMP_EVENTLOG": "%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}",
    "CISCOTIMESTAMP": "%{MONTH} %{MONTHDAY} %{TIME}", "SYSLOGTIMESTAMP": "%{MONTH} +%{MONTHDAY} %{TIME}",
    "HTTPDATE": "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
    # logs
    "PROG": r"[\w./%-]+", "SYSLOGPROG": r"%{PROG:program}(?:\[%{POSINT:pid}\])?", "SYSLOGHOST": "%{IPORHOST}",
    "SYSLOGFACILITY": "<%{NONNEGINT:facility}.%{NONNEGINT:priority}>",
    "SYSLOGBASE": "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:",
    "MESSAGESLOG": "%{SYSLOGBASE} %{DATA}",
    "COMMONAPACHELOG": r'%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} \[%{HTTPDATE:timestamp}\] '
                       r'"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" '
                       r"%{NUMBER:response} (?:%{NUMBER:bytes}|-)",
    "COMBINEDAPACHELOG": "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}",
    "LOGLEVEL": r"(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo(?:rmation)?|INFO|[Ww]arn"
                r"(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL"
                r"|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?)",
}  # fmt: skip
TYPES = {"byte": "tinyint", "short": "smallint", "int": "int", "integer": "int", "long": "bigint", "float": "float",
         "double": "double", "boolean": "boolean", "string": "string", "date": "date", "timestamp": "timestamp"}  # fmt: skip  # noqa: E501
UNWANTED = "UNWANTED"
_DEEPEST = 40


class GrokError(ValueError):
    """A pattern that cannot be: an unknown name, a loop, a broken regular expression."""


@dataclass(frozen=True)
class Grok:
    """A compiled pattern.

    Attributes:
        columns: name and catalog type of each named part, in the order of the pattern.
    """

    regex: re.Pattern[str]
    columns: tuple[tuple[str, str], ...]

    def match(self, line: str) -> dict[str, str | None] | None:
        """Column to text, for a line that matches as a whole; None for any other."""
        found = self.regex.fullmatch(line)
        return {name: found[f"g{index}"] for index, (name, _) in enumerate(self.columns)} if found else None


@cache
def compiled(pattern: str, custom: str = "") -> Grok:
    """Compiles a pattern.

    Args:
        pattern: text with `%{NAME}`, `%{NAME:column}` or `%{NAME:column:type}`.
        custom: further patterns, one `NAME expression` a line.

    Raises:
        GrokError: it cannot be compiled; the message says where.
    """
    lines = (line.strip().partition(" ") for line in custom.splitlines() if line.strip())
    known = PATTERNS | {name: expression.strip() for name, _, expression in lines}
    columns: list[tuple[str, str]] = []

    def expand(text: str, depth: int) -> str:
        if depth > _DEEPEST:
            raise GrokError(f"The grok pattern {pattern!r} refers to itself.")

        def replace(found: re.Match[str]) -> str:
            name, column, kind = found[1], found[2], (found[3] or "string").lower()
            if name not in known:
                raise GrokError(f"The grok pattern {pattern!r} names {name}, which is no pattern.")
            if not column or column == UNWANTED:
                return f"(?:{expand(known[name], depth + 1)})"
            position = len(columns)
            columns.append((column.lower(), TYPES.get(kind, "string")))
            return f"(?P<g{position}>{expand(known[name], depth + 1)})"

        return re.sub(r"%\{(\w+)(?::\s*([\w.\[\]@-]+))?(?:[:;](\w+)[^}]*)?\}", replace, text)

    try:
        return Grok(re.compile(expand(pattern, 0)), tuple(columns))
    except re.error as error:
        raise GrokError(f"The grok pattern {pattern!r} is no regular expression: {error}.") from error
