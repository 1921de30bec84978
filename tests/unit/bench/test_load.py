"""What the benches measure with: a district's events that every room accepts, facts of all families, and sums that two ways agree on."""

from collections import Counter
from datetime import date
from itertools import islice

import msgspec
import pytest

from tests.bench.load.district import District, way_of
from tests.bench.load.editions import editions, truth
from tests.bench.load.prepared import LOADS, PREFIX, catalogue, facts_of
from tests.bench.load.work import LIVE, work
from tests.bench.peers.sums import Sums, decode, digest, text_of

COUNTED = 300


def counted(bodies: list[bytes]) -> str:
    """What a peer makes of these facts."""
    sums = Sums()
    for body in bodies:
        sums.add(decode(body))
    return digest({text_of(cell): value for cell, value in sums.items()})


@pytest.mark.parametrize("load", LOADS)
def test_peers_and_the_rooms_agree_on_the_sums_of_any_number_of_editions(load: str) -> None:
    told, shift = facts_of(load, COUNTED)

    for facts in (COUNTED - 50, 2 * COUNTED + 70):
        bodies = [one.body for one in editions(told, facts, prefix=PREFIX, shift=shift)]

        assert counted(bodies) == truth(told, facts, shift=shift)


def test_a_lost_or_a_doubled_fact_changes_the_sums() -> None:
    told, shift = facts_of(LIVE, COUNTED)
    bodies = [one.body for one in editions(told, COUNTED, prefix=PREFIX, shift=shift)]

    assert counted(bodies[1:]) != counted(bodies) != counted([*bodies, bodies[7]])


def test_numbers_have_no_gaps_and_things_of_another_edition_are_others() -> None:
    told, shift = facts_of(LIVE, COUNTED)
    numbered = list(editions(told, 2 * COUNTED, prefix=PREFIX, shift=shift))

    for partition in range(12):
        mine = [one.sequence for one in numbered if one.partition == partition]
        assert mine == list(range(1, len(mine) + 1))
    for one in numbered:
        body = msgspec.json.decode(one.body)
        assert (int(body["sequence"]), body["subject"]) == (one.sequence, one.subject)
    subjects = [{one.subject for one in some} for some in (numbered[:COUNTED], numbered[COUNTED:])]
    people = {subject for subject in subjects[0] if subject.startswith("member/")}  # pseudonyms, which nothing can be added to
    assert subjects[0] & subjects[1] == people


def test_the_work_is_of_many_families_and_mostly_of_the_last_days() -> None:
    district = District(catalogue(), today=date(2026, 6, 30))
    events = list(islice(work(district, LIVE), 4000))

    families = Counter(event["type"].split(".")[2] for event in events)
    days = Counter(event["time"][:10] for event in events)
    assert set(families) == {"case", "shift", "activity", "attendance", "visit", "unit", "link", "member", "entry"}
    assert sum(days[day] for day in ("2026-06-28", "2026-06-29", "2026-06-30")) > 0.9 * len(events)
    assert len(district.kinds["case"]) == 20
    assert all(len(way_of(kind)) >= 3 for kind in district.kinds["case"])
