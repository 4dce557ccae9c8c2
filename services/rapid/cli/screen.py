"""What commands print: tables that nothing but a terminal's own edge cuts, and lines that nothing breaks.

Lines that a person may copy (addresses, passwords, commands) are printed by `click.echo`, which never breaks one;
rich, which breaks lines at the width of the terminal, is for tables and for what moves.
"""

from rich.console import Console
from rich.table import Table

WIDE = 100_000
"""Columns of what is no terminal: a pipe or a file has no edge."""


def screen(*, stderr: bool = False) -> Console:
    """The console of standard output, or of standard error."""
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=WIDE)


def table(*headings: str, title: str | None = None) -> Table:
    """An empty table without lines, one space between its columns, so that 80 columns hold many."""
    return Table(
        *headings,
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
