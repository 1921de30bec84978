from typing import NamedTuple

from services.metrics.model import Partition
from services.metrics.watchdog import Verdict, Watchdog

P, Q = Partition("cases.v1", 0), Partition("cases.v1", 1)
QUIET = Verdict(False, set(), None)


class At(NamedTuple):
    partition: Partition
    reached: int
    high_watermark: int | None
    buffered: bool = False


def verdicts(looks, *, excused=lambda _: False):
    """The seconds at which the watchdog said something, and what; it looks once a second."""
    dog = Watchdog()
    return {now: verdict for now, partitions in enumerate(looks) if (verdict := dog.look(partitions, float(now), excused)) != QUIET}


def test_a_partition_at_its_end_is_left_alone():
    assert verdicts([[At(P, 5, 5), At(Q, 0, None)]] * 60) == {}


def test_one_that_moves_is_left_alone_however_far_behind():
    assert verdicts([[At(P, now, 1_000_000)] for now in range(60)]) == {}


def test_one_that_does_not_move_is_read_again_every_ten_seconds_and_then_the_process_ends():
    said = verdicts([[At(P, 5, 9), At(Q, 3, 3)]] * 33)

    assert said == {11: Verdict(True, set(), None), 21: Verdict(True, set(), None), 31: Verdict(False, set(), P), 32: Verdict(False, set(), P)}


def test_moving_again_winds_the_clock_back():
    assert verdicts([[At(P, 5, 9)]] * 10 + [[At(P, 6, 9)]] * 10) == {}


def test_what_waits_for_something_known_is_excused():
    assert verdicts([[At(P, 5, 9)]] * 60, excused=lambda _: True) == {}


def test_records_that_the_client_holds_are_on_their_way():
    assert verdicts([[At(P, 5, 9, buffered=True)]] * 60) == {}


def test_a_partition_behind_the_end_of_its_topic_is_read_from_the_beginning():
    said = verdicts([[At(P, 5, 9)]] * 3 + [[At(P, 5, 2)]] * 3)

    assert said == {3: Verdict(True, {P}, None)} or said == {}  # at most once in ten seconds
    assert Watchdog().look([At(P, 5, 2)], 100.0, lambda _: False) == Verdict(True, {P}, None)
