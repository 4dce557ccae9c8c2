"""Shapes on a plane, by Shapely: https://trino.io/docs/current/functions/geospatial.html (read 2026-11).

DuckDB carries a `Geometry` as WKB. Shapely is Python's binding of GEOS; Trino's ESRI library may list the points of a
computed shape (union, buffer, hull) from another start.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_KINDS = {
    "Point": "POINT", "LineString": "LINE_STRING", "Polygon": "POLYGON", "MultiPoint": "MULTI_POINT",
    "MultiLineString": "MULTI_LINE_STRING", "MultiPolygon": "MULTI_POLYGON",
    "GeometryCollection": "GEOMETRY_COLLECTION",
}  # fmt: skip


@lru_cache(maxsize=1024)
def load(wkb: bytes) -> "BaseGeometry":
    """The shape; those that were used last are kept, since one polygon meets many points."""
    import shapely  # takes a second, and few queries need it

    return shapely.from_wkb(wkb)


def dump(shape: "BaseGeometry") -> bytes:
    return bytes(shape.wkb)


def only(function: str, shape: "BaseGeometry", *kinds: str) -> "BaseGeometry":
    """The shape, if it is of a kind that the function takes."""
    if shape.geom_type not in kinds:
        names = " or ".join(_KINDS[k] for k in kinds)
        raise refuse(f"{function} only applies to {names}. Input type is: {_KINDS[shape.geom_type]}")
    return shape


@computed("st_geometryfromtext(varchar) -> Geometry")
def from_text(text: str) -> bytes:
    """Rings that are left open are closed, as AWS's own examples need."""
    import shapely

    try:
        return dump(shapely.from_wkt(text, on_invalid="fix"))
    except shapely.errors.ShapelyError as error:
        raise refuse(f"Invalid WKT: {text}") from error


@computed("st_linefromtext(varchar) -> Geometry")
def line_from_text(text: str) -> bytes:
    return dump(only("ST_LineFromText", load(from_text(text)), "LineString"))


@computed("st_polygon(varchar) -> Geometry")
def polygon(text: str) -> bytes:
    return dump(only("ST_Polygon", load(from_text(text)), "Polygon"))


@computed("st_geomfrombinary(varbinary) -> Geometry")
def from_binary(wkb: bytes) -> bytes:
    import shapely

    try:
        return dump(load(wkb))
    except shapely.errors.ShapelyError as error:
        raise refuse("Invalid WKB") from error


@computed("st_asbinary(Geometry) -> varbinary")
def as_binary(wkb: bytes) -> bytes:
    return wkb


@computed("st_astext(Geometry) -> varchar")
def as_text(wkb: bytes) -> str:
    import shapely

    return str(shapely.to_wkt(load(wkb), rounding_precision=-1))


helper("p_geometry_text", "BLOB", "VARCHAR")(as_text)


@computed("st_point(double, double) -> Geometry")
def point(x: float, y: float) -> bytes:
    import shapely

    return dump(shapely.Point(x, y))


def _points(function: str, wkbs: list[bytes]) -> list["BaseGeometry"]:
    shapes = [only(function, load(w), "Point") for w in wkbs if w is not None]
    if len(shapes) < len(wkbs) or any(s.is_empty for s in shapes):
        raise refuse(f"Invalid input to {function}: null or empty point")
    return shapes


@computed("st_linestring(array(Geometry)) -> Geometry")
def line_string(wkbs: list[bytes]) -> bytes:
    import shapely

    points = _points("ST_LineString", wkbs)
    return dump(shapely.LineString(points if len(points) > 1 else []))


@computed("st_multipoint(array(Geometry)) -> Geometry")
def multi_point(wkbs: list[bytes]) -> bytes:
    import shapely

    return dump(shapely.MultiPoint(_points("ST_MultiPoint", wkbs)))


def _relation(name: str) -> None:
    """A question about two shapes: Shapely's method of the same name answers it."""

    @computed(f"st_{name}(Geometry, Geometry) -> boolean")
    def relation(one: bytes, two: bytes) -> bool:
        return bool(getattr(load(one), name)(load(two)))


for _name in ("contains", "crosses", "disjoint", "equals", "intersects", "overlaps", "touches", "within"):
    _relation(_name)


@computed("st_relate(Geometry, Geometry, varchar) -> boolean")
def relate(one: bytes, two: bytes, pattern: str) -> bool:
    return bool(load(one).relate_pattern(load(two), pattern))


def _made(declaration: str, make: "Callable[[BaseGeometry], BaseGeometry]") -> None:
    @computed(declaration)
    def function(wkb: bytes) -> bytes:
        return dump(make(load(wkb)))


_made("st_boundary(Geometry) -> Geometry", lambda g: g.boundary)
_made("st_centroid(Geometry) -> Geometry", lambda g: g.centroid)
_made("st_convexhull(Geometry) -> Geometry", lambda g: g.convex_hull)
_made("st_envelope(Geometry) -> Geometry", lambda g: g.envelope)


