from services.metrics.model import Chosen, Letter, Partition, Stop, Watermark
from services.metrics.stops import News, Retry, Stops

P = Partition("cases.v1", 3)


def letters(*offsets):
    return [Letter(None, None, offset, [], b"") for offset in offsets]


def choice(stop, taken=()):
    return Chosen(letters(*taken), [], Watermark(1, 1), 0, stop)


def test_a_partition_that_goes_well_is_no_news():
    assert Stops().note(P, choice(None, [1]), letters(1), now=0) is None


def test_a_gap_is_told_once_and_read_again_at_once_then_from_the_beginning_at_growing_intervals():
    stops = Stops()

    assert stops.note(P, choice(Stop.GAP), letters(9), now=100) == News(P, Stop.GAP, None)
    assert stops.note(P, choice(Stop.GAP), letters(9), now=100) is None

    times = [(now / 10, retry.from_beginning) for now in range(1000, 1200) for retry in stops.due(now / 10)]
    assert times == [(100.0, False), (101.0, True), (103.0, False), (108.0, True), (118.0, False)]


def test_a_stop_that_only_a_rebuild_ends_is_never_read_from_the_beginning():
    stops = Stops()
    stops.note(P, choice(Stop.EPOCH), letters(9), now=0)

    assert {retry for now in range(100) for retry in stops.due(now)} == {Retry(P, False)}


def test_it_heals_when_letters_are_taken_again():
    stops = Stops()
    stops.note(P, choice(Stop.GAP), letters(9), now=0)

    assert stops.note(P, choice(None, [7]), letters(7), now=1) == News(P, None, Stop.GAP)
    assert P not in stops


def test_reading_again_what_came_before_the_gap_does_not_heal_it():
    stops = Stops()
    stops.note(P, choice(Stop.GAP), letters(9), now=0)

    assert stops.note(P, choice(None), letters(1, 2, 3), now=1) is None
    assert P in stops


def test_it_heals_when_what_stopped_it_was_passed_without_a_stop():
    stops = Stops()
    stops.note(P, choice(Stop.EPOCH), letters(9), now=0)

    assert stops.note(P, choice(None), letters(8, 9), now=1) == News(P, None, Stop.EPOCH)


def test_one_reason_may_follow_another():
    stops = Stops()
    stops.note(P, choice(Stop.GAP), letters(9), now=0)

    assert stops.note(P, choice(Stop.EPOCH), letters(12), now=1) == News(P, Stop.EPOCH, Stop.GAP)


def test_partitions_of_other_workers_are_forgotten():
    stops = Stops()
    stops.note(P, choice(Stop.GAP), letters(9), now=0)

    assert stops.forget({Partition("cases.v1", 4)}) == [(P, Stop.GAP)]
    assert stops.due(100) == []
