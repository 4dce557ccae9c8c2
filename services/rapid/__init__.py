"""Rapid Analytics: the AWS rapid-analytics design on one machine.

`core` holds what every part shares, `emulator` the AWS services, `deploy` the stack, `cli` the commands.
Glue scripts and their runtime live beside this package, in `glue_local/`.
Start reading at `rapid.cli` for what a user can do, at `rapid.emulator` for how AWS is answered.
"""
