import json
import struct
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contracts.facts import Row, canonical
from services.metrics.fold import MOST, Folder
from tests.unit.metrics.facts import body, occurrence, stretch

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


class Reading:
    """A folder whose axes are numbered as they come."""

    def __init__(self):
        self.folder, self.axes = Folder(), {}

    def read(self, fact):
        letter = self.folder.read(fact, 7)
        if not letter.complete:
            for axes in self.folder.missing.values():
                self.axes.setdefault(axes, len(self.axes) + 1)
            self.folder.learn(self.axes)
            letter = self.folder.read(fact, 7)
        assert letter.complete
        return letter

    def lines(self, fact):
        letter = self.read(fact)
        assert letter.fault is None, letter.fault
        by_number = {number: axes for axes, number in self.axes.items()}
        lines = [line for packed in letter.packed for line in unpack(packed)]
        assert letter.lines == len(lines)
        return [(by_number[axis], sign, thing, *rest) for sign, thing, axis, *rest in lines]


def unpack(packed):
    """A packed record's lines, read as PostgreSQL's manual has it: fields of a length (-1: null) and a value; arrays of such fields."""
    thing, taken, lines, roles = _fields(packed)
    numbers = [int.from_bytes(field, signed=True) for field in _array(lines, oid=20)]
    texts = [None] * (len(numbers) // 4) if roles is None else [text and text.decode() for text in _array(roles, oid=25)]
    for place, text in enumerate(texts):
        axis, span, value, since = numbers[4 * place : 4 * place + 4]
        first, after = span >> 32, span & 0xFFFFFFFF
        day = date(2000, 1, 1) + timedelta(first)
        until = None if after == 0xFFFFFFFF else day + timedelta(after)
        known = None if since == 2**31 else date(2000, 1, 1) + timedelta(since)
        yield (-1 if place < int.from_bytes(taken) else 1), thing.decode(), axis, day, until, value, known, text


def _fields(data):
    fields = []
    while data:
        (length,), data = struct.unpack(">i", data[:4]), data[4:]
        fields.append(None if length == -1 else data[:length])
        data = data[max(length, 0) :]
    return fields


def _array(data, oid):
    dimensions, nulls, element, length, lower = struct.unpack(">iiiii", data[:20])
    fields = _fields(data[20:])
    assert (dimensions, nulls, element, length, lower) == (1, int(None in fields), oid, len(fields), 1)
    return fields


def test_what_a_fact_takes_back_counts_minus_one_and_what_it_puts_plus_one():
    fact = body(1, was=[stretch(MARCH)], now=[stretch(MARCH, APRIL), occurrence(APRIL)])

    lines = Reading().lines(fact)

    axes = ("cases.open", "case.livelihood", "zhuhai:g-1", "zhuhai:o-1", "{}")
    assert lines == [
        (axes, -1, "case/zhuhai:c-1", MARCH, None, 1, None, None),
        (axes, 1, "case/zhuhai:c-1", MARCH, APRIL, 1, None, None),
        (("cases.moved", *axes[1:4], '{"state":"new"}'), 1, "case/zhuhai:c-1", APRIL, APRIL, 1, None, None),
    ]


def test_sequence_epoch_and_offset_come_with_the_letter():
    letter = Folder().read(body(42, epoch=3), 1234)

    assert (letter.sequence, letter.epoch, letter.offset, letter.packed, letter.fault) == (42, 3, 1234, [], None)


_key = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=20)
_texts = st.dictionaries(_key, _key, max_size=3)
_days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def _rows(draw):
    day = draw(_days)
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
        draw(st.none() | _days),
        None if roles is None else canonical(roles),
    )


@given(st.lists(_rows(), max_size=4), st.lists(_rows(), max_size=4))
def test_every_row_a_room_can_write_comes_back_as_it_was(was, now):
    reading = Reading()
    fact = body(1, was, now)

    once, again = reading.lines(fact), reading.lines(fact)  # first decoded, then from the halves remembered

    assert once == again
    assert [(sign, Row(*axes, day, until, value, since, roles)) for axes, sign, _, day, until, value, since, roles in once] == [
        *((-1, row) for row in was),
        *((1, row) for row in now),
    ]


