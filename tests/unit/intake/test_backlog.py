"""Which records may go now, which wait for which, and what may be committed."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.cloudevents import Told
from services.gateway.intake.backlog import Backlog, Item
from services.gateway.intake.names import Names

OWNER = "members"
PATIENCE = 60.0


def item(offset: int, own: str | None, *others: str, source: str = "s", owner: str = OWNER, partition: int = 0) -> Item:
    return Item(partition, offset, Told(b"", f"e-{offset}", source, "t"), owner=owner, names=Names(own, frozenset(others)))


def backlog(*items: Item) -> Backlog:
    filled = Backlog((OWNER, "cases"), PATIENCE)
    for one in items:
        filled.add(one)
    return filled


def offsets(items: Iterable[Item]) -> list[int]:
    return [one.offset for one in items]


def test_what_refers_to_nothing_goes_at_once_in_its_order():
    waiting = backlog(item(0, "a"), item(1, "b"), item(2, "a"))

    assert offsets(waiting.take(OWNER, 0, 100)) == [0, 1, 2]


def test_no_more_are_taken_than_asked_for():
    waiting = backlog(*(item(number, f"n-{number}") for number in range(5)))

    assert offsets(waiting.take(OWNER, 0, 3)) == [0, 1, 2]


def test_an_owner_gets_only_its_own():
    waiting = backlog(item(0, "a"), item(1, "c", owner="cases"))

    assert offsets(waiting.take("cases", 0, 100)) == [1]


def test_while_a_reference_is_not_proven_what_names_its_entity_follows_a_round_later():
    joins, leaves, other = item(0, "member", "organisation"), item(1, "member"), item(2, "other")
    waiting = backlog(joins, leaves, other)

    assert offsets(waiting.take(OWNER, 0, 100)) == [0, 2]
    waiting.decide([joins, other], exist=True)
    assert offsets(waiting.take(OWNER, 0, 100)) == [1]


def test_a_reference_that_was_accepted_before_is_proven():
    waiting = backlog(item(0, "organisation"))
    waiting.decide(waiting.take(OWNER, 0, 100), exist=True)
    waiting.add(item(1, "member", "organisation"))
    waiting.add(item(2, "member"))

    assert offsets(waiting.take(OWNER, 0, 100)) == [1, 2]


def test_what_waits_holds_back_later_events_that_name_its_entity_and_those_that_name_theirs():
    first = item(0, "member", "organisation")
    waiting = backlog(first, item(1, "link", "member"), item(2, "other", "link"), item(3, "organisation"))
    waiting.take(OWNER, 0, 1)
    waiting.postpone(first, now=0)

    assert offsets(waiting.take(OWNER, 0.01, 100)) == [3]


def test_another_source_is_not_held_back():
    first = item(0, "member", "organisation")
    waiting = backlog(first, item(1, "member", source="other"))
    waiting.postpone(first, now=0)

    assert offsets(waiting.take(OWNER, 0.01, 100)) == [1]


def test_what_waits_is_due_at_once_when_what_it_waits_for_is_accepted():
    first, second = item(0, "member", "organisation"), item(1, "organisation")
    waiting = backlog(first, second)
    for _ in range(6):
        waiting.postpone(first, now=0)
    assert offsets(waiting.take(OWNER, 0.1, 100)) == [1]

    waiting.decide([second], exist=True)

    assert offsets(waiting.take(OWNER, 0.1, 100)) == [0]


def test_what_waits_is_tried_ever_more_rarely_and_a_last_time_when_the_patience_ends():
    one = item(0, "member", "organisation")
    waiting = backlog(one)
    tries, now = [], 0.0
    while waiting.postpone(one, now):
        tries.append(now)
        now = waiting.next_due(OWNER) or 0
        assert offsets(waiting.take(OWNER, now, 1)) == [0]

    assert now == PATIENCE
    assert tries[:5] == pytest.approx([0.0, 0.2, 0.6, 1.4, 3.0])
    assert max(later - earlier for earlier, later in pairwise(tries)) == pytest.approx(5)


def test_a_partition_may_be_committed_up_to_its_first_undecided_record():
    waiting = backlog(item(5, "a"), item(6, "b"), item(8, "c"), item(3, "d", partition=1))
    assert waiting.positions() == {0: 5, 1: 3}

    a, b, c, d = waiting.take(OWNER, 0, 100)
    waiting.decide([a, c, d], exist=True)
    assert waiting.positions() == {0: 6, 1: 4}

    waiting.decide([b], exist=False)
    assert waiting.positions() == {0: 9, 1: 4}


def test_a_dropped_partition_is_forgotten_and_may_be_read_again():
    waiting = backlog(item(5, "a"), item(6, "b"))
    old = waiting.take(OWNER, 0, 100)

    waiting.drop(0)
    assert waiting.positions() == {}
    waiting.add(item(5, "a"))
    waiting.decide(old, exist=True)

    assert waiting.positions() == {0: 5}
    assert offsets(waiting.take(OWNER, 0, 100)) == [5]


def test_a_record_that_is_read_twice_is_taken_once():
    waiting = backlog(item(5, "a"), item(6, "b"), item(5, "a"))

    assert offsets(waiting.take(OWNER, 0, 100)) == [5, 6]


ENTITIES = "abcde"
events = st.tuples(st.sampled_from(ENTITIES), st.sets(st.sampled_from(ENTITIES), max_size=2), st.sampled_from("st"))


class Room:
    """Judges one by one: a reference must exist; what it accepts makes its entity exist."""

    def __init__(self) -> None:
        self.exists: set[str] = set()

    def judge(self, one: Item) -> bool:
        if any(name not in self.exists for _, name in one.others):
            return False
        self.exists.add(one.own[1] if one.own else "")
        return True


@given(st.lists(events, max_size=25), st.lists(st.integers(1, 6), min_size=1), st.integers(1, 5))
def test_events_of_one_source_that_name_an_entity_are_accepted_in_its_order_and_all_are_decided(told, fetches, most):
    waiting, room = Backlog((OWNER,), PATIENCE), Room()
    arriving = [item(offset, own, *(others - {own}), source=source) for offset, (own, others, source) in enumerate(told)]
    arrived, accepted, refused, now, turn = 0, [], [], 0.0, 0
    while arrived < len(arriving) or waiting.waiting(OWNER):
        for one in arriving[arrived : arrived + fetches[turn % len(fetches)]]:
            waiting.add(one)
            arrived += 1
        turn += 1
        taken = waiting.take(OWNER, now, most)
        for one in taken:
            if room.judge(one):
                waiting.decide([one], exist=True)
                accepted.append(one)
            elif not waiting.postpone(one, now):
                waiting.decide([one], exist=False)
                refused.append(one)
        now += 0.5
        assert now < 10_000

    assert sorted(offsets(accepted + refused)) == list(range(len(told)))
    assert waiting.positions() == ({0: len(told)} if told else {})
    at = {one: number for number, one in enumerate(accepted)}
    for first in accepted:
        for later in accepted:
            if first.offset < later.offset and (first.own == later.own or first.own in later.others):
                assert at[first] < at[later]
