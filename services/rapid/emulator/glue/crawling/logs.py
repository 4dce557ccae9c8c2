"""The grok classifiers: custom ones, and the logs that are known without.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in (read 2026-11)
"""

from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.schema import Schema
from rapid.emulator.glue.crawling.texts import MOST_RECORDS, Sample
from rapid.emulator.glue.models import Structure
from rapid.emulator.grok import compiled

BUILT_IN = (
    ("combined_apache", "%{COMBINEDAPACHELOG}"),
    ("apache", "%{COMMONAPACHELOG}"),
    ("linux_kernel", r"%{SYSLOGTIMESTAMP:timestamp} %{SYSLOGHOST:logsource} kernel: (?:\[\s*%{NUMBER:uptime}\] )?%{GREEDYDATA:message}"),  # noqa: E501
    ("ruby_logger", r"[DFEWIA], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] +%{LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}"),  # noqa: E501
    ("squid", r"%{NUMBER:timestamp}\s+%{NUMBER:timeelapsed} %{IPORHOST:clientaddress} %{WORD:cachecode}/%{NUMBER:status} %{NUMBER:size} %{WORD:method} %{NOTSPACE:url} %{NOTSPACE:user} %{WORD:hierarchycode}/%{NOTSPACE:server} %{NOTSPACE:contenttype}"),  # noqa: E501
    ("redislog", r"\[?%{POSINT:pid}(?:\]|:\w) %{MONTHDAY:day} %{MONTH:month}(?: %{YEAR:year})? %{TIME:time} [.*#-] %{GREEDYDATA:message}"),  # noqa: E501
)  # fmt: skip
MATCHING = 0.9
"""The part of a sample's lines that must match."""


def built_in(sample: Sample) -> Found | None:
    for classification, pattern in BUILT_IN:
        if found := _matched(sample, classification, pattern, ""):
            return found
    return None


def custom(sample: Sample, given: Structure) -> Found | None:
    return _matched(sample, given["Classification"], given["GrokPattern"], given.get("CustomPatterns") or "")


def _matched(sample: Sample, classification: str, pattern: str, patterns: str) -> Found | None:
    grok = compiled(pattern, patterns)
    lines = sample.lines[:MOST_RECORDS]
    if not lines or not grok.columns or grok.match(lines[0]) is None:
        return None
    if sum(grok.match(line) is not None for line in lines) < MATCHING * len(lines):
        return None
    schema: Schema = {}
    for name, kind in grok.columns:
        schema.setdefault(name, kind)
    count, average = sample.size(len(sample.lines))
    serde = {"input.format": pattern, **({"input.grokCustomPatterns": patterns} if patterns else {})}
    return Found(
        classification, schema, "grok", serde, {"grokPattern": pattern}, by_position=True, records=count,
        average=average, compression=sample.compression,
    )  # fmt: skip
