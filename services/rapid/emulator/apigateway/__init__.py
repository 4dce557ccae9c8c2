"""What LocalStack's API Gateway (REST APIs) leaves out: limits, usage plans, IAM and Lambda authorization, responses.

Its invocation is a chain of handlers; `gateway` lists them in order with ours in between. The control plane stays
LocalStack's and Moto's. Left out: WebSocket and HTTP APIs, caching, WAF, mutual TLS, evaluation of IAM policies.
Start reading at `gateway` (the order), then any handler: `limits`, `signatures`, `authorizers`, `usage`, `responses`.
"""
