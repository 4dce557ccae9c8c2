"""AWS Lambda without Docker: each execution environment is a process running AWS's own Python runtime client.

The emulator plays the part of AWS's Runtime API and supervisor. Left out: Java, .NET and Ruby, container images,
extensions, SnapStart, freezing between invocations. Start
reading at `sandbox` (one execution environment), then `process`, `runtimes` (what runs), `inside` (its process's first
steps) and `plugin`.
"""
