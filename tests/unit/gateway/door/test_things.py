"""One thing, as far as its reader may see it: places, classes, people."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway.access import Caller, Enrolment
from services.gateway.figures.forest import Forest, TreeRow
from services.gateway.figures.tree import Trees
from services.gateway.grants import CLASSES, Grant
from services.gateway.passing import Passing
from services.gateway.rooms import OWNERS, Rooms
from services.kernel.http.problems import ProblemError
from tests.unit.gateway.door.rooms import StandInRooms
from tests.unit.gateway.door.stage import CATALOGUE

DAY = date(2026, 1, 1)
TREES = Trees(
    Forest(
        [
            *(TreeRow(f"area/z:{key}", "area.street", "z:d" if key != "d" else None, None, "{}", DAY, None) for key in "dst"),
            TreeRow("organisation/z:o", "organisation.party", "z:s", None, "{}", DAY, None),
            TreeRow("organisation/z:p", "organisation.party", None, "z:o", "{}", DAY, None),
        ]
    ),
    DAY,
)
THINGS: dict[str, dict[str, Any]] = {
    "unit/z:u": {"kind": "unit", "data": {"area": "z:s"}},
    "unit/z:v": {"kind": "unit", "data": {"area": "z:t"}},
    "case/z:c": {"kind": "case.secret", "data": {"area": "z:s"}},
    "activity/z:a": {"kind": "activity", "data": {"hosts": ["organisation/z:p"]}},
    "attendance/z:n": {"kind": None, "data": {"activity": "z:a", "person": "person/z:h"}},
    "link/z:l": {"kind": "link", "data": {"from": "organisation/z:p", "to": "unit/z:v"}},
    "organisation/z:o": {"kind": "organisation", "data": {"area": "z:s"}},
    "area/z:t": {"kind": "area", "data": {"parent": "z:d"}},
    "member/z:h": {"kind": "member", "data": {"member": "z:h", "organisation": "z:p"}},
    "visit/z:w": {"kind": "visit", "data": {"by": "person/z:h", "to": "unit/z:u", "area": "z:s"}},
}


class Told(StandInRooms):
    """Rooms that know the things above."""

    def __init__(self) -> None:
        super().__init__()
        self.other = self.tell

    def tell(self, request: httpx.Request) -> httpx.Response:
        _, _, family, key, *rest = request.url.path.split("/")
        thing = THINGS.get(f"{family}/{key}")
        if thing is None:
            return httpx.Response(404, json={"code": "not-found"})
        if rest:
            told = {"family": family, "key": key, "kind": thing["kind"], "history": [{"data": thing["data"]}], "next": None}
            return httpx.Response(200, json=told)
        return httpx.Response(200, json={"family": family, "key": key, **thing})


async def get(name: str, *grants: Grant, caller: Caller | None = None, history: bool = False) -> dict[str, Any]:
    async def trees() -> Trees:
        return TREES

    family, _, key = name.partition("/")
    async with Rooms({owner: f"http://{owner}.example" for owner in OWNERS}, "token", 5, Told()) as rooms:
        passed = await Passing(rooms, CATALOGUE, trees).entity(family, key, caller or Caller(grants=grants), history=history)
    document: dict[str, Any] = httpx.Response(200, content=passed.content).json()
    return document


HERE = ["unit/z:u", "activity/z:a", "attendance/z:n", "link/z:l", "organisation/z:o", "visit/z:w"]
ELSEWHERE = ["unit/z:v", "area/z:t"]


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("name", HERE)
async def test_a_bounded_reader_sees_what_stands_in_its_area_by_whatever_way(name: str, *, history: bool) -> None:
    assert (await get(name, Grant(areas=("z:s",)), history=history))["key"] == name.partition("/")[2]


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("name", ELSEWHERE)
async def test_a_bounded_reader_does_not_see_what_stands_elsewhere(name: str, *, history: bool) -> None:
    with pytest.raises(ProblemError):
        await get(name, Grant(areas=("z:s",)), history=history)


async def test_class_and_place_must_hold_in_the_same_grant() -> None:
    with pytest.raises(ProblemError):
        await get("case/z:c", Grant(areas=("z:s",)), Grant(areas=("z:t",), classes=CLASSES))
    assert (await get("case/z:c", Grant(areas=("z:s",), classes=CLASSES)))["key"] == "z:c"


async def test_people_are_veiled_without_the_class_and_not_from_their_own_source() -> None:
    official, source = Grant(classes=CLASSES), Enrolment("urn:s", "z", "z", "")

    assert (await get("visit/z:w", Grant()))["data"] == {"by": None, "to": "unit/z:u", "area": "z:s"}
    assert (await get("visit/z:w", Grant(), history=True))["history"] == [{"data": {"by": None, "to": "unit/z:u", "area": "z:s"}}]
    assert (await get("visit/z:w", Grant(areas=("z:s",), classes=CLASSES)))["data"]["by"] == "person/z:h"
    with pytest.raises(ProblemError):
        await get("member/z:h", Grant())
    assert (await get("member/z:h", official))["key"] == "z:h"
    own = Caller(enrolments={"urn:s": source}, grants=(source.as_grant(),), known=True)
    assert (await get("member/z:h", caller=own))["data"]["member"] == "z:h"
    assert (await get("visit/z:w", caller=own))["data"]["by"] == "person/z:h"


def test_the_page_shows_the_time_of_the_district_and_not_the_browsers() -> None:
    script = (Path(__file__).parents[4] / "services" / "gateway" / "page_assets" / "page.js").read_text()

    shown = [line for line in script.splitlines() if "Date()" in line]
    assert shown
    assert all('timeZone: "Asia/Shanghai"' in line for line in shown)
