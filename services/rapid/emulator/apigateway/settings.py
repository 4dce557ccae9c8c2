"""Method settings of a stage: from CloudFormation's form to UpdateStage's.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html and
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch (read 2026-11).
"""

from collections.abc import Iterable, Mapping
from typing import Any

_PATHS = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}


def method_settings(settings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """UpdateStage's paths and values for a stage's `MethodSettings`. The path `/*` stands for all resources."""
    found: dict[str, str] = {}
    for setting in settings:
        resource, method = setting.get("ResourcePath", "/*"), setting.get("HttpMethod", "*")
        where = "*" if resource == "/*" else resource.replace("/", "~1")
        for name, path in _PATHS.items():
            if (value := setting.get(name)) is not None:
                found[f"/{where}/{method}/{path}"] = str(value).lower() if isinstance(value, bool) else str(value)
    return found
