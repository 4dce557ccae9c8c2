"""The token bucket: how API Gateway throttles.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html (read 2026-11).
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """`rate` tokens a second flow into a bucket that holds `burst`; each request takes one."""

    rate: float
    burst: int


@dataclass
class _Bucket:
    limit: Limit
    tokens: float
    filled_at: float


class Buckets:
    """A bucket per key, made full when first used. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key: Hashable, limit: Limit) -> bool:
        """Takes a token from a key's bucket. False: there is none, the request is one too many."""
        now = self._clock()
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None or bucket.limit != limit:  # new, or its limit was changed
                bucket = self._buckets[key] = _Bucket(limit, limit.burst, now)
            bucket.tokens = min(limit.burst, bucket.tokens + (now - bucket.filled_at) * limit.rate)
            bucket.filled_at = now
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True
