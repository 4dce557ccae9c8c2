"""Values as text files hold them."""

from rapid.emulator.athena.sql.scope import Typed, quote
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.sql.types import field_name


def lazy_text(value: Typed, level: int = 2) -> str:
    """A value as LazySimpleSerDe writes it: `\\x02` between items of a collection, `\\x03` between key and value.

    Each level inside takes the next control characters, as Hive does.
    """
    kind, sql = value.type, value.sql
    between, inside = f"chr({level})", f"chr({level + 1})"
    if kind.name == "array":
        item = lazy_text(Typed("e", kind.args[0]), level + 1)
        return f"array_to_string(list_transform({sql}, lambda e: coalesce({item}, '\\N')), {between})"
    if kind.name == "map":
        key, item = (lazy_text(Typed(f"e.{n}", t), level + 2) for n, t in zip(("key", "value"), kind.args, strict=True))
        pair = f"{key} || {inside} || coalesce({item}, '\\N')"
        return f"array_to_string(list_transform(map_entries({sql}), lambda e: {pair}), {between})"
    if kind.name == "row":
        parts = [
            f"coalesce({lazy_text(Typed(f'({sql}).{quote(field_name(n, i))}', t), level + 1)}, '\\N')"
            for i, (n, t) in enumerate(kind.args)
        ]
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {f' || {between} || '.join(parts)} END"
    if kind.name == "varbinary":
        return f"to_base64({sql})"
    return text(value)
