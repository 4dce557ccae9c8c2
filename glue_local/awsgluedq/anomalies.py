"""`DetectAnomalies`: a rule's metrics beside those of earlier runs.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-DetectAnomalies.html (read 2026-11): each execution keeps the
value; once there is enough of them, an algorithm judges by all of them, and the rule fails when it finds an anomaly.
AWS's algorithm, which learns trends and seasons too, is not published. Here an anomaly is what lies further than three
standard deviations from the mean of the earlier values; three of these are enough, as on AWS.
"""

import re
import statistics
from collections.abc import Mapping, Sequence

TYPE = "DetectAnomalies"
ENOUGH, DEVIATIONS = 3, 3
_RULE = re.compile(rf'^{TYPE}\s+"(?P<name>\w+)"(?P<parameters>.*)$', re.S)
_NOISE = 1e-9
"""The part of a value that sums of floating-point numbers may be off."""


def measured(rule: str) -> str:
    """The analyzer that gives the metrics of a DetectAnomalies rule."""
    match = _RULE.match(rule)
    if match is None:
        raise ValueError(f"{rule!r} is no {TYPE} rule.")
    return f"{'CustomSql' if match['name'] == 'CustomSQL' else match['name']}{match['parameters']}"


def found(metrics: Mapping[str, float], earlier: Sequence[Mapping[str, float]]) -> list[str]:
    """Says which metrics are out of the ordinary.

    Args:
        metrics: this run's.
        earlier: those of earlier runs, in any order.
    """
    reasons = []
    for name, value in metrics.items():
        known = [each[name] for each in earlier if name in each]
        if len(known) < ENOUGH:
            continue
        mean = statistics.fmean(known)
        reach = DEVIATIONS * statistics.pstdev(known) + _NOISE * abs(mean)
        if abs(value - mean) > reach:
            reasons.append(f"{name} is {value}, expected from {mean - reach:g} to {mean + reach:g}")
    return reasons