def test_axes_without_a_number_are_asked_for_and_the_letter_is_marked_incomplete():
    folder = Folder()

    letter = folder.read(body(1, now=[stretch(MARCH), occurrence(MARCH)]), 0)

    assert {axes[0] for axes in folder.missing.values()} == {"cases.open", "cases.moved"}
    assert (letter.complete, letter.packed) == (False, [])
    assert not folder.read(body(2, now=[stretch(MARCH)]), 1).complete


@given(st.lists(_rows(), max_size=4), st.lists(_rows(), max_size=4))
def test_axes_that_are_expected_as_rooms_write_them_need_not_be_asked_for(was, now):
    asked, expecting = Reading(), Folder()
    fact = body(1, was, now)
    letter = asked.read(fact)

    expecting.expect(asked.axes)

    assert expecting.read(fact, 7) == letter
    assert expecting.missing == {}


def test_facts_that_share_halves_of_rows_are_told_apart():
    reading = Reading()
    places, days = ("zhuhai:g-1", "zhuhai:g-2", None), (MARCH, APRIL)

    for _ in range(2):
        for place in places:
            for day in days:
                ((axes, _, _, first, until, *_),) = reading.lines(body(1, now=[stretch(day, area=place)]))
                assert (axes[2], first, until) == (place, day, None)


_few_days = st.sampled_from([MARCH, APRIL])
_alike = st.builds(
    lambda place, day, until, value, since, roles: stretch(day, until, area=place, value=value, since=since, roles=roles),
    st.sampled_from(["zhuhai:g-1", None]),
    _few_days,
    st.sampled_from([None, APRIL]),
    st.sampled_from([1, 2]),
    st.none() | _few_days,
    st.sampled_from([None, '{"of":"entry/t:e"}', '{"by":"person/r:p"}']),
)


@given(st.lists(_alike, min_size=2, max_size=30))
def test_rows_that_are_much_alike_are_told_apart_whichever_came_before(rows):
    reading = Reading()

    for row in rows:
        ((axes, _, _, first, until, value, since, roles),) = reading.lines(body(1, now=[row]))
        assert Row(*axes, first, until, value, since, roles) == row


@pytest.mark.parametrize("text", ["20", ',"20', '","2026-01-01","', "}", '{"a":1}', "]", "\\", '"', "年", ",null,", "\n"])
def test_a_text_that_looks_like_the_seam_of_a_row_is_a_text_like_any(text):
    row = Row(text, text, text, text, canonical({text: text, "20" + text: "20"}), MARCH, APRIL, 7, MARCH, canonical({text: text}))
    reading = Reading()

    for _ in range(2):
        assert reading.lines(body(1, now=[row])) == [((text, text, text, text, row.dims), 1, "case/zhuhai:c-1", MARCH, APRIL, 7, MARCH, row.roles)]


def test_spaces_and_elements_of_a_later_version_change_nothing():
    fact = msgspec.json.decode(body(1, now=[stretch(MARCH, APRIL, value=3)]))
    fact["data"]["now"][0] += [None, None, "of a later version"]

    assert Reading().lines(json.dumps(fact, indent=2).encode()) == Reading().lines(body(1, now=[stretch(MARCH, APRIL, value=3)]))


@pytest.mark.parametrize("day", [date(1949, 10, 1), date(1999, 12, 31), date(2000, 1, 1), date(2099, 1, 1), date(9999, 12, 31), date(1, 1, 1)])
def test_days_of_any_century_are_kept(day):
    ((*_, first, until, _, since, _),) = Reading().lines(body(1, now=[stretch(day, day, since=day)]))

    assert (first, until, since) == (day, day, day)


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
    letter = Folder().read(value, 5)

    assert letter.fault is not None
    assert (letter.sequence, letter.offset, letter.lines, letter.packed, letter.body) == (None, 5, 0, [], value or b"")


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_body_whatever_makes_reading_fail(value):
    Folder().read(value, 0)