def _pair(name: str, method: str) -> None:
    @computed(f"st_{name}(Geometry, Geometry) -> Geometry")
    def function(one: bytes, two: bytes) -> bytes:
        return dump(getattr(load(one), method)(load(two)))


for _name, _method in (
    ("difference", "difference"), ("intersection", "intersection"), ("symdifference", "symmetric_difference"), ("union", "union"),  # noqa: E501
):  # fmt: skip
    _pair(_name, _method)


@computed("st_buffer(Geometry, double) -> Geometry")
def buffer(wkb: bytes, distance: float) -> bytes:
    if distance < 0:
        raise refuse("distance is negative")
    return dump(load(wkb).buffer(distance, quad_segs=24)) if distance else wkb


@computed("simplify_geometry(Geometry, double) -> Geometry")
def simplify(wkb: bytes, tolerance: float) -> bytes:
    if tolerance < 0:
        raise refuse("distanceTolerance is negative")
    return dump(load(wkb).simplify(tolerance))


@computed("geometry_union(array(Geometry)) -> Geometry", null=True)
def union_of(wkbs: list[bytes]) -> bytes | None:
    import shapely

    shapes = [load(w) for w in wkbs if w is not None]
    return dump(shapely.union_all(shapes)) if shapes else None


@computed("st_distance(Geometry, Geometry) -> double", null=True)
def distance(one: bytes, two: bytes) -> float | None:
    first, second = load(one), load(two)
    return None if first.is_empty or second.is_empty else float(first.distance(second))


@computed("st_area(Geometry) -> double")
def area(wkb: bytes) -> float:
    return float(load(wkb).area)


@computed("st_length(Geometry) -> double")
def length(wkb: bytes) -> float:
    return float(only("ST_Length", load(wkb), "LineString", "MultiLineString").length)


@computed("st_geometrytype(Geometry) -> varchar")
def geometry_type(wkb: bytes) -> str:
    return f"ST_{load(wkb).geom_type.replace('GeometryCollection', 'GeomCollection')}"


@computed("st_coorddim(Geometry) -> tinyint")
def coordinate_dimension(wkb: bytes) -> int:
    return 3 if load(wkb).has_z else 2


@computed("st_dimension(Geometry) -> tinyint")
def dimension(wkb: bytes) -> int:
    import shapely

    return int(shapely.get_dimensions(load(wkb)))


def _asked(declaration: str, ask: "Callable[[BaseGeometry], bool]") -> None:
    @computed(declaration)
    def function(wkb: bytes) -> bool:
        return bool(ask(load(wkb)))


_asked("st_isempty(Geometry) -> boolean", lambda g: g.is_empty)
_asked("st_issimple(Geometry) -> boolean", lambda g: g.is_simple)
_asked("st_isvalid(Geometry) -> boolean", lambda g: g.is_valid)
_asked("st_isring(Geometry) -> boolean", lambda g: only("ST_IsRing", g, "LineString").is_ring)
_asked("st_isclosed(Geometry) -> boolean", lambda g: all(p.is_closed for p in parts(only("ST_IsClosed", g, "LineString", "MultiLineString"))))  # noqa: E501  # fmt: skip


@computed("geometry_invalid_reason(Geometry) -> varchar", null=True)
def invalid_reason(wkb: bytes) -> str | None:
    from shapely.validation import explain_validity

    reason = str(explain_validity(load(wkb)))
    return None if reason == "Valid Geometry" else reason


def parts(shape: "BaseGeometry") -> list["BaseGeometry"]:
    """The members of a collection; a single shape is its only one."""
    return list(shape.geoms) if hasattr(shape, "geoms") else [] if shape.is_empty else [shape]


def _number(declaration: str, ask: "Callable[[BaseGeometry], float | None]") -> None:
    @computed(declaration, null=True)
    def function(wkb: bytes) -> float | None:
        shape = load(wkb)
        return None if shape.is_empty else ask(shape)


_number("st_x(Geometry) -> double", lambda g: only("ST_X", g, "Point").x)
_number("st_y(Geometry) -> double", lambda g: only("ST_Y", g, "Point").y)
_number("st_xmin(Geometry) -> double", lambda g: g.bounds[0])
_number("st_ymin(Geometry) -> double", lambda g: g.bounds[1])
_number("st_xmax(Geometry) -> double", lambda g: g.bounds[2])
_number("st_ymax(Geometry) -> double", lambda g: g.bounds[3])


@computed("st_numgeometries(Geometry) -> integer")
def number_of_geometries(wkb: bytes) -> int:
    return len(parts(load(wkb)))


@computed("st_numinteriorring(Geometry) -> bigint", null=True)
def number_of_holes(wkb: bytes) -> int | None:
    shape = only("ST_NumInteriorRing", load(wkb), "Polygon")
    return None if shape.is_empty else len(shape.interiors)


