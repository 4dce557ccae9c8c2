"""The prompt of `./rapid sql`: statements over several lines, history, completion, commands with a backslash."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import SqlLexer  # type: ignore[import-untyped]

from rapid.cli.queries.names import Names
from rapid.cli.queries.output import FORMATS, show
from rapid.cli.queries.texts import complete, leaves, split
from rapid.core.errors import RapidError
from rapid.query import QueryFailedError, execute

GREETING = "A statement ends with ;   \\h helps   \\q leaves   Ctrl-C stops a running query"


class Prompt:
    """One person's session: a database, a workgroup, a format."""

    def __init__(self, athena: Any, database: str, workgroup: str, history: Path) -> None:
        self._athena, self._workgroup = athena, workgroup
        self._names = Names(athena)
        self._form = "table"
        self._history = history
        self._use(database)

    def run(self) -> None:
        """Asks and answers until the person leaves."""
        self._history.parent.mkdir(parents=True, exist_ok=True)
        session: PromptSession[str] = PromptSession(
            history=FileHistory(str(self._history)),
            completer=self._names,
            complete_while_typing=True,
            lexer=PygmentsLexer(SqlLexer),
            multiline=Condition(lambda: not complete(session.default_buffer.text)),
            prompt_continuation=lambda width, _number, _wrapped: "-> ".rjust(width),
            editing_mode=EditingMode.EMACS,
            enable_open_in_editor=True,
        )
        click.secho(GREETING, dim=True)
        while True:
            try:
                text = session.prompt(f"{self._database}=> ")
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if not self.answer(text):
                return

    def answer(self, text: str) -> bool:
        """Carries out what was typed; false if it was to leave."""
        if leaves(text):
            return False
        try:
            if text.lstrip().startswith("\\"):
                self._command(text.strip())
                return True
            for statement in split(text):
                self._execute(statement)
        except (RapidError, QueryFailedError) as error:
            click.secho(f"Error: {error}", fg="red")
        except KeyboardInterrupt:
            click.secho("Stopped.", fg="yellow")
        return True

    def _execute(self, statement: str) -> None:
        result = execute(self._athena, statement, self._database, self._workgroup)
        show(result, self._form)
        if result.kind == "DDL":
            self._names.load(self._database)

    def _use(self, database: str) -> None:
        self._database = database
        self._names.load(database)

    def _command(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        argument = argument.strip().rstrip(";")
        found = _COMMANDS.get(name)
        if found is None:
            raise RapidError(f"No such command: {name}. \\h lists them.")
        found[1](self, argument)

    def describe(self, table: str) -> None:
        if table:
            self._execute(f"DESCRIBE {_quoted(table)}")
        else:
            self.tables("")

    def tables(self, pattern: str) -> None:
        self._execute(f"SHOW TABLES '{pattern}'" if pattern else "SHOW TABLES")

    def definition(self, table: str) -> None:
        self._execute(f"SHOW CREATE TABLE {_quoted(_needed(table, 'a table'))}")

    def views(self, _argument: str) -> None:
        self._execute("SHOW VIEWS")

    def partitions(self, table: str) -> None:
        self._execute(f"SHOW PARTITIONS {_quoted(_needed(table, 'a table'))}")

    def databases(self, _argument: str) -> None:
        self._execute("SHOW DATABASES")

    def connect(self, database: str) -> None:
        self._use(_needed(database, "a database"))

    def workgroup(self, name: str) -> None:
        if name:
            self._athena.get_work_group(WorkGroup=name)
            self._workgroup = name
        click.echo(self._workgroup)

    def format(self, name: str) -> None:
        if name not in FORMATS:
            raise RapidError(f"Give one of {', '.join(FORMATS)}.")
        self._form = name

    def include(self, path: str) -> None:
        try:
            text = Path(_needed(path, "a file")).expanduser().read_text()
        except OSError as error:
            raise RapidError(f"{path} cannot be read: {error.strerror}") from error
        for statement in split(text):
            self._execute(statement)

    def explain(self, statement: str) -> None:
        self._execute(f"EXPLAIN {_needed(statement, 'a statement')}")

    def help(self, _argument: str) -> None:
        for name, (usage, _, meaning) in _COMMANDS.items():
            click.echo(f"  {f'{name} {usage}'.strip():<16} {meaning}")
        click.echo(f"  {chr(92)}q{'':<14} leave (or exit, quit, Ctrl-D)")
        click.echo("  Tab completes, Ctrl-R searches the history, Ctrl-X Ctrl-E opens $EDITOR.")


def _needed(argument: str, what: str) -> str:
    if not argument:
        raise RapidError(f"Give {what}.")
    return argument


def _quoted(name: str) -> str:
    return ".".join(f"`{part.strip('`')}`" for part in name.split("."))


_COMMANDS: dict[str, tuple[str, Callable[[Prompt, str], None], str]] = {
    "\\d": ("[TABLE]", Prompt.describe, "columns of a table; tables if none is named"),
    "\\dt": ("[PATTERN]", Prompt.tables, "tables and views, `sales*|orders` narrows them"),
    "\\dv": ("", Prompt.views, "views"),
    "\\dp": ("TABLE", Prompt.partitions, "partitions of a table"),
    "\\sf": ("TABLE", Prompt.definition, "how a table was created"),
    "\\l": ("", Prompt.databases, "databases"),
    "\\c": ("DATABASE", Prompt.connect, "use another database"),
    "\\w": ("[WORKGROUP]", Prompt.workgroup, "show or change the workgroup"),
    "\\o": ("FORMAT", Prompt.format, "results as table, csv, json or vertical"),
    "\\i": ("FILE", Prompt.include, "run the statements of a file"),
    "\\e": ("STATEMENT", Prompt.explain, "the plan of a statement"),
    "\\h": ("", Prompt.help, "this list"),
}
