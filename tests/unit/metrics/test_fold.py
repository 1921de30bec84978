from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contracts.facts import Row, canonical
from services.metrics.fold import MOST, read
from services.metrics.model import Axes
from tests.unit.metrics.facts import body, occurrence, stretch

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


class Numbering(dict[Axes, int]):
    """Gives every axes a number when it is first asked for."""

    def get(self, key, default=None):
        return self.setdefault(key, len(self) + 1)


def lines_of(fact):
    letter = read(fact, 7, axes := Numbering(), set())
    assert letter.fault is None, letter.fault
    return [({number: key for key, number in axes.items()}[line[0]], *line[1:]) for line in letter.lines]


def test_what_a_fact_takes_back_counts_minus_one_and_what_it_puts_plus_one():
    fact = body(1, was=[stretch(MARCH)], now=[stretch(MARCH, APRIL), occurrence(APRIL)])

    lines = lines_of(fact)

    axes = ("cases.open", "case.livelihood", "zhuhai:g-1", "zhuhai:o-1", "{}")
    assert lines == [
        (axes, -1, "case/zhuhai:c-1", MARCH, None, 1, None, None),
        (axes, 1, "case/zhuhai:c-1", MARCH, APRIL, 1, None, None),
        (("cases.moved", *axes[1:4], '{"state":"new"}'), 1, "case/zhuhai:c-1", APRIL, APRIL, 1, None, None),
    ]


def test_sequence_epoch_and_offset_come_with_the_letter():
    letter = read(body(42, epoch=3), 1234, {}, set())

    assert (letter.sequence, letter.epoch, letter.offset, letter.lines, letter.fault) == (42, 3, 1234, [], None)


_key = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=20)
_texts = st.dictionaries(_key, _key, max_size=3)
_day = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def _rows(draw):
    day = draw(_day)
    until = draw(st.none() | st.dates(day, date(2101, 1, 1)))
    roles = draw(st.none() | _texts)
    return Row(
        draw(_key),
        draw(_key),
        draw(st.none() | _key),
        draw(st.none() | _key),
        canonical(draw(_texts)),
        day,
        until,
        draw(st.integers(-MOST, MOST)),
        draw(st.none() | _day),
        None if roles is None else canonical(roles),
    )


@given(st.lists(_rows(), max_size=4), st.lists(_rows(), max_size=4))
def test_every_row_a_room_can_write_comes_back_as_it_was(was, now):
    lines = lines_of(body(1, was, now))

    assert [(sign, Row(*axes, day, until, value, since, roles)) for axes, sign, _, day, until, value, since, roles in lines] == [
        *((-1, row) for row in was),
        *((1, row) for row in now),
    ]


def test_axes_without_a_number_are_asked_for_and_the_letter_is_marked_incomplete():
    missing: set[Axes] = set()

    letter = read(body(1, now=[stretch(MARCH), occurrence(MARCH)]), 0, {}, missing)

    assert {axes[0] for axes in missing} == {"cases.open", "cases.moved"}
    assert [line[0] for line in letter.lines] == [0, 0]


_good = msgspec.json.decode(body(1, now=[stretch(MARCH)]))


def _with(**changes):
    """The good fact with its only row changed."""
    row = dict(enumerate(_good["data"]["now"][0]))
    row.update({int(place[1:]): value for place, value in changes.items()})
    width = max(row) + 1
    event = {**_good, "data": {**_good["data"], "now": [[row.get(index) for index in range(width)]]}}
    return msgspec.json.encode(event)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"42",
        body(1)[:-1],
        b'{"sequence": "1"}',
        body(1).replace(b'"sourceepoch":1', b'"sourceepoch":"1"'),
        body(1).replace(b'"00000000000000000001"', b'"first"'),
        body(1).replace(b'"00000000000000000001"', b"1"),
        body(1).replace(b'"was":[]', b'"was":null'),
        body(1).replace(b'"was":[]', b'"was":[[]]'),
        body(1).replace(b'"was":[]', b'"deep":' + b"[" * 100_000 + b"]" * 100_000 + b',"was":[]'),
        body(1).replace(b'"was":[]', b'"was":[["m","k",null,null,{"a":NaN},"2026-01-01"]]'),
        _with(_0=""),
        _with(_1=None),
        _with(_1="k" * 101),
        _with(_4=[]),
        _with(_4="text"),
        _with(_4={"a": "x" * 2000}),
        _with(_4={"a": "\x00"}),
        _with(_5="2026-02-30"),
        _with(_5=None),
        _with(_5="2026-03-01T00:00:00"),
        _with(_6="2026-02-28"),
        _with(_7=MOST + 1),
        _with(_7=10**400),
        _with(_7=1.5),
        _with(_7=True),
        _with(_9="person/x"),
        _with(_9={"person": "x" * 2000}),
        _with(_9={"person": "a\x00b"}),
        _with().replace(b"case/zhuhai:c-1", b"case/\\u0000"),
        _with().replace(b"zhuhai:g-1", b"\\ud800"),
        _with(_9={"person": "S"}).replace(b'"S"', b'"\\ud800"'),
    ],
)
def test_what_is_no_fact_is_said_to_be_none(value):
    letter = read(value, 5, {}, set())

    assert letter.fault is not None
    assert (letter.sequence, letter.offset, letter.lines, letter.body) == (None, 5, [], value or b"")


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_body_whatever_makes_reading_fail(value):
    read(value, 0, {}, set())
