"""Shapes on the sphere, and Bing tiles: https://trino.io/docs/current/functions/geospatial.html (read 2026-11).

A tile is one number: zoom, x and y, five, 23 and 23 bits. The maths of tiles:
https://learn.microsoft.com/en-us/bingmaps/articles/bing-maps-tile-system.
"""

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING

from rapid.emulator.athena.sql.computed.geometry import dump, load, only, parts
from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_RADIUS_KM = 6371.01
_EDGE = 85.05112878
_MOST_ZOOM = 23


def _check(latitude: float, longitude: float) -> None:
    if not -90 <= latitude <= 90:
        raise refuse("Latitude must be between -90 and 90")
    if not -180 <= longitude <= 180:
        raise refuse("Longitude must be between -180 and 180")


@computed("great_circle_distance(double, double, double, double) -> double")
def great_circle_distance(latitude: float, longitude: float, latitude2: float, longitude2: float) -> float:
    """Kilometres, by Vincenty's formula on a sphere."""
    _check(latitude, longitude)
    _check(latitude2, longitude2)
    one, two, turn = math.radians(latitude), math.radians(latitude2), math.radians(longitude - longitude2)
    across = math.cos(two) * math.sin(turn)
    along = math.cos(one) * math.sin(two) - math.sin(one) * math.cos(two) * math.cos(turn)
    straight = math.sin(one) * math.sin(two) + math.cos(one) * math.cos(two) * math.cos(turn)
    return math.atan2(math.hypot(across, along), straight) * _RADIUS_KM


@computed("to_spherical_geography(Geometry) -> SphericalGeography")
def to_geography(wkb: bytes) -> bytes:
    shape = load(wkb)
    if not shape.is_empty:
        left, bottom, right, top = shape.bounds
        _check(bottom, left)
        _check(top, right)
    return wkb


@computed("to_geometry(SphericalGeography) -> Geometry")
def to_geometry(wkb: bytes) -> bytes:
    return wkb


@computed("from_geojson_geometry(varchar) -> SphericalGeography")
def from_geojson(text: str) -> bytes:
    import shapely

    try:
        return dump(shapely.from_geojson(text))
    except shapely.errors.ShapelyError as error:
        raise refuse(f"Invalid GeoJSON: {text}") from error


@computed("to_geojson_geometry(SphericalGeography) -> varchar", "to_geojson_geometry(Geometry) -> varchar")
def to_geojson(wkb: bytes) -> str:
    from shapely.geometry import mapping

    return json.dumps(mapping(load(wkb)), separators=(",", ":"))


@computed("st_distance(SphericalGeography, SphericalGeography) -> double", null=True)
def distance(one: bytes, two: bytes) -> float | None:
    """Metres between two points."""
    first, second = (only("ST_Distance", load(w), "Point") for w in (one, two))
    if first.is_empty or second.is_empty:
        return None
    return float(great_circle_distance(first.y, first.x, second.y, second.x)) * 1000


def _metres(coordinates: list[tuple[float, ...]]) -> float:
    return sum(float(great_circle_distance(a[1], a[0], b[1], b[0])) for a, b in pairwise(coordinates)) * 1000


@computed("st_length(SphericalGeography) -> double", null=True)
def length(wkb: bytes) -> float | None:
    shape = only("ST_Length", load(wkb), "LineString", "MultiLineString")
    return None if shape.is_empty else sum(_metres(list(p.coords)) for p in parts(shape))


def _ring_area(ring: "BaseGeometry") -> float:
    """Square metres inside a ring, from its spherical excess."""
    excess = 0.0
    coordinates = list(ring.coords)
    for (x1, y1, *_), (x2, y2, *_) in pairwise(coordinates):
        one, two = math.tan(math.radians(y1) / 2), math.tan(math.radians(y2) / 2)
        excess += 2 * math.atan2(math.tan(math.radians(x2 - x1) / 2) * (one + two), 1 + one * two)
    return abs(excess) * (_RADIUS_KM * 1000) ** 2


@computed("st_area(SphericalGeography) -> double", null=True)
def area(wkb: bytes) -> float | None:
    shape = only("ST_Area", load(wkb), "Polygon", "MultiPolygon")
    if shape.is_empty:
        return None
    return sum(_ring_area(p.exterior) - sum(map(_ring_area, p.interiors)) for p in parts(shape))


def _tile(x: int, y: int, zoom: int) -> int:
    if not 0 <= zoom <= _MOST_ZOOM:
        raise refuse(f"Zoom level must be between 0 and {_MOST_ZOOM}")
    for name, value in (("X", x), ("Y", y)):
        if not 0 <= value < 2**zoom:
            raise refuse(f"{name} coordinate must be between 0 and {2**zoom - 1} for zoom level {zoom}; got {value}")
    return zoom | x << 5 | y << 28


def _of(tile: int) -> tuple[int, int, int]:
    """x, y and zoom."""
    return tile >> 5 & 0x7FFFFF, tile >> 28, tile & 31


