"""AWS Lambda without Docker: each execution environment is a process running AWS's own Python runtime client.

The emulator plays the part of AWS's Runtime API and supervisor. Left out: runtimes other than Python, `/opt` and
`/tmp` by literal path (use `sys.path`, `TMPDIR`), extensions, SnapStart, response streaming, freezing between
invocations. Start reading at `sandbox` (one execution environment), then `process`, `service` and `plugin`.
"""