def vertices(shape: "BaseGeometry") -> list["BaseGeometry"]:
    """Every point of a shape; a ring's first is not told again at its end."""
    import shapely

    if hasattr(shape, "geoms"):
        return [p for g in shape.geoms for p in vertices(g)]
    if shape.geom_type == "Polygon":
        rings = [] if shape.is_empty else [shape.exterior, *shape.interiors]
        return [shapely.Point(c) for r in rings for c in r.coords]
    return [shapely.Point(c) for c in shape.coords]


@computed("st_numpoints(Geometry) -> bigint")
def number_of_points(wkb: bytes) -> int:
    shape = load(wkb)
    rings = sum(1 + len(p.interiors) for p in parts(shape) if p.geom_type == "Polygon")
    return len(vertices(shape)) - rings


@computed("st_points(Geometry) -> array(Geometry)", null=True)
def points_of(wkb: bytes) -> list[bytes] | None:
    shape = load(wkb)
    return None if shape.is_empty else [dump(p) for p in vertices(shape)]


@computed("st_geometries(Geometry) -> array(Geometry)", null=True)
def geometries(wkb: bytes) -> list[bytes] | None:
    return [dump(p) for p in parts(load(wkb))] or None


@computed("st_interiorrings(Geometry) -> array(Geometry)", null=True)
def holes(wkb: bytes) -> list[bytes] | None:
    import shapely

    shape = only("ST_InteriorRings", load(wkb), "Polygon")
    return None if shape.is_empty else [dump(shapely.LineString(r)) for r in shape.interiors]


@computed("st_envelopeaspts(Geometry) -> array(Geometry)", null=True)
def corners(wkb: bytes) -> list[bytes] | None:
    shape = load(wkb)
    if shape.is_empty:
        return None
    left, bottom, right, top = shape.bounds
    return [point(left, bottom), point(right, top)]


def _chosen(declaration: str, choose: "Callable[[BaseGeometry], list[BaseGeometry]]") -> None:
    """The n-th of something, counted from 1; NULL outside."""

    @computed(declaration, null=True)
    def function(wkb: bytes, index: int) -> bytes | None:
        found = choose(load(wkb))
        return dump(found[index - 1]) if 1 <= index <= len(found) else None


def _rings(shape: "BaseGeometry") -> list["BaseGeometry"]:
    import shapely

    return [shapely.LineString(r) for r in only("ST_InteriorRingN", shape, "Polygon").interiors]


_chosen("st_geometryn(Geometry, integer) -> Geometry", parts)
_chosen("st_interiorringn(Geometry, integer) -> Geometry", _rings)
_chosen("st_pointn(Geometry, integer) -> Geometry", lambda g: vertices(only("ST_PointN", g, "LineString")))


def _part(declaration: str, choose: "Callable[[BaseGeometry], BaseGeometry]") -> None:
    @computed(declaration, null=True)
    def function(wkb: bytes) -> bytes | None:
        shape = load(wkb)
        return None if shape.is_empty else dump(choose(shape))


_part("st_startpoint(Geometry) -> Geometry", lambda g: vertices(only("ST_StartPoint", g, "LineString"))[0])
_part("st_endpoint(Geometry) -> Geometry", lambda g: vertices(only("ST_EndPoint", g, "LineString"))[-1])


@computed("st_exteriorring(Geometry) -> Geometry", null=True)
def exterior_ring(wkb: bytes) -> bytes | None:
    import shapely

    shape = only("ST_ExteriorRing", load(wkb), "Polygon")
    return None if shape.is_empty else dump(shapely.LineString(shape.exterior))


@computed("line_locate_point(Geometry, Geometry) -> double", null=True)
def locate_point(line: bytes, where: bytes) -> float | None:
    shape, target = only("line_locate_point", load(line), "LineString", "MultiLineString"), load(where)
    only("line_locate_point", target, "Point")
    return None if shape.is_empty or target.is_empty else float(shape.project(target, normalized=True))


@computed("line_interpolate_point(Geometry, double) -> Geometry", null=True)
def interpolate_point(line: bytes, share: float) -> bytes | None:
    shape = only("line_interpolate_point", load(line), "LineString")
    if not 0 <= share <= 1:
        raise refuse(f"fraction must be between 0 and 1, but is {share}")
    return None if shape.is_empty else dump(shape.interpolate(share, normalized=True))


@helper("p_nearest_points", "BLOB; BLOB", "STRUCT(field0 BLOB, field1 BLOB)", null=True)
def nearest_points(one: bytes, two: bytes) -> dict[str, bytes] | None:
    from shapely.ops import nearest_points as nearest

    first, second = load(one), load(two)
    if first.is_empty or second.is_empty:
        return None
    return dict(zip(("field0", "field1"), map(dump, nearest(first, second)), strict=True))


@helper("p_convex_hull_agg", "BLOB[]", "BLOB", null=True)
def convex_hull_of(wkbs: list[bytes]) -> bytes | None:
    found = union_of(wkbs)
    return None if found is None else dump(load(found).convex_hull)


helper("p_geometry_union_agg", "BLOB[]", "BLOB", null=True)(union_of)
