"""Sums of strips are what adding up cell by cell gives: however they are told, in however many blocks, looked up by edges or cell by cell."""

import itertools
from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.blocks import block_of, joined, with_more
from services.gateway.figures.strips import Chosen, Strips

SPAN = 12


class Cell(NamedTuple):
    strip: int
    day: int
    later: int
    value: int
    count: int


DAY = st.integers(0, SPAN - 1)
CELL = st.builds(Cell, st.integers(0, 3), DAY, DAY, st.sampled_from([-5, -1, 0, 1, 2, 2**40]), st.integers(-2, 2))
TOLD = st.lists(st.lists(CELL, max_size=12), max_size=6)
EDGES = st.lists(st.integers(0, SPAN), min_size=2, max_size=6, unique=True).map(sorted)


def filled(strips: Strips, told: list[list[Cell]]) -> Strips:
    for cells in told:
        strips = strips.with_cells(*(np.array(column, np.int64) for column in zip(*cells, strict=True))) if cells else strips
    return strips


def expected(told: list[list[Cell]], sums: list[int], buckets: list[tuple[int, int]], until: int | None) -> list[list[tuple[int, int]]]:
    found = [[(0, 0)] * len(buckets) for _ in sums]
    for cell in (cell for cells in told for cell in cells):
        for number, (start, end) in enumerate(buckets):
            if cell.strip < len(sums) and sums[cell.strip] >= 0 and start <= cell.day < end and (until is None or cell.later <= until):
                had = found[sums[cell.strip]][number]
                found[sums[cell.strip]][number] = (had[0] + cell.value, had[1] + cell.count)
    return found


def asked(strips: Strips, sums: list[int], buckets: list[tuple[int, int]], until: int | None) -> list[list[tuple[int, int]]]:
    numbers = np.array(sums, np.int64)
    chosen = Chosen(np.flatnonzero(numbers >= 0), numbers[numbers >= 0], len(sums))
    values, counts = strips.sums(chosen, buckets, until)
    return [list(zip(*pair, strict=True)) for pair in zip(values.tolist(), counts.tolist(), strict=True)]


@given(TOLD, st.lists(st.integers(-1, 1), min_size=4, max_size=4), EDGES)
def test_any_days_of_any_strips_add_up_to_what_was_told(told: list[list[Cell]], sums: list[int], edges: list[int]) -> None:
    buckets = list(itertools.pairwise(edges))

    assert asked(filled(Strips(SPAN), told), sums, buckets, None) == expected(told, sums, buckets, None)


@given(TOLD, st.lists(st.integers(-1, 1), min_size=4, max_size=4), EDGES, st.one_of(st.none(), st.integers(-2, SPAN)))
def test_of_cells_with_a_later_day_only_those_up_to_it_count(told: list[list[Cell]], sums: list[int], edges: list[int], until: int | None) -> None:
    buckets = list(zip(edges[::2], edges[1::2], strict=False))  # with gaps between them

    assert asked(filled(Strips(SPAN, SPAN), told), sums, buckets, until) == expected(told, sums, buckets, until)


@pytest.mark.parametrize("late", [1, SPAN])
@given(told=TOLD, days=st.integers(0, 5), more=st.integers(0, 5), edges=EDGES)
def test_days_before_the_first_move_all_others(late: int, told: list[list[Cell]], days: int, more: int, edges: list[int]) -> None:
    buckets = list(itertools.pairwise(edges))
    moved = filled(Strips(SPAN, late), told).moved(days, SPAN + days + more)

    assert asked(moved, [0, 1, 2, 3], [(start + days, end + days) for start, end in buckets], None) == expected(told, [0, 1, 2, 3], buckets, None)
    assert moved.late == (1 if late == 1 else moved.span)


@given(st.lists(st.dictionaries(st.integers(0, 2**34), st.tuples(st.integers(-(2**50), 2**50), st.integers(-9, 9)), min_size=1, max_size=9), max_size=9))
def test_blocks_hold_each_key_once_and_few_of_them_hold_all(told: list[dict[int, tuple[int, int]]]) -> None:
    blocks = ()
    values: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for one in told:
        blocks = with_more(blocks, block_of(*(np.array(column, np.int64) for column in zip(*((key, *pair) for key, pair in one.items()), strict=True))))
        values.update({key: value for key, (value, _) in one.items()})
        counts.update({key: count for key, (_, count) in one.items()})

    found: dict[int, tuple[int, int]] = {}
    for block in blocks:
        keys, *numbers = (column.tolist() for column in block.each())
        assert keys == sorted(set(keys))
        for key, value, count in zip(keys, *numbers, strict=True):
            had = found.get(key, (0, 0))
            found[key] = (had[0] + value, had[1] + count)
    assert {key: pair for key, pair in found.items() if pair != (0, 0)} == {key: (values[key], counts[key]) for key in values if values[key] or counts[key]}
    assert all(len(one.keys) >= 4 * len(other.keys) for one, other in itertools.pairwise(blocks))


def test_running_sums_are_narrow_only_while_they_fit() -> None:
    small = block_of(*(np.array(column, np.int64) for column in ([1, 2], [2**30, -(2**30)], [1, 1])))
    large = block_of(*(np.array(column, np.int64) for column in ([5, 6], [2**30, 2**30 - 1], [1, 1])))
    both = joined(large, block_of(np.array([9]), np.array([7]), np.array([1])))

    assert (small.values.dtype, large.values.dtype, both.values.dtype) == (np.int32, np.int32, np.int64)
    assert both.each()[1].tolist() == [2**30, 2**30 - 1, 7]
