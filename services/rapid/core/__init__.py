"""What every part shares: settings, errors, logging, AWS sessions, process supervision.

Imports nothing else of ours, and no engine: the command line loads it on every call.
Start reading at `config`.
"""
