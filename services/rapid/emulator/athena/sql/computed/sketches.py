"""What aggregates leave to be computed over the collected values: weighted percentiles and histograms.

https://trino.io/docs/current/functions/aggregate.html#approximate-aggregate-functions (read 2026-11). Exact,
so inside the
error that Trino allows.
"""

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


@helper("p_hyperloglog_bytes", "UBIGINT[]", "BLOB")
def hyperloglog_bytes(hashes: list[int]) -> bytes:
    return struct.pack(f">{len(hashes)}Q", *hashes)


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
