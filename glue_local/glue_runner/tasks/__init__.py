"""Jobs of ours: what Glue's API runs on tables by itself. The runner finds them as builtin:NAME.

Each takes `--task`, a JSON object, and reports its results to the runner. It runs as any job does.
"""
