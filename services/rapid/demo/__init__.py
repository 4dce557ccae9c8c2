"""The demo: seed data through every part of the pipeline, and proof that nothing was lost on the way.

`sending` puts it in by HTTP and by file, `ledger` balances what was sent against what became of it, `checks` asks
Athena. Left out: showing it, which is `rapid.cli.demo`. Start reading at `story`.
"""
