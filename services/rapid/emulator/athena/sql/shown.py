"""Values as the text that Athena prints, in CSV and in casts to varchar."""

from rapid.emulator.athena.sql import offsets, zones
from rapid.emulator.athena.sql.scope import Typed, literal, quote
from rapid.emulator.athena.sql.types import INTERVAL_DAY, field_name

RESULT_DIGITS = 3
"""Digits that the fraction of a timestamp has at least in a result."""
_TO_STRING = ("boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "date", "uuid")


def text(value: Typed, least: int = 0) -> str:
    """The value as text: DuckDB SQL that gives VARCHAR or NULL.

    Args:
        value: what is shown.
        least: digits that a timestamp's fraction has at least: 3 in results; CAST shows what the type has, and a time
            has its own everywhere.
    """
    kind, sql = value.type, value.sql
    if kind.is_string:
        return sql
    if kind.name == "decimal" and kind.args[0] == kind.args[1]:
        return f"regexp_replace(CAST({sql} AS VARCHAR), '^(-?)[.]', '\\10.')"  # DuckDB writes .5
    if kind.name in _TO_STRING or kind.name == "json":
        return f"CAST({sql} AS VARCHAR)"
    if kind.name in ("double", "real"):
        return f"t_double_text({sql}, CAST({sql} AS VARCHAR))"
    if kind.name == "timestamp":
        return f"t_timestamp_text({sql}, {max(least, kind.scale)})"
    if kind.name == "timestamp with time zone":
        return f"(t_timestamp_text({zones.wall(value)}, {max(least, kind.scale)}) || ' ' || {zones.name(value)})"
    if kind.name == "time":
        return f"t_time_text({sql}, {kind.scale})"  # as awswrangler's tests on AWS see it
    if kind.name == offsets.NAME:
        return offsets.text(value)
    if kind.name == "varbinary":
        return f"t_binary_text({sql})"
    if kind.name in ("Geometry", "SphericalGeography"):
        return f"p_geometry_text({sql})"
    if kind.name == "HyperLogLog":
        return f"t_binary_text(p_hyperloglog_bytes({sql}))"
    if kind.name == "SetDigest":
        return f"t_binary_text(p_hashes_bytes({sql}))"
    if kind.name == "ipaddress":
        return f"p_address_text({sql})"
    if kind.name == "BingTile":
        return f"p_tile_text({sql})"
    if kind.name == "color":
        return f"p_color_text({sql})"
    if kind.name.startswith("interval"):
        return f"t_{'days' if kind == INTERVAL_DAY else 'months'}_text({sql})"
    if kind.name == "array":
        return (
            f"t_list_text(list_transform({sql}, lambda e: coalesce({text(Typed('e', kind.args[0]), least)}, 'null')))"
        )
    if kind.name == "map":
        key, item = text(Typed("e.key", kind.args[0]), least), text(Typed("e.value", kind.args[1]), least)
        pairs = f"list_transform(list_sort(map_entries({sql})), lambda e: {key} || '=' || coalesce({item}, 'null'))"
        return f"t_braces_text({pairs})"
    if kind.name == "row":
        return _row_text(value, least)
    return f"CAST({sql} AS VARCHAR)"


def _row_text(value: Typed, least: int) -> str:
    pieces = []
    for index, (name, kind) in enumerate(value.type.args):
        item = text(Typed(f"({value.sql}).{quote(field_name(name, index))}", kind), least)
        label = f"{literal(name + '=')} || " if name else ""
        pieces.append(f"{label}coalesce({item}, 'null')")
    joined = " || ', ' || ".join(pieces)
    return f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE '{{' || {joined} || '}}' END"
