"""Runs Glue jobs: an HTTP API, a pool of warm JVMs that serve one job after another, one Python process per run.

It knows AWS only by boto3 and its environment variables, which `settings` lists. Ray is left out. Start reading at
`runs.Run`; `keeper` and `job_process` are the other side of the pipe, `session` runs statements, `tasks` holds jobs of
ours, and `python -m glue_runner.run SCRIPT --arg value` runs a script in the foreground with the same code.
"""
