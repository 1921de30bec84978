"""A fact's form is frozen: the attributes it has, the places of a row, the codes of refusals. Those who read topics rest on them."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.kernel.contracts.facts import Row, canonical, row_as_json
from services.kernel.errors import STATUS, Code
from services.kernel.eventlog.append import COLUMNS, Fact, Log

DAY, LATER, OPENED = date(2026, 3, 2), date(2026, 4, 1), date(2026, 2, 1)
PLACE = ("case.livelihood", "zhuhai:a-1", "zhuhai:o-1")
CODES = {
    "invalid": 400,
    "unknown-type": 400,
    "unknown-kind": 400,
    "unknown-reference": 409,
    "conflict": 409,
    "illegal-transition": 409,
    "personal-data": 400,
    "not-allowed": 403,
    "too-late": 409,
    "too-early": 400,
}


def row(*values: object) -> str:
    return json.dumps(list(values))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (Row("units", "unit.shop", None, None, "{}", DAY), row("units", "unit.shop", None, None, None, "2026-03-02")),
        (Row("cases.opened", *PLACE, "{}", DAY, DAY), row("cases.opened", *PLACE, None, "2026-03-02", "2026-03-02")),
        (Row("amounts", *PLACE, "{}", DAY, DAY, 0), row("amounts", *PLACE, None, "2026-03-02", "2026-03-02", 0)),
        (Row("cases.cohort", *PLACE, canonical({"b": "2", "a": "1"}), DAY, LATER, 1, OPENED, canonical({"of": "unit/zhuhai:u"})),
         row("cases.cohort", *PLACE, {"a": "1", "b": "2"}, "2026-03-02", "2026-04-01", None, "2026-02-01", {"of": "unit/zhuhai:u"})),
    ],
)  # fmt: skip
def test_a_row_has_ten_places_and_drops_the_empty_ones_at_its_end(written: Row, read: str) -> None:
    body = Log("cases", "v").written(_fact(now=[written]), 0, 1, 1, datetime(2026, 3, 2, tzinfo=UTC)).record[COLUMNS.index("body")]

    assert json.dumps(json.loads(body)["data"]["now"][0]) == read
    assert len(row_as_json(written)) == len(json.loads(read))


def test_a_fact_has_these_attributes_and_no_other_of_its_own() -> None:
    fact = _fact(causation="urn:s#e-1", caused_by="dependant", stated="2026-03-01T00:00:00Z", extensions={"traceparent": "00-a"})
    written = Log("cases", "ab12").written(fact, 3, 42, 2, datetime(2026, 3, 2, tzinfo=UTC))

    told = json.loads(written.record[COLUMNS.index("body")])

    assert UUID(told.pop("id")).version == 7
    assert told == {
        "specversion": "1.0",
        "source": "urn:wangge:cases",
        "type": "org.wangge.case.moved.v1",
        "subject": "case/zhuhai:c-1",
        "time": "2026-03-02T01:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "00000000000000000042",
        "sourceepoch": 2,
        "catalogueversion": "ab12",
        "recordedtime": "2026-03-02T00:00:00Z",
        "causationid": "urn:s#e-1",
        "causedby": "dependant",
        "statedtime": "2026-03-01T00:00:00Z",
        "traceparent": "00-a",
        "data": {"case": "zhuhai:c-1", "was": [], "now": []},
    }


def test_what_does_not_apply_is_left_out() -> None:
    told = json.loads(Log("cases", "v").written(_fact(), 0, 1, 1, datetime(2026, 3, 2, tzinfo=UTC)).record[COLUMNS.index("body")])

    assert not {"causationid", "causedby", "statedtime"} & set(told)


def test_the_codes_of_refusals_and_their_status_are_those_of_the_contract() -> None:
    assert {code.value: STATUS[code] for code in Code} == CODES


def _fact(
    *,
    now: list[Row] | None = None,
    causation: str | None = None,
    caused_by: str | None = None,
    stated: str | None = None,
    extensions: dict[str, str | int | bool] | None = None,
) -> Fact:
    subject = "case/zhuhai:c-1"
    data = {"case": "zhuhai:c-1"}
    return Fact("org.wangge.case.moved.v1", subject, subject, "2026-03-02T01:00:00Z", data, [], now or [], causation, caused_by, stated, extensions or {}, None)
