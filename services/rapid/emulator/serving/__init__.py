"""The emulator's HTTP server: HTTP/1.1 and HTTPS on one port, each connection served by one thread while it is busy.

Takes the place of LocalStack's (Twisted), which hands each request from its loop to a thread and each piece of the
answer back: 2 ms of CPU and four thread switches that a caller waits for, and which listens on all addresses whatever
it is told. Left out: HTTP/2. Start reading at `server`, then `connection`.
"""
