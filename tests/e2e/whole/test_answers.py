"""What a running gateway answers is what its own OpenAPI document says, to the last property."""

import time
from typing import Any

import httpx
import pytest

from deploy.local.platform import Platform
from tests.support.district import District
from tests.support.openapi import answer_schema, faults

pytestmark = pytest.mark.timeout(120)

FIGURES = (
    {"metric": "cases.open", "by": "kind", "interval": "month", "compare": "previous", "from": "2026-01-01", "to": "2026-06-30"},
    {"metric": "units.coverage", "by": "area"},
    {"metric": "cases.time_to_resolve"},
)
ITEMS = ({"metric": "cases.open"}, {"metric": "units.coverage", "not_in": "num"}, {"metric": "volunteer.minutes"})
THINGS = ("unit", "link", "member", "shift", "case")


@pytest.fixture
def told(platform: Platform, district: District) -> District:
    """The district with one of everything, one of it told late, one refused; all counted."""
    key = f"{district.root}-1"
    district.tell([*district.foundation(), *district.work(1), *district.work(2)])
    bare = district.event("unit.registered", {"unit": f"{district.root}-3", "kind": "unit.enterprise", "area": district.root}, hour=8)
    changes = [
        district.event("unit.changed", {"unit": f"{district.root}-3", "attributes": attributes}, hour=hour)
        for attributes, hour in (({"scale": True}, 10), ({"ownership": "private"}, 9))
    ]
    district.tell([district.event("unit.ended", {"unit": f"{district.root}-2"}), bare, *changes, district.event("case.moved", {"case": key, "to": "resolved"})])
    district.tell([district.event("unit.registered", {"unit": "u", "kind": "unit", "area": "nowhere"})], within=90)
    deadline = time.monotonic() + 30
    while httpx.get(f"{platform.gateway}/v1/status").json()["lag"]:
        assert time.monotonic() < deadline, "not counted within 30 s"
        time.sleep(0.2)
    return district


def test_every_answer_is_what_the_document_says(platform: Platform, told: District) -> None:
    questions: list[tuple[str, dict[str, str], dict[str, str]]] = [
        *(("/v1/metrics/{metric}", {"metric": one["metric"]}, {**one, "area": f"district:{told.root}"}) for one in FIGURES),
        *(("/v1/metrics/{metric}/items", {"metric": one["metric"]}, {**one, "area": f"district:{told.root}"}) for one in ITEMS),
        *(("/v1/{family}/{key}", {"family": family, "key": f"district:{told.root}-1"}, {}) for family in THINGS),
        *(("/v1/{family}/{key}/history", {"family": family, "key": f"district:{told.root}-1"}, {}) for family in THINGS),
        *((path, {}, {}) for path in ("/v1/kinds", "/v1/metrics", "/v1/areas", "/v1/areas/geometry", "/v1/organisations", "/v1/status", "/v1/sources", "/v1/rejected")),
        *(("/v1/quality", {}, {"section": section}) for section in ("late", "unplaced", "references")),
    ]  # fmt: skip
    found: dict[str, Any] = {}
    empty: list[str] = []
    with httpx.Client(base_url=platform.gateway, headers={"authorization": f"Bearer {platform.key('operator')}"}, timeout=20) as client:
        document = client.get("/openapi.json").json()
        for path, names, parameters in questions:
            answer = client.get(path.format(**names), params={name: value for name, value in parameters.items() if name != "metric"})
            assert answer.status_code == 200, f"{answer.url}: {answer.text}"
            if wrong := faults(document, answer_schema(document, path), answer.json()):
                found[str(answer.url)] = wrong
            lists = [one for name, one in answer.json().items() if name in {"items", "by", "series", "history", "late", "sources"}]
            empty += [str(answer.url)] if [] in lists else []

    assert found == {}
    assert empty == [], "an empty list shows nothing of what stands in it"
