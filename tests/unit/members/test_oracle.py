from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.members.ticks import FIRST, HOURS, Event, Ticks, day_of
from tests.unit.members.told import Room, at

DAYS = 12
TICKS = DAYS * len(HOURS)
ticks = st.integers(0, TICKS - 1 - len(HOURS))
areas = st.sampled_from(["t:a1", "t:a2"])
organisations = st.sampled_from(["t:o1", "t:o2"])
days = st.integers(0, DAYS - 2).map(lambda day: (FIRST + timedelta(days=day)).isoformat())


def event(what: str, key: str, **data: st.SearchStrategy[object]) -> st.SearchStrategy[Event]:
    return st.builds(
        lambda tick, values: Event(what, key, tick, {name.rstrip("_"): value for name, value in values.items()}), ticks, st.fixed_dictionaries(data)
    )


JOINED = event("member.joined", "r:m", organisation=organisations, standing=st.sampled_from(["full", "applicant"]))
EVENTS = st.one_of(
    event("organisation.changed", "t:o1", area=areas),
    event("organisation.ended", "t:o2"),
    event("organisation.merged", "t:o1", into=st.just("t:o2")),
    event("unit.changed", "t:u", area=areas),
    event("unit.changed", "t:u", name=st.sampled_from(["a", "b"])),
    event("unit.ended", "t:u"),
    event("unit.withdrawn", "t:u"),
    event("member.transferred", "r:m", organisation=organisations),
    event("member.changed", "r:m", standing=st.sampled_from(["full", "probationary"])),
    event("member.left", "r:m"),
    JOINED,
    event("entry.registered", "t:e", kind=st.just("entry.post"), area=areas, until=days),
    event("entry.changed", "t:e", area=areas),
    event("entry.changed", "t:e", until=days),
    event("entry.ended", "t:e"),
    event("link.set", "t:l1", kind=st.just("link.covers"), from_=st.just("organisation/t:o1"), to=st.just("unit/t:u")),
    event("link.set", "t:l2", kind=st.just("link.serves"), from_=st.just("unit/t:u"), to=st.just("member/r:m"), opening=st.just(True)),
    event("link.set", "t:l3", kind=st.just("link.holds"), from_=st.just("member/r:m"), to=st.just("entry/t:e"), until=days),
    event("link.ended", "t:l1"),
    event("link.withdrawn", "t:l2"),
)


def moment(tick: int):
    return at(day_of(tick).isoformat(), HOURS[tick % len(HOURS)])


def tell(room: Room, one: Event) -> str:
    return room.tell(one.what, one.key, moment(one.tick), **one.data).status


BEFORE = [
    Event("area.defined", "t:a1", 0, {"kind": "area.street"}),
    Event("area.defined", "t:a2", 0, {"kind": "area.street"}),
    Event("organisation.established", "t:o1", 0, {"kind": "organisation.branch", "area": "t:a1"}),
    Event("organisation.established", "t:o2", 3, {"kind": "organisation.branch", "opening": True}),
]
STORY = st.tuples(
    event("unit.registered", "t:u", kind=st.just("unit.enterprise"), area=areas),
    JOINED,
    st.lists(EVENTS, max_size=14),
).map(lambda told: [*BEFORE, told[0], told[1], *told[2]])


def expand(room: Room) -> Counter[tuple[str, str, date, str | None, str | None]]:
    found: Counter[tuple[str, str, date, str | None, str | None]] = Counter()
    for subject, row in room.rows():
        if row.measure in ("organisations", "members", "units", "entries", "links"):
            for number in range(DAYS):
                day = FIRST + timedelta(days=number)
                if row.day <= day and (row.until is None or day < row.until):
                    found[row.measure, subject, day, row.area, row.organisation] += row.value
    return found


def acts(room: Room) -> Counter[tuple[str, str, date]]:
    return Counter((row.measure, subject, row.day) for subject, row in room.rows() if row.day == row.until)


@given(STORY)
@settings(max_examples=400, deadline=None)
def test_the_facts_count_every_day_what_a_walk_through_time_finds(story: list[Event]):
    room, walked = Room(), Ticks(TICKS)

    for one in story:
        if tell(room, one) == "accepted" and one.family != "area":
            walked.take(one)

    assert expand(room) == walked.stock()
    assert acts(room) == walked.flows()


@given(STORY, st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_in_one_batch_or_one_by_one_the_same_is_counted(story: list[Event], split: int):
    single, batched = Room(), Room()

    statuses = [tell(single, one) for one in story]
    commands = [batched.command(one.what, one.key, moment(one.tick), **one.data) for one in story]
    results = batched.tell_all(commands[:split]) + batched.tell_all(commands[split:])

    assert [result.status for result in results] == statuses
    assert batched.rows() == single.rows()


@given(STORY)
@settings(max_examples=150, deadline=None)
def test_a_withdrawn_thing_counts_as_if_nobody_had_told_of_it(story: list[Event]):
    things = ["unit/t:u", "link/t:l1"]
    room, without = Room(), Room()

    for one in story:
        tell(room, one)
    for subject in things:
        family, _, key = subject.partition("/")
        room.tell(f"{family}.withdrawn", key, moment(TICKS - 1))
    for one in story:
        if one.subject not in things:
            tell(without, one)

    assert [row for row in room.rows() if row[0] not in things] == without.rows()
    assert [row for row in room.rows() if row[0] in things] == []


@given(STORY, st.randoms())
@settings(max_examples=150, deadline=None)
def test_telling_everything_again_changes_nothing_whatever_the_order(story: list[Event], random):
    room = Room()
    makings = [one for one in story if tell(room, one) == "accepted" and one.verb in ("defined", "established", "registered", "set")]
    before, entities = room.rows(), dict(room.entities)

    random.shuffle(makings)
    statuses = {tell(room, one) for one in makings}

    assert statuses <= {"duplicate"}
    assert room.rows() == before
    assert room.entities == entities
