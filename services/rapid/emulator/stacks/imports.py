"""Which stacks import what others export: an export in use can be neither changed nor deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html (read 2026-11).
"""

from collections.abc import Iterable, Mapping
from typing import Any


def importers(store: Any, export: str) -> list[str]:
    """Names of the stacks that import a name, of all stacks in a store."""
    stacks = (one for one in store.stacks_v2.values() if one.status != "DELETE_COMPLETE")
    return sorted(stack.stack_name for stack in stacks if export in getattr(stack, "imported", ()))


def refused_deletion(store: Any, exports: Iterable[str]) -> str | None:
    """Why a stack with these exports is not deleted, or None."""
    for name in exports:
        if users := importers(store, name):
            return f"Delete canceled. Cannot delete export {name} as it is in use by {_listed(users)}."
    return None


def refused_change(store: Any, before: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    """Why a stack's exports cannot become others, or None."""
    for name, value in before.items():
        if after.get(name) != value and (users := importers(store, name)):
            verb = "updated" if name in after else "deleted"
            return f"Export {name} cannot be {verb} as it is in use by {_listed(users)}"
    return None


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
