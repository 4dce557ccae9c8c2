"""WebSocket APIs: connections, their routes, and @connections.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html (read 2026-11). Left out: API
keys and models. Start reading at `session`; `endpoint` is where requests come in.
"""
