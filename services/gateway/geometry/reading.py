"""Outlines from a GeoJSON file (RFC 7946): polygons in degrees, longitude first. Pure."""

from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

_LEAST_POSITIONS = 4  # RFC 7946, section 3.1.6: a closed ring has at least four, the last equal to the first
_MOST_LONGITUDE, _MOST_LATITUDE = 180, 90


class GeometryError(Exception):
    """The file cannot be taken; the text says what is wrong and where."""


class Outline(NamedTuple):
    """The outline of one area (whole key), as a GeoJSON geometry."""

    area: str
    geometry: dict[str, Any]


class Outlines(NamedTuple):
    """What a file holds. `synthetic`: drawn by a machine, not surveyed."""

    found: list[Outline]
    without: list[str]  # areas whose feature has no geometry
    synthetic: bool
    origin: str | None


def read_outlines(text: bytes, namespace: str | None = None) -> Outlines:
    """The outlines of a FeatureCollection. A feature's id (else its property `key`) is the area's key; one without a colon gets the namespace."""
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise GeometryError(f"this is no JSON: {error}") from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(document.get("features"), list):
        raise GeometryError("this is no GeoJSON FeatureCollection")
    found: dict[str, Outline] = {}
    without: list[str] = []
    for number, feature in enumerate(document["features"]):
        at = f"features[{number}]"
        key = _key_of(feature, namespace, at)
        if key in found:
            raise GeometryError(f"{at}: {key} has an outline already")
        if feature.get("geometry") is None:
            without.append(key)
            continue
        found[key] = Outline(key, _checked(feature["geometry"], f"{at} ({key})"))
    origin = document.get("origin")
    return Outlines(list(found.values()), without, document.get("synthetic") is True, origin if isinstance(origin, str) else None)


def _key_of(feature: Any, namespace: str | None, at: str) -> str:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise GeometryError(f"{at} is no Feature")
    key = feature.get("id") or (feature.get("properties") or {}).get("key")
    if not isinstance(key, str) or not key:
        raise GeometryError(f"{at} has neither an id nor a property key: it must be the area's key")
    if ":" in key:
        return key
    if namespace is None:
        raise GeometryError(f"{at}: {key} needs its namespace: write namespace:{key}, or name the namespace for all")
    return f"{namespace}:{key}"


def _checked(geometry: Any, at: str) -> dict[str, Any]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise GeometryError(f"{at} is a {kind}; an area is a Polygon or a MultiPolygon")
    polygons = [geometry.get("coordinates")] if kind == "Polygon" else geometry.get("coordinates")
    if not isinstance(polygons, list) or not polygons:
        raise GeometryError(f"{at} has no coordinates")
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise GeometryError(f"{at} has a polygon without rings")
        for ring in polygon:
            _check_ring(ring, at)
    return {"type": kind, "coordinates": geometry["coordinates"]}


def _check_ring(ring: Any, at: str) -> None:
    if not isinstance(ring, list) or len(ring) < _LEAST_POSITIONS:
        raise GeometryError(f"{at} has a ring of fewer than {_LEAST_POSITIONS} positions")
    for position in ring:
        numbers = isinstance(position, list) and len(position) >= 2 and all(isinstance(one, int | float) and not isinstance(one, bool) for one in position)
        if not numbers or abs(position[0]) > _MOST_LONGITUDE or abs(position[1]) > _MOST_LATITUDE:
            raise GeometryError(f"{at} has the position {position}: it must be [longitude, latitude] in degrees")
    if ring[0] != ring[-1]:
        raise GeometryError(f"{at} has a ring that is not closed: its last position must be its first")
    if all(before == after for before, after in pairwise(ring)):
        raise GeometryError(f"{at} has a ring that is a point")