def _at(latitude: float, longitude: float, zoom: int) -> tuple[int, int]:
    size = 2**zoom
    sine = math.sin(math.radians(max(-_EDGE, min(_EDGE, latitude))))
    x = (longitude + 180) / 360 * size
    y = (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size
    return max(0, min(size - 1, int(x))), max(0, min(size - 1, int(y)))


def _corner(x: float, y: float, zoom: int) -> tuple[float, float]:
    """Longitude and latitude of a tile's upper left corner."""
    size = 2**zoom
    latitude = 90 - 360 * math.atan(math.exp(-(0.5 - y / size) * 2 * math.pi)) / math.pi
    return x / size * 360 - 180, latitude


def _box(x: int, y: int, zoom: int) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = _corner(x, y, zoom), _corner(x + 1, y + 1, zoom)
    return left, bottom, right, top


@computed("bing_tile(integer, integer, integer) -> BingTile")
def bing_tile(x: int, y: int, zoom: int) -> int:
    return _tile(x, y, zoom)


@computed("bing_tile(varchar) -> BingTile")
def bing_tile_of(quadkey: str) -> int:
    if not quadkey or set(quadkey) - set("0123"):
        raise refuse(f"Invalid QuadKey digit sequence: {quadkey}")
    if len(quadkey) > _MOST_ZOOM:
        raise refuse(f"QuadKey must be {_MOST_ZOOM} characters or less")
    digits = [int(d) for d in quadkey]
    x, y = (int("".join(str(d >> bit & 1) for d in digits), 2) for bit in (0, 1))
    return _tile(x, y, len(quadkey))


def _reachable(latitude: float, longitude: float) -> None:
    if not -_EDGE <= latitude <= _EDGE:
        raise refuse(f"Latitude must be between -{_EDGE} and {_EDGE}")
    _check(latitude, longitude)


@computed("bing_tile_at(double, double, integer) -> BingTile")
def bing_tile_at(latitude: float, longitude: float, zoom: int) -> int:
    _reachable(latitude, longitude)
    return _tile(*_at(latitude, longitude, zoom), zoom)


@computed("bing_tiles_around(double, double, integer) -> array(BingTile)")
def tiles_around(latitude: float, longitude: float, zoom: int) -> list[int]:
    """The tile of a place and its neighbours."""
    _reachable(latitude, longitude)
    x, y = _at(latitude, longitude, zoom)
    size = 2**zoom
    near = [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return [_tile(i, j, zoom) for i, j in near if 0 <= i < size and 0 <= j < size]


@computed("bing_tiles_around(double, double, integer, double) -> array(BingTile)")
def tiles_within(latitude: float, longitude: float, zoom: int, radius: float) -> list[int]:
    """The tiles of which a part lies within so many kilometres."""
    _reachable(latitude, longitude)
    if not 0 <= radius <= 1000:
        raise refuse("Radius must be between 0.0 and 1000.0 km")
    up = math.degrees(radius / _RADIUS_KM)
    wide = up / max(math.cos(math.radians(min(90.0, abs(latitude) + up))), 1e-9)
    found = []
    for x, y in _range(longitude - wide, latitude - up, longitude + wide, latitude + up, zoom):
        left, bottom, right, top = _box(x, y, zoom)
        nearest = max(bottom, min(top, latitude)), max(left, min(right, longitude))
        if great_circle_distance(latitude, longitude, *nearest) <= radius:
            found.append(_tile(x, y, zoom))
    return found


def _range(left: float, bottom: float, right: float, top: float, zoom: int) -> list[tuple[int, int]]:
    """The tiles that a box of degrees meets."""
    (x1, y1), (x2, y2) = _at(top, max(left, -180), zoom), _at(bottom, min(right, 180), zoom)
    if (x2 - x1 + 1) * (y2 - y1 + 1) > 1_000_000:
        raise refuse("The number of tiles covering the input shape is too large. Use a lower zoom level.")
    return [(x, y) for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)]


@computed("geometry_to_bing_tiles(Geometry, integer) -> array(BingTile)")
def tiles_of(wkb: bytes, zoom: int) -> list[int]:
    """The fewest tiles of one level that cover a shape."""
    shape = load(wkb)
    if shape.is_empty:
        return []
    left, bottom, right, top = shape.bounds
    _reachable(bottom, left)
    _reachable(top, right)
    if shape.geom_type == "Point":
        return [_tile(*_at(shape.y, shape.x, zoom), zoom)]
    found = [_tile(x, y, zoom) for x, y in _range(left, bottom, right, top, zoom)]
    return [tile for tile in found if _shares(shape, load(tile_polygon(tile)))]


def _shares(shape: "BaseGeometry", tile: "BaseGeometry") -> bool:
    """An area that only touches a tile has nothing in it."""
    flat = shape.geom_type in ("Polygon", "MultiPolygon")
    return bool(shape.intersects(tile) and not (flat and shape.touches(tile)))


@computed("bing_tile_polygon(BingTile) -> Geometry")
def tile_polygon(tile: int) -> bytes:
    import shapely

    left, bottom, right, top = _box(*_of(tile))
    return dump(shapely.Polygon([(left, bottom), (right, bottom), (right, top), (left, top)]))


@computed("bing_tile_quadkey(BingTile) -> varchar")
def quadkey(tile: int) -> str:
    x, y, zoom = _of(tile)
    return "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in reversed(range(zoom)))


@computed("bing_tile_zoom_level(BingTile) -> tinyint")
def zoom_level(tile: int) -> int:
    return tile & 31


@helper("p_tile_coordinates", "BIGINT", "STRUCT(x INTEGER, y INTEGER)")
def coordinates(tile: int) -> dict[str, int]:
    x, y, _ = _of(tile)
    return {"x": x, "y": y}


@helper("p_tile_text", "BIGINT", "VARCHAR")
def tile_text(tile: int) -> str:
    x, y, zoom = _of(tile)
    return f"BingTile{{x={x}, y={y}, zoom_level={zoom}}}"
