"""Who was present over any days at any axes, whatever was taken back since."""

import hashlib
from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.combinations import Combinations
from services.gateway.figures.crowds import Crowd, TooManyError
from services.gateway.figures.hashes import CollisionError, Hashes, hashed

FIRST = date(2026, 1, 1).toordinal()
PEOPLE = [f"person/z:{number}" for number in range(5)]
SEEN = st.tuples(st.integers(0, 2), st.integers(0, 9), st.sampled_from(PEOPLE))


def with_told(crowd: Crowd, told: list[tuple[tuple[int, int, str], int]]) -> Crowd:
    axes, days, people = zip(*(seen for seen, _ in told), strict=True)
    counts = np.array([count for _, count in told], np.int64)
    return crowd.with_rows(np.array(axes, np.int64), np.array(days, np.int64) + FIRST, counts, hashed(people))


@given(
    st.lists(st.lists(st.tuples(SEEN, st.integers(1, 2)), min_size=1, max_size=8), max_size=8),
    st.randoms(use_true_random=False),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_who_is_present_is_who_was_not_taken_back(told, chance, first, last) -> None:
    crowd, counts, before = Crowd(0, Combinations()), Counter(), []
    for batch in told:
        # Some of what stands is taken back, the rest of the batch is put.
        back = [(seen, -chance.randint(1, counts[seen])) for seen in sorted(seen for seen in counts if counts[seen] > 0) if chance.random() < 0.5]
        before.append((crowd, dict(counts)))
        for seen, count in (*batch, *back):
            counts[seen] += count
        crowd = with_told(crowd, [*batch, *back])
    before.append((crowd, dict(counts)))

    for one, standing in before:  # earlier states stay what they were
        which, days, who = one.present(np.array([0, 2], np.int64), FIRST + first, FIRST + last)
        found = {([0, 2][axis], day - FIRST, person) for axis, day, person in zip(which.tolist(), days.tolist(), who.tolist(), strict=True)}
        numbers = number_of(crowd)
        assert found == {(axis, day, numbers[name]) for (axis, day, name), n in standing.items() if n > 0 and axis in {0, 2} and first <= day <= last}


def number_of(crowd: Crowd) -> dict[str, int]:
    if not crowd.size:
        return {}
    known = crowd.hashes.first.tolist()
    return {name: int(crowd.hashes.numbers[known.index(word)]) for name, word in zip(PEOPLE, hashed(PEOPLE)[:, 0].tolist(), strict=True) if word in known}


def test_a_member_and_a_person_of_one_key_are_one_human() -> None:
    words = hashed(["member/z:1", "person/z:1", "person/z:2"])

    assert words[0].tolist() == words[1].tolist() != words[2].tolist()
    assert words[1].tobytes() == np.frombuffer(hashlib.sha256(b"person/z:1").digest()[:16], ">u8").astype(np.uint64).tobytes()


def test_two_keys_that_begin_alike_are_not_taken_for_one() -> None:
    one, other = np.array([[7, 1]], np.uint64), np.array([[7, 2]], np.uint64)
    known, numbers = Hashes().numbered(one)

    assert numbers.tolist() == [0]
    assert known.numbered(one)[1].tolist() == [0]
    with pytest.raises(CollisionError):
        known.numbered(other)
    with pytest.raises(CollisionError):
        Hashes().numbered(np.concatenate((one, other)))


def test_a_day_that_has_no_place_in_a_key_is_refused() -> None:
    with pytest.raises(TooManyError):
        Crowd(0, Combinations()).with_rows(np.array([0]), np.array([date(1890, 1, 1).toordinal()]), np.array([1]), hashed(["person/z:1"]))
