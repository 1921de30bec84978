"""`python -m deploy.demo.geometry`: synthetic outlines for the areas a gateway knows, as a GeoJSON file for `geometry load`."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from math import cos, radians
from typing import Any

import httpx

from deploy.demo.outlines import Area, Ring, draw

ORIGIN = "made up for a demo: no area has this shape"
_KM_PER_DEGREE = 111.32
_PAGE = 1000


def geometry_of(areas: Sequence[Area], centre: tuple[float, float]) -> dict[str, Any]:
    """A FeatureCollection with an outline for every area, labelled synthetic. `centre`: longitude and latitude of the west end."""
    outlines = draw(areas)
    features = [
        {"type": "Feature", "id": area.key, "geometry": {"type": "Polygon", "coordinates": [_degrees(outlines[area.key], centre)]}, "properties": {}}
        for area in areas
    ]
    return {"type": "FeatureCollection", "synthetic": True, "origin": ORIGIN, "features": features}


def read_areas(client: httpx.Client, under: str | None = None) -> Iterator[Area]:
    """The areas of a gateway, from `GET /v1/areas`."""
    cursor: str | None = None
    while True:
        asked = {"limit": str(_PAGE), **({"under": under} if under else {}), **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/areas", params=asked).raise_for_status().json()
        for item in page["items"]:
            yield Area(item["key"], item["parent"], item["kind"])
        cursor = page["next"]
        if cursor is None:
            return


def _degrees(ring: Ring, centre: tuple[float, float]) -> list[list[float]]:
    longitude, latitude = centre
    narrowing = cos(radians(latitude))
    points = [[round(longitude + x / _KM_PER_DEGREE / narrowing, 6), round(latitude + y / _KM_PER_DEGREE, 6)] for x, y in ring]
    return [*points, points[0]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the collection to standard output."""
    parser = argparse.ArgumentParser(prog="geometry", description="Synthetic outlines for the areas that a gateway knows.")
    parser.add_argument("gateway", help="its address")
    parser.add_argument("--under", help="only this area and what lies in it")
    parser.add_argument("--centre", default="115,30", help="longitude,latitude (default: %(default)s)")
    given = parser.parse_args(arguments)
    longitude, latitude = (float(part) for part in given.centre.split(","))
    with httpx.Client(base_url=given.gateway, trust_env=False, timeout=30) as client:
        json.dump(geometry_of(list(read_areas(client, given.under)), (longitude, latitude)), sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
