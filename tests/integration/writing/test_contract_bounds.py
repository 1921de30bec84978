"""Contract, section 1: keys, namespaces, kinds, integers, characters; and programmes of section 2."""

from typing import Any

import pytest

from services.kernel.contracts.commands import Enrolled
from tests.integration.writing.rooms import Rooms

MOST = 2**53 - 1


@pytest.mark.parametrize("value", [MOST + 1, -MOST - 1, 10**40, 1.0, 1e3, 0.5])
@pytest.mark.parametrize("field", ["attribute", "value"])
async def test_quantities_are_integers_within_what_every_reader_keeps_exact(rooms: Rooms, value: float, field: str) -> None:
    told = {
        "attribute": ("unit.registered", {"unit": "x", "kind": "shop", "attributes": {"size": value}}),
        "value": ("amount.recorded", {"amount": "x", "kind": "money", "value": value, "unit": "fen"}),
    }[field]

    assert await rooms.tell(told[0], "2026-05-01", **told[1]) == "invalid"


@pytest.mark.parametrize("value", [MOST, -MOST])
async def test_the_largest_integers_are_kept_to_the_last_digit(rooms: Rooms, value: int) -> None:
    assert await rooms.tell("amount.recorded", "2026-05-01", amount="x", kind="money", value=value, unit="fen") == "accepted"
    assert await rooms.tell("unit.registered", "2026-05-01", unit="x", kind="shop", attributes={"size": value}) == "accepted"

    assert [row[7] for fact in await rooms.facts("amount/t:x") for row in fact["data"]["now"]] == [value]
    assert await rooms.tell("amount.recorded", "2026-05-02", amount="x", kind="money", value=value, unit="fen") == "duplicate"


@pytest.mark.parametrize(
    "event",
    [
        {"data": {"unit": "x", "kind": "shop", "name": "a\0b"}},
        {"data": {"unit": "x", "kind": "shop", "attributes": {"note": "\0"}}},
        {"data": {"unit": "x", "kind": "shop", "attributes": {"\0": 1}}},
        {"data": {"unit": "x\0", "kind": "shop"}},
        {"data": {"unit": "x", "kind": "shop"}, "subject": "unit/x\0"},
        {"data": {"unit": "x", "kind": "shop"}, "operator": "\0"},
        {"data": {"unit": "x", "kind": "shop"}, "time": "2026-05-01T00:00:00Z\0"},
        {"data": {"unit": "x", "kind": "shop"}, "type": "org.wangge.unit.registered.v1\0"},
        {"data": {"unit": "x", "kind": "shop"}, "datacontenttype": "application/\0json"},
    ],
)
async def test_a_character_zero_is_refused_and_kept_without_it(rooms: Rooms, event: dict[str, Any]) -> None:
    good = rooms.event("unit.ended", "2026-05-01", unit="u")

    told = await rooms.tell_all({**rooms.event("unit.registered", "2026-05-01", unit="x", kind="shop"), **event}, good)

    if "datacontenttype" not in event:  # which nothing keeps
        assert told[0] in ("invalid", "unknown-type")
        assert len(await rooms.refusals()) == 1
    assert told[1] == "accepted"


KEYS = [
    ("k" * 64, "accepted"),
    ("k" * 65, "invalid"),
    ("A-b_c.9", "accepted"),
    ("a b", "invalid"),
    ("a/b", "invalid"),
    ("", "invalid"),
    ("x\n", "invalid"),
    ("网", "invalid"),
]


@pytest.mark.parametrize(("key", "result"), [*KEYS, (":x", "invalid"), ("x:", "invalid"), ("t:x", "accepted"), ("other:x", "not-allowed")])
async def test_a_key_is_up_to_64_plain_characters_and_a_colon_names_another_namespace(rooms: Rooms, key: str, result: str) -> None:
    assert await rooms.tell("unit.registered", "2026-05-01", unit=key, kind="shop") == result


