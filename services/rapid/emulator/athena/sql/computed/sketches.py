"""What aggregates leave to be computed over the collected values: weighted percentiles and histograms.

https://trino.io/docs/current/functions/aggregate.html#approximate-aggregate-functions (read 2026-11). Exact,
so inside the
error that Trino allows.
"""

import math
import struct
from statistics import NormalDist

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse


@computed("normal_cdf(double, double, double) -> double")
def normal_cdf(mean: float, deviation: float, value: float) -> float:
    if deviation <= 0:
        raise refuse("standardDeviation must be > 0")
    return NormalDist(mean, deviation).cdf(value)


@computed("inverse_normal_cdf(double, double, double) -> double")
def inverse_normal_cdf(mean: float, deviation: float, share: float) -> float:
    if not 0 < share < 1:
        raise refuse("p must be 0 > p > 1")
    if deviation <= 0:
        raise refuse("sd must be > 0")
    return NormalDist(mean, deviation).inv_cdf(share)


@computed("wilson_interval_lower(bigint, bigint, double) -> double")
def wilson_interval_lower(successes: int, trials: int, z: float) -> float:
    return _wilson(successes, trials, z, -1)


@computed("wilson_interval_upper(bigint, bigint, double) -> double")
def wilson_interval_upper(successes: int, trials: int, z: float) -> float:
    return _wilson(successes, trials, z, 1)


def _wilson(successes: int, trials: int, z: float, side: int) -> float:
    """A bound of the Wilson score interval: https://trino.io/docs/current/functions/math.html#statistical-functions."""
    if successes < 0:
        raise refuse("number of successes must not be negative")
    if trials <= 0:
        raise refuse("number of trials must be positive")
    if successes > trials:
        raise refuse("number of successes must not be larger than number of trials")
    if z < 0:
        raise refuse("z-score must not be negative")
    share = successes / trials
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return (share + z * z / (2 * trials) + side * spread) / (1 + z * z / trials)


@computed("beta_cdf(double, double, double) -> double")
def beta_cdf(a: float, b: float, value: float) -> float:
    _check_beta(a, b)
    if not 0 <= value <= 1:
        raise refuse("value must be 0 >= v >= 1")
    return _beta_share(a, b, value)


@computed("inverse_beta_cdf(double, double, double) -> double")
def inverse_beta_cdf(a: float, b: float, share: float) -> float:
    """By bisection, to the last bit of a double."""
    _check_beta(a, b)
    if not 0 <= share <= 1:
        raise refuse("p must be 0 >= p >= 1")
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _beta_share(a, b, middle) < share else (low, middle)
    return high


def _check_beta(a: float, b: float) -> None:
    if a <= 0 or b <= 0:
        raise refuse("a, b must be > 0")


def _beta_share(a: float, b: float, value: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (https://dlmf.nist.gov/8.17.v)."""
    if value in (0, 1):
        return float(value)
    if value > (a + 1) / (a + b + 2):
        return 1 - _beta_share(b, a, 1 - value)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(value) + b * math.log1p(-value)
    tail, terms = 1.0, 300
    for m in range(terms, 0, -1):
        even = m * (b - m) * value / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m - 1) * (a + b + m - 1) * value / ((a + 2 * m - 2) * (a + 2 * m - 1))
        tail = 1 + odd / (1 + even / tail)
    return math.exp(scale) / (a * tail)


@helper("p_weighted", "DOUBLE[]; DOUBLE[]; DOUBLE[]", "DOUBLE[]")
def weighted_percentiles(values: list[float], weights: list[float], shares: list[float]) -> list[float]:
    """The smallest value below or at which lies each share of the weight."""
    pairs = sorted((v, w) for v, w in zip(values, weights, strict=True) if v is not None and w)
    total, found = sum(w for _, w in pairs), []
    for share in shares:
        if not 0 <= share <= 1:
            raise refuse("Percentile must be between 0 and 1")
        seen = 0.0
        for value, weight in pairs:
            seen += weight
            if seen >= share * total:
                found.append(value)
                break
    return found


_MIN_HASHES = 8192
"""Hashes that a set digest of Trino compares."""


@helper("p_hyperloglog_bytes", "UBIGINT[]", "BLOB")
def hyperloglog_bytes(hashes: list[int]) -> bytes:
    return struct.pack(f">{len(hashes)}Q", *hashes)


@helper("p_hashes_bytes", "BIGINT[]", "BLOB")
def hashes_bytes(hashes: list[int]) -> bytes:
    return struct.pack(f">{len(hashes)}q", *hashes)


@helper("p_jaccard", "BIGINT[]; BIGINT[]", "DOUBLE", null=True)
def jaccard(one: list[int], two: list[int]) -> float | None:
    """What two sets share among the smallest hashes of both, as many as the smaller set has."""
    left, right = (set(sorted(set(hashes))[:_MIN_HASHES]) for hashes in (one, two))
    size = min(len(left), len(right))
    smallest = sorted(left | right)[:size]
    return len(left & right & set(smallest)) / size if size else None


@helper("p_hyperloglog", "BLOB", "UBIGINT[]")
def hyperloglog(data: bytes) -> list[int]:
    if len(data) % 8:
        raise refuse("Cannot deserialize HyperLogLog")
    return list(struct.unpack(f">{len(data) // 8}Q", data))


@helper("p_numeric_histogram", "BIGINT; DOUBLE[]; DOUBLE[]", "MAP(DOUBLE, DOUBLE)")
def numeric_histogram(buckets: int, values: list[float], weights: list[float]) -> dict[float, float]:
    """Ben-Haim and Yom-Tov's streaming histogram: the two nearest buckets become one until there are few enough."""
    if buckets < 2:
        raise refuse("numeric_histogram bucket count must be greater than one")
    merged: dict[float, float] = {}
    for value, weight in zip(values, weights, strict=True):
        if value is not None:
            merged[value] = merged.get(value, 0.0) + weight
    bins = sorted(merged.items())
    while len(bins) > buckets:
        at = min(range(len(bins) - 1), key=lambda i: bins[i + 1][0] - bins[i][0])
        (one, n), (two, m) = bins[at], bins[at + 1]
        bins[at : at + 2] = [((one * n + two * m) / (n + m), n + m)]
    return dict(bins)
