"""API Gateway's HTTP APIs: resources kept by Moto, requests routed and answered here.

Lambda proxies with payload 1.0 and 2.0, HTTP proxies, integrations of SQS, EventBridge, Kinesis and Step Functions,
parameter mapping, CORS, `$default` routes and stages, Lambda authorizers, OpenAPI bodies. Left out: WebSocket APIs
(refused), JWT authorizers (their routes answer 401: nothing here verifies tokens), IAM signatures (403), AppConfig
(501), custom domains. Start reading at `endpoint`, then `events`.
"""
