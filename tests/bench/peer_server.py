"""MiniStack, another emulator of AWS, as `./rapid bench --peer` measures it: runs until it is stopped.

It has dependencies of its own, locked beside this file: `uv lock --no-config --script tests/bench/peer_server.py`
renews them.
"""
# /// script
# requires-python = "==3.11.*"
# dependencies = ["ministack==1.5.33", "duckdb==1.5.5", "boto3"]
#
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///

import sys

from ministack.app import main

sys.exit(main())
