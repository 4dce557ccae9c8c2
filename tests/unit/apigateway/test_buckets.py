from rapid.emulator.apigateway.buckets import Buckets, Limit


def test_a_burst_then_the_rate() -> None:
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    limit = Limit(rate=2, burst=3)
    assert [buckets.take("k", limit) for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [buckets.take("k", limit) for _ in range(2)] == [True, False]
    now[0] = 100
    assert [buckets.take("k", limit) for _ in range(4)] == [True, True, True, False]


def test_keys_do_not_share() -> None:
    buckets = Buckets(clock=lambda: 0.0)
    assert buckets.take("a", Limit(1, 1))
    assert buckets.take("b", Limit(1, 1))
    assert not buckets.take("a", Limit(1, 1))


def test_a_changed_limit_counts_at_once() -> None:
    buckets = Buckets(clock=lambda: 0.0)
    assert not buckets.take("k", Limit(0, 0))
    assert buckets.take("k", Limit(1, 1))
