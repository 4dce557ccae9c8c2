"""What `./rapid sql` is made of: texts split into statements, results printed, and the interactive prompt.

The command itself is `rapid.cli.sql`; start reading there.
"""
