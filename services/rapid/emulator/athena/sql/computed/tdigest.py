"""A t-digest of a few values, as Trino asks it for quantiles: https://arxiv.org/abs/1902.04023.

Up to `FEW` values Trino's digest (compression 100, scale function k2) is one pass over them in order, whatever order
they come in. Beyond that its answers depend on the order of the rows, and the exact quantile is given instead.
"""

import math
from itertools import pairwise

from rapid.emulator.athena.sql.computed.registry import helper, refuse

_COMPRESSION = 100.0
FEW = 1260
"""Trino's buffer of values that are not yet taken together."""


def _clusters(values: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Means and weights of the neighbours that may stand together, from values and weights in order."""
    total = sum(w for _, w in values)
    normalizer = _COMPRESSION / (4 * math.log(total / _COMPRESSION) + 24) if total > 0 else 1.0

    def limit(share: float) -> float:
        return share * (1 - share) / normalizer

    made: list[tuple[float, float]] = []
    (mean, weight), before, allowed = values[0], 0.0, limit(0)
    for value, more in values[1:]:
        both = weight + more
        if both <= total * min(allowed, limit(min((before + both) / total, 1))):
            mean, weight = mean + (value - mean) * more / both, both
            continue
        made.append((mean, weight))
        before += weight
        allowed = limit(before / total)
        mean, weight = value, more
    return [*made, (mean, weight)]


def quantile(clusters: list[tuple[float, float]], low: float, high: float, share: float) -> float:
    """The value below which lies this share of the weight, between the means of neighbours."""
    total = sum(w for _, w in clusters)
    offset = share * total
    (first, first_weight), (last, last_weight) = clusters[0], clusters[-1]
    if len(clusters) == 1:
        return first
    if offset < 1:
        return low
    if offset > total - 1:
        return high
    if first_weight > 1 and offset < first_weight / 2:
        return low + (offset - 1) / (first_weight / 2 - 1) * (first - low)
    if last_weight > 1 and total - offset <= last_weight / 2:
        return high - (total - offset - 1) / (last_weight / 2 - 1) * (high - last)
    middle = first_weight / 2
    for (left, one), (right, two) in pairwise(clusters):
        step = (one + two) / 2
        if middle + step > offset:
            ahead, behind = offset - middle, middle + step - offset
            if one == 1 and ahead < 0.5:
                return left
            if two == 1 and behind <= 0.5:
                return right
            ahead, behind = ahead - 0.5 * (one == 1), behind - 0.5 * (two == 1)
            return (left * behind + right * ahead) / (ahead + behind)
        middle += step
    return high


@helper("p_tdigest", "DOUBLE[]; DOUBLE[]; DOUBLE[]", "DOUBLE[]", null=True)
def quantiles(values: list[float], weights: list[float], shares: list[float]) -> list[float] | None:
    """The values at some shares; no weights: one each. NULL where there are no values."""
    pairs = zip(values, weights or [1.0] * len(values), strict=True)
    known = sorted((v, w) for v, w in pairs if v is not None and w is not None)
    if any(not 0 <= share <= 1 for share in shares):
        raise refuse("Percentile must be between 0 and 1")
    if not known:
        return None
    if (light := next((w for _, w in known if w < 1), None)) is not None:
        raise refuse(f"weight must be >= 1, was {light}")
    clusters = _clusters(known)
    return [quantile(clusters, known[0][0], known[-1][0], share) for share in shares]
