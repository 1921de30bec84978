import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.model import Letter, Stop, Watermark, choose, cut


def letter(sequence, *, epoch=1, offset=None, fault=None):
    return Letter(sequence, epoch, sequence * 10 if offset is None and sequence is not None else offset, [], b"", fault)


def sequences(chosen):
    return [one.sequence for one in chosen.letters]


AT_TEN = Watermark(1, 10, "topic", 101)


def test_the_exactly_next_letters_are_taken_and_the_offset_follows_them():
    chosen = choose(AT_TEN, [letter(11), letter(12)])

    assert sequences(chosen) == [11, 12]
    assert chosen.watermark == Watermark(1, 12, "topic", 121)
    assert (chosen.repeated, chosen.stop) == (0, None)


def test_what_came_before_is_dropped_and_counted():
    chosen = choose(AT_TEN, [letter(9), letter(10), letter(11), letter(10), letter(11)])

    assert sequences(chosen) == [11]
    assert chosen.repeated == 4


def test_a_gap_stops_before_what_is_beyond_it():
    chosen = choose(AT_TEN, [letter(11), letter(13), letter(14)])

    assert sequences(chosen) == [11]
    assert chosen.stop is Stop.GAP
    assert chosen.watermark == Watermark(1, 11, "topic", 111)


def test_what_was_missing_is_found_behind_what_was_beyond_the_gap():
    chosen = choose(AT_TEN, [letter(13, offset=500), letter(11, offset=501), letter(12, offset=502), letter(13, offset=503)])

    assert sequences(chosen) == [11, 12, 13]
    assert chosen.stop is None
    assert chosen.watermark.next_offset == 504


def test_a_later_epoch_stops_and_nothing_behind_it_is_looked_at():
    chosen = choose(AT_TEN, [letter(11), letter(1, epoch=2), letter(12)])

    assert sequences(chosen) == [11]
    assert chosen.stop is Stop.EPOCH


def test_an_earlier_epoch_is_dropped_even_where_its_number_would_be_next():
    chosen = choose(Watermark(2, 10), [letter(11, epoch=1), letter(11, epoch=2)])

    assert [one.epoch for one in chosen.letters] == [2]
    assert chosen.repeated == 1


def test_from_the_log_facts_of_earlier_epochs_are_taken_too():
    from_log = Letter(11, 1, None, [], b"")

    assert sequences(choose(Watermark(2, 10), [from_log])) == [11]


def test_an_unreadable_letter_is_taken_where_its_header_number_is_next():
    chosen = choose(AT_TEN, [Letter(11, None, 110, [], b"", "broken"), letter(12)])

    assert sequences(chosen) == [11, 12]


def test_a_record_without_number_stands_aside_and_stops_nothing():
    chosen = choose(AT_TEN, [letter(11), Letter(None, None, 115, [], b"", "foreign"), letter(12)])

    assert sequences(chosen) == [11, 12]
    assert [one.offset for one in chosen.foreign] == [115]


def test_a_cut_ends_before_the_letter_that_is_one_too_many():
    letters = [letter(11), letter(12, fault="a"), letter(13), letter(14, fault="b"), letter(15)]

    chosen = cut(choose(AT_TEN, letters), 1, AT_TEN)

    assert sequences(chosen) == [11, 12, 13]
    assert chosen.watermark == Watermark(1, 13, "topic", 131)
    assert chosen.stop is Stop.BUDGET


def test_a_cut_that_allows_nothing_stays_at_the_watermark():
    chosen = cut(choose(AT_TEN, [letter(11, fault="a")]), 0, AT_TEN)

    assert (sequences(chosen), chosen.watermark) == ([], AT_TEN)


def test_a_cut_that_allows_all_changes_nothing():
    chosen = choose(AT_TEN, [letter(11, fault="a"), letter(12)])

    assert cut(chosen, 1, AT_TEN) is chosen


@given(st.lists(st.integers(1, 30), max_size=60), st.lists(st.integers(1, 20), max_size=8))
def test_however_letters_come_each_is_applied_once_in_order_and_none_beyond_a_gap(order, breaks):
    """The topic is told in pieces: the applied ones are always 1, 2, 3 … and end where the first missing one is."""
    watermark, applied = Watermark(1, 0), []
    pieces = [order[start : start + size] for start, size in zip(_starts(breaks), breaks, strict=True)] + [order[sum(breaks) :]]

    for piece in pieces:
        chosen = choose(watermark, [letter(number, offset=index) for index, number in enumerate(piece)])
        watermark = chosen.watermark
        applied += sequences(chosen)

    longest = _longest_run(order)
    assert applied == list(range(1, longest + 1))
    assert watermark.sequence == longest


def _starts(sizes):
    total = 0
    for size in sizes:
        yield total
        total += size


def _longest_run(order):
    reached = 0
    for number in order:
        if number == reached + 1:
            reached = number
    return reached


@pytest.mark.parametrize("offset", [0, 17])
def test_the_offset_never_passes_a_letter_that_was_not_taken(offset):
    chosen = choose(Watermark(1, 0), [letter(2, offset=offset), letter(3, offset=offset + 1)])

    assert chosen.watermark.next_offset is None
