"""Shapes as Esri's libraries keep them: JSON, and the binary of Hive tables (spatial reference, kind, shape).

The shape is that of a shapefile: https://www.esri.com/content/dam/esrisites/sitecore-archive/Files/Pdfs/library/whitepapers/pdfs/shapefile.pdf.
"""

import struct
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from rapid.emulator.athena.sql.computed.geometry import dump
from rapid.emulator.athena.sql.computed.registry import computed, refuse

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Points = list[tuple[float, float]]
_POINT, _LINE, _POLYGON, _POINTS = 1, 3, 5, 8
_KINDS = {_POINT: 1, _LINE: 5, _POLYGON: 6, _POINTS: 4}
"""The kind that Hive's library writes before each shape: a line and a polygon may have several parts."""
_HEADER = ">ib"


def legacy_binary(geometry: dict[str, Any]) -> bytes:
    """A geometry of Esri's JSON as the binary that `ST_GeomFromLegacyBinary` reads.

    Raises:
        KeyError: it is none of the shapes that Esri's JSON has.
    """
    reference = (geometry.get("spatialReference") or {}).get("wkid", 0)
    if "x" in geometry:
        return struct.pack(_HEADER, reference, 1) + struct.pack("<idd", _POINT, geometry["x"], geometry["y"])
    if "points" in geometry:
        kind, parts = _POINTS, [geometry["points"]]
    elif "paths" in geometry:
        kind, parts = _LINE, geometry["paths"]
    else:
        kind, parts = _POLYGON, geometry["rings"]
    points = [(float(p[0]), float(p[1])) for part in parts for p in part]
    xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    body = struct.pack("<i4d", kind, min(xs), min(ys), max(xs), max(ys))
    starts = [0, *accumulate(len(p) for p in parts)][:-1]
    counts = [len(points)] if kind == _POINTS else [len(parts), len(points), *starts]
    body += struct.pack(f"<{len(counts)}i", *counts)
    return struct.pack(_HEADER, reference, _KINDS[kind]) + body + b"".join(struct.pack("<2d", *p) for p in points)


@computed("st_geomfromlegacybinary(varbinary) -> Geometry")
def from_legacy_binary(data: bytes) -> bytes:
    """The shape of a binary that Esri's serde made."""
    try:
        return dump(_shape(data[struct.calcsize(_HEADER) :]))
    except (struct.error, ValueError) as error:
        raise refuse("Invalid legacy binary of a geometry") from error


def _shape(data: bytes) -> "BaseGeometry":
    import shapely

    kind = struct.unpack_from("<i", data)[0]
    if kind == _POINT:
        return shapely.Point(*struct.unpack_from("<2d", data, 4))
    if kind == _POINTS:
        return shapely.MultiPoint(_points(data, 40, struct.unpack_from("<i", data, 36)[0]))
    if kind not in (_LINE, _POLYGON):
        raise ValueError(f"shape type {kind}")
    parts, count = struct.unpack_from("<2i", data, 36)
    starts = [*struct.unpack_from(f"<{parts}i", data, 44), count]
    points = _points(data, 44 + 4 * parts, count)
    pieces = [points[one:two] for one, two in pairwise(starts)]
    return shapely.MultiLineString(pieces) if kind == _LINE else _polygons(pieces)


def _points(data: bytes, at: int, count: int) -> Points:
    numbers = struct.unpack_from(f"<{2 * count}d", data, at)
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _polygons(rings: list[Points]) -> "BaseGeometry":
    """Rings that run clockwise are outlines, the others holes of the outline around them."""
    import shapely

    linear = [shapely.LinearRing(r) for r in rings]
    outlines = [(shapely.Polygon(r), list[Any]()) for r in linear if not r.is_ccw]
    for hole in (r for r in linear if r.is_ccw):
        around = next((holes for outline, holes in outlines if outline.covers(hole)), None)
        if around is None:
            outlines.append((shapely.Polygon(hole), []))
        else:
            around.append(hole)
    made = [shapely.Polygon(outline.exterior, holes) for outline, holes in outlines]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)