async def test_changing_what_another_namespace_made_needs_the_right_to(rooms: Rooms) -> None:
    other, foreign = Enrolled(namespace="o", register="ro"), Enrolled(namespace="o", register="ro", foreign=True)
    story: list[tuple[str, dict[str, Any]]] = [
        ("unit.changed", {"unit": "t:u", "name": "n"}),
        ("case.moved", {"case": "t:c", "to": "accepted"}),
        ("activity.changed", {"activity": "t:a", "kind": "meeting"}),
        ("member.joined", {"member": "r:m", "organisation": "t:o1", "standing": "full"}),
    ]

    for what, data in story:
        assert await rooms.tell(what, "2026-05-01", enrolled=other, **data) == "not-allowed"
        assert await rooms.tell(what, "2026-05-01", enrolled=foreign, **data) == "accepted"
    assert await rooms.tell("link.set", "2026-05-01", enrolled=other, link="x", kind="serves", from_="organisation/t:o1", to="unit/t:u") == "accepted"
    assert await rooms.tell("attendance.recorded", "2026-05-01", enrolled=other, attendance="x", activity="t:a", head_count=1) == "accepted"


@pytest.mark.parametrize(
    ("prefixes", "allowed"),
    [
        (("",), True),
        (("unit",), True),
        (("unit.",), True),
        (("unit.shop",), True),
        (("case.", "unit.shop"), True),
        (("unit.sh",), False),
        (("uni",), False),
        ((), False),
    ],
)
async def test_a_source_makes_and_changes_only_kinds_below_its_prefixes(rooms: Rooms, prefixes: tuple[str, ...], allowed: bool) -> None:
    enrolled = Enrolled(namespace="t", register="r", kinds=prefixes)

    told = await rooms.tell_all(
        rooms.event("unit.registered", "2026-05-01", unit="x", kind="shop"),
        rooms.event("unit.changed", "2026-05-01", unit="u", name="n"),
        rooms.event("unit.ended", "2026-05-01", unit="u"),
        enrolled=enrolled,
    )

    assert set(told) == {"accepted" if allowed else "not-allowed"}


async def test_a_kind_cannot_be_left_or_taken_on_without_the_right_to_both(rooms: Rooms) -> None:
    shops, schools = (Enrolled(namespace="t", register="r", kinds=(f"unit.{kind}",)) for kind in ("shop", "school"))

    assert await rooms.tell("unit.changed", "2026-05-01", unit="u", kind="school", enrolled=shops) == "not-allowed"
    assert await rooms.tell("unit.changed", "2026-05-01", unit="u", kind="school", enrolled=schools) == "not-allowed"
    assert (
        await rooms.tell("case.changed", "2026-05-01", case="c", kind="dispute", enrolled=Enrolled(namespace="t", register="r", kinds=("case.dispute",)))
        == "not-allowed"
    )


@pytest.mark.parametrize(("number", "result"), [(8, "accepted"), (9, "invalid")])
async def test_a_thing_names_at_most_eight_programmes(rooms: Rooms, number: int, result: str) -> None:
    for one in range(number):
        await rooms.tell("entry.registered", "2026-02-01", entry=f"p{one}", kind="programme")
    programmes = [f"p{one}" for one in range(number)]

    assert await rooms.tell("unit.registered", "2026-05-01", unit="x", kind="shop", programmes=programmes) == result
    assert await rooms.tell("unit.changed", "2026-05-01", unit="u", programmes=programmes) == result
    assert await rooms.tell("case.opened", "2026-05-01", case="x", kind="grid", programmes=programmes) == result


@pytest.mark.parametrize("what", ["case.marked", "case.exploded", "unit.merged"])
async def test_what_is_only_published_or_no_type_at_all_is_refused(rooms: Rooms, what: str) -> None:
    data = {"case": "c", "mark": "overdue", "clock": "x", "due": "2026-05-01T00:00:00Z"}

    assert await rooms.tell(what, "2026-05-01", **data) == ("not-allowed" if what == "case.marked" else "unknown-type")
