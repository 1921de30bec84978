"""Events by chance, most of them late, many refused: whatever was accepted is in the log once, told again is a duplicate, and is counted as the recount does."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from tests.integration.writing.rooms import Event, Rooms

MAKING = {"area": "defined", "organisation": "established", "unit": "registered", "entry": "registered", "link": "set"}
KINDS = {"area": "grid", "organisation": "department", "unit": "shop", "entry": "honour", "link": "pairs"}
CHANGES = {
    "area": ("changed", "moved", "merged", "ended"),
    "organisation": ("changed", "moved", "merged", "ended"),
    "unit": ("changed", "ended"),
    "entry": ("changed", "changed", "ended"),
    "link": ("changed", "ended", "withdrawn"),
}


def one_event(rooms: Rooms, chance: Random) -> Event:
    """One event about one of few things: on few days, so that moments meet."""
    family = chance.choice(tuple(MAKING))

    def key(of: str) -> str:
        return f"{of[0]}{chance.randint(0, 7)}"

    def sometimes(**fields: Any) -> dict[str, Any]:
        return fields if chance.random() < 0.4 else {}

    def day() -> str:
        return f"2026-03-{chance.randint(1, 9):02}"

    verb = MAKING[family] if chance.random() < 0.5 else chance.choice(CHANGES[family])
    data: dict[str, Any] = {family: key(family)}
    making, changed = verb == MAKING[family], verb == "changed"
    if making:
        data |= {"kind": KINDS[family], **sometimes(opening=True)}
    if (making or changed) and family in ("organisation", "entry", "link"):
        data |= sometimes(until=chance.choice((day(), None)))
    if (making or changed) and family in ("organisation", "unit", "entry"):
        data |= sometimes(area=key("area"))
    if verb == "moved" or (making and family in ("area", "organisation")):
        data["parent"] = chance.choice((None, key(family)))
    if verb == "merged":
        data["into"] = key(family)
    if family == "link" and making:
        data |= {"from": f"organisation/{key('organisation')}", "to": chance.choice([f"{one}/{key(one)}" for one in ("unit", "entry", "organisation", "area")])}
    return rooms.event(f"{family}.{verb}", f"{day()}T{chance.choice(('00', '12'))}:00:00+08:00", **data)


@pytest.mark.parametrize("seed", range(6))
async def test_what_was_accepted_is_told_once_and_known_again(bare: Rooms, seed: int) -> None:
    chance = Random(seed)
    told = [one_event(bare, chance) for _ in range(400)]
    results: list[str] = []
    while len(results) < len(told):
        results += await bare.tell_all(*told[len(results) : len(results) + chance.choice((1, 7, 60))])

    accepted = [event for event, result in zip(told, results, strict=True) if result == "accepted"]
    known = [event for event, result in zip(told, results, strict=True) if result in ("accepted", "duplicate")]
    own = Counter(fact["causationid"] for fact in await bare.facts() if "causedby" not in fact)
    assert own == Counter(f"{event['source']}#{event['id']}" for event in accepted)
    assert len(accepted) > 40
    chance.shuffle(known)
    assert set(await bare.tell_all(*known)) == {"duplicate"}
    assert sum(own.values()) == len([fact for fact in await bare.facts() if "causedby" not in fact])
