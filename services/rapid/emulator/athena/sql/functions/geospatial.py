"""Geospatial functions that give rows or take a group; the others are `computed.geometry` and `computed.geography`."""

from rapid.emulator.athena.sql.registry import Aggregation, Call, collecting, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BING_TILE, GEOMETRY, INTEGER, Type


@special("bing_tile_coordinates")
def bing_tile_coordinates(call: Call) -> Typed:
    call.count(1)
    return Typed(f"p_tile_coordinates({call.cast(0, BING_TILE)})", Type("row", (("x", INTEGER), ("y", INTEGER))))


@special("geometry_nearest_points")
def geometry_nearest_points(call: Call) -> Typed:
    call.count(2)
    pair = f"p_nearest_points({call.cast(0, GEOMETRY)}, {call.cast(1, GEOMETRY)})"
    return Typed(pair, Type("row", ((None, GEOMETRY), (None, GEOMETRY))))


@collecting("convex_hull_agg", "geometry_union_agg")
def of_group(call: Call, parts: Aggregation) -> Typed:
    call.count(1)
    return Typed(f"p_{call.name}({parts.collect(call.cast(0, GEOMETRY))})", GEOMETRY)
