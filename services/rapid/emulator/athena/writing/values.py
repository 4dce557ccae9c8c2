"""Values as text files hold them."""

from rapid.emulator.athena.formats.lazy import Form
from rapid.emulator.athena.sql.scope import Typed, literal, quote
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.sql.types import field_name


def lazy_text(value: Typed, form: Form, escaped: tuple[str, ...] = ()) -> str:
    """A value as LazySimpleSerDe writes it.

    Args:
        value: what is written.
        form: the separators inside, and how NULL is spelt.
        escaped: the escape character, then every other one that it has to stand before in a text.
    """
    kind, sql = value.type, value.sql

    def inner(what: str, of: object, levels: int) -> str:
        written = lazy_text(Typed(what, of), form.inside(levels), escaped)  # type: ignore[arg-type]
        return f"coalesce({written}, {literal(form.null)})"

    if kind.name == "array":
        items = f"list_transform({sql}, lambda e: {inner('e', kind.args[0], 1)})"
        return f"array_to_string({items}, {literal(form.marks[0])})"
    if kind.name == "map":
        pair = f"{inner('e.key', kind.args[0], 2)} || {literal(form.marks[1])} || {inner('e.value', kind.args[1], 2)}"
        return f"array_to_string(list_transform(map_entries({sql}), lambda e: {pair}), {literal(form.marks[0])})"
    if kind.name == "row":
        parts = [inner(f"({sql}).{quote(field_name(n, i))}", t, 1) for i, (n, t) in enumerate(kind.args)]
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {f' || {literal(form.marks[0])} || '.join(parts)} END"
    if kind.name == "varbinary":
        return f"to_base64({sql})"
    shown = text(value)
    if kind.is_string:
        for character in escaped:
            shown = f"replace({shown}, {literal(character)}, {literal(escaped[0] + character)})"
    return shown
