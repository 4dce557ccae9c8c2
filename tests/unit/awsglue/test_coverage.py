"""Every public name of AWS's awsglue is here, with its parameters; docs/awsglue-coverage.md says so.

The names are facts, kept in api-5.1.txt. To write the page anew:
    PYTHONPATH=glue_local python tests/unit/awsglue/test_coverage.py
"""

import ast
import importlib
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "awsglue-coverage.md"
FACTS = Path(__file__).with_name("api-5.1.txt")
_DEF = re.compile(r"([\w.]+)\((.*)\)")


@dataclass(frozen=True)
class Name:
    """One line of the facts: `parameters` are (name, whether it may be left out), for functions."""

    module: str
    path: str
    kind: str
    parameters: tuple[tuple[str, bool], ...] = ()


def names() -> list[Name]:
    found, module = [], ""
    for line in FACTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## module "):
            module = line.split()[2]
            found.append(Name(module, "", "module"))
        elif line.startswith("  "):
            kind, _, rest = line.strip().partition(" ")
            if kind == "reexport":
                found.extend(Name(module, name.strip(), "attr") for name in rest.split(" import ")[1].split(","))
            else:
                found.append(_name(module, kind, rest.strip()))
    return found


def _name(module: str, kind: str, rest: str) -> Name:
    if kind == "def" and (match := _DEF.match(rest)):
        return Name(module, match.group(1), kind, tuple(_parameters(match.group(2))))
    return Name(module, rest.partition("(")[0].split()[0], kind)


def _parameters(text: str) -> list[tuple[str, bool]]:
    found = ast.parse(f"def f({text}): 0").body[0]
    assert isinstance(found, ast.FunctionDef)
    given = found.args
    required = len(given.args) - len(given.defaults)
    variadic = [(arg.arg, True) for arg in (given.vararg, given.kwarg) if arg]
    all_ = [(arg.arg, i >= required) for i, arg in enumerate(given.args)] + variadic
    return [(name, optional) for name, optional in all_ if name not in {"self", "cls"}]


def state(name: Name) -> str:
    """`yes`, `names itself` (it raises an error that says that it is not here), or what is wrong."""
    from awsglue.errors import NotSupportedError

    try:
        found: Any = importlib.import_module(name.module)
        for part in name.path.split(".") if name.path else ():
            found = getattr(found, part)
    except NotSupportedError:
        return "names itself"
    except (ImportError, AttributeError) as error:
        return f"missing: {error}"
    if name.kind != "def" or isinstance(found, property):
        return "yes"
    ours = [p for p in inspect.signature(found).parameters.values() if p.name not in {"self", "cls"}]
    if all(p.kind in {p.VAR_POSITIONAL, p.VAR_KEYWORD} for p in ours) and "NotSupportedError" in inspect.getsource(
        found
    ):
        return "names itself"
    return _compared(name, ours)


def _compared(name: Name, ours: list[inspect.Parameter]) -> str:
    wanted = [parameter for parameter in name.parameters if not parameter[0].startswith("_")]
    have = {p.name: p.default is not p.empty or p.kind in {p.VAR_KEYWORD, p.VAR_POSITIONAL} for p in ours}
    order = [p.name for p in ours if p.name in dict(wanted)]
    for parameter, optional in wanted:
        if parameter not in have:
            return f"missing parameter {parameter}"
        if optional and not have[parameter]:
            return f"parameter {parameter} must be optional"
    return "yes" if order == [parameter for parameter, _ in wanted] else "parameters in another order"


def page() -> str:
    lines = [
        "# awsglue, name by name",
        "",
        "AWS's public API for Glue 5.1 against ours. Written by `tests/unit/awsglue/test_coverage.py`; do not edit.",
        "`names itself` marks what cannot work here: using it raises `NotSupportedError` with its name.",
        "",
        "| Module | Names | Here | Names itself |",
        "|---|---|---|---|",
    ]
    states = {name: state(name) for name in names() if not name.path.rpartition(".")[2].startswith("_")}
    modules = list(dict.fromkeys(name.module for name in states))
    for module in modules:
        found = [(n, s) for n, s in states.items() if n.module == module and n.path]
        absent = ", ".join(f"`{n.path}`" for n, s in found if s == "names itself")
        lines.append(f"| `{module}` | {len(found)} | {sum(s == 'yes' for _, s in found)} | {absent} |")
    return "\n".join(lines) + "\n"


def test_no_name_is_missing(spark: Any) -> None:
    wrong = {
        f"{n.module}:{n.path}": s
        for n in names()
        if (s := state(n)) not in {"yes", "names itself"} and not n.path.rpartition(".")[2].startswith("_")
    }
    assert wrong == {}


def test_the_page_is_up_to_date(spark: Any) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: PYTHONPATH=glue_local python tests/unit/awsglue/test_coverage.py"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
