"""The emulator's HTTP server: HTTP/1.1, HTTP/2 and HTTPS on one port, a connection served by one thread while busy.

Takes the place of LocalStack's (Twisted), which hands each request from its loop to a thread and each piece of the
answer back: 2 ms of CPU and four thread switches that a caller waits for, and which listens on all addresses whatever
it is told. Left out: HTTP/2 over TLS. Start reading at `server`, then `connection`.
"""
