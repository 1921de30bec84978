"""Templates of a replay's data."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.values import Filler, Thing, WrongValueError, share

AT = datetime(2019, 3, 4, 9, tzinfo=UTC)


def fill(template: Any, number: int = 1, *, events: int = 10, names: dict[str, Any] | None = None, things: dict[str, list[Thing]] | None = None) -> Any:
    return Filler(Random(1), things or {}, events).fill(template, names or {"n": number}, number, AT)


@settings(deadline=None)
@given(parts=st.integers(1, 200), per_part=st.integers(1, 1000), unit=st.sampled_from([1, 7, 100]), seed=st.integers(0, 100))
def test_the_parts_of_a_share_add_up_and_none_is_empty(parts: int, per_part: int, unit: int, seed: int) -> None:
    total = (parts * per_part + seed) * unit

    shares = share(total, parts, unit, Random(seed))

    assert len(shares) == parts
    assert sum(shares) == total
    assert all(part > 0 and part % unit == 0 for part in shares)


@pytest.mark.parametrize(("total", "parts", "unit"), [(3, 4, 1), (150, 2, 100)])
def test_a_total_that_cannot_be_shared_is_said(total: int, parts: int, unit: int) -> None:
    with pytest.raises(WrongValueError, match=str(total)):
        share(total, parts, unit, Random(1))


def test_texts_are_filled_with_numbers_and_with_what_was_told_of_things() -> None:
    thing = Thing.of("c01", {"name": "社区一"}, AT)

    assert fill({"key": "g{n:03}", "in": "area/{it}", "name": "{it.name}党委", "list": ["{n}"]}, names={"n": 7, "it": thing}) == {
        "key": "g007",
        "in": "area/c01",
        "name": "社区一党委",
        "list": ["7"],
    }


def test_things_and_words_come_round_in_turn() -> None:
    things = {"areas": [Thing.of(key, {}, AT) for key in ("a", "b")]}
    filler = Filler(Random(1), things, 5)

    turns = [filler.fill({"area": {"in_turn": "areas"}, "word": {"cycle": [1, 2, 3]}}, {}, number, AT) for number in (1, 2, 3, 4)]

    assert [(turn["area"], turn["word"]) for turn in turns] == [("a", 1), ("b", 2), ("a", 3), ("b", 1)]


def test_two_shares_of_one_event_are_two_totals() -> None:
    filler = Filler(Random(1), {}, 4)

    filled = [filler.fill({"minutes": {"share": 100}, "items": {"share": 9}}, {}, number, AT) for number in (1, 2, 3, 4)]

    assert (sum(one["minutes"] for one in filled), sum(one["items"] for one in filled)) == (100, 9)


def test_a_moment_counts_from_the_event() -> None:
    assert fill({"at": "2h"}) == "2019-03-04T11:00:00+00:00"


@settings(deadline=None)
@given(st.integers(0, 50))
def test_chance_keeps_within_what_may_be(seed: int) -> None:
    filler = Filler(Random(seed), {}, 1)

    assert filler.fill({"pick": {"a": 1, "b": 0}}, {}, 1, AT) == "a"
    assert 3 <= filler.fill({"between": [3, 5]}, {}, 1, AT) <= 5
    assert filler.fill({"pick": [1, 2]}, {}, 1, AT) in (1, 2)


def test_an_operator_that_cannot_be_read_is_said() -> None:
    with pytest.raises(WrongValueError, match="pick"):
        fill({"pick": 3})
