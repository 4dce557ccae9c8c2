from rapid.emulator.apigateway.settings import method_settings


def test_all_methods_and_one() -> None:
    settings = [
        {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 50, "MetricsEnabled": True},
        {"ResourcePath": "/ingest/orders", "HttpMethod": "POST", "ThrottlingBurstLimit": 5},
    ]
    assert method_settings(settings) == {
        "/*/*/throttling/rateLimit": "50",
        "/*/*/metrics/enabled": "true",
        "/~1ingest~1orders/POST/throttling/burstLimit": "5",
    }
