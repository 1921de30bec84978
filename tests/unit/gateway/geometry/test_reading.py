"""What a GeoJSON file of outlines must be like."""

import json
from typing import Any

import pytest

from services.gateway.geometry.reading import GeometryError, read_outlines

RING = [[113.5, 22.3], [113.6, 22.3], [113.6, 22.4], [113.5, 22.3]]


def collection(*features: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def feature(key: str | None = "z:a", coordinates: Any = (RING,), kind: str = "Polygon", **more: Any) -> dict[str, Any]:
    return {"type": "Feature", **({} if key is None else {"id": key}), "geometry": {"type": kind, "coordinates": coordinates}, **more}


def test_an_outline_keeps_its_coordinates_and_loses_all_else() -> None:
    file = collection(feature(properties={"secret": 1}), feature("z:b", [[RING]], "MultiPolygon"), synthetic=True, origin="a test")

    outlines = read_outlines(file)

    assert [one.area for one in outlines.found] == ["z:a", "z:b"]
    assert outlines.found[0].geometry == {"type": "Polygon", "coordinates": [RING]}
    assert (outlines.synthetic, outlines.origin) == (True, "a test")


def test_a_key_without_a_namespace_gets_the_one_given() -> None:
    file = collection(feature("a"), feature(None, properties={"key": "b"}))

    assert [one.area for one in read_outlines(file, "z").found] == ["z:a", "z:b"]


def test_a_feature_without_geometry_names_an_area_that_has_none() -> None:
    assert read_outlines(collection({**feature(), "geometry": None})).without == ["z:a"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", "no GeoJSON FeatureCollection"),
        (collection(feature("a")), "needs its namespace"),
        (collection(feature(None)), "neither an id nor a property key"),
        (collection(feature(), feature()), "has an outline already"),
        (collection(feature(kind="Point", coordinates=[1, 2])), "is a Point"),
        (collection(feature(coordinates=[])), "without rings"),
        (collection(feature(kind="MultiPolygon", coordinates=[])), "has no coordinates"),
        (collection(feature(coordinates=[RING[:3]])), "fewer than 4"),
        (collection(feature(coordinates=[[*RING[:3], [113.5, 22.9]]])), "not closed"),
        (collection(feature(coordinates=[[[22.3, 113.5]] * 4])), "longitude, latitude"),
        (collection(feature(coordinates=[[[113.5, 22.3]] * 4])), "is a point"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(file: bytes, said: str) -> None:
    with pytest.raises(GeometryError, match=said):
        read_outlines(file)
