"""The `./rapid` commands. Each file is one command or a few that belong together; `main` lists them.

Commands import what they need when they run: `./rapid --help` loads click and nothing else.
"""
