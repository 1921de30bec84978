"""When the clock of ends wakes, and what it says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.kernel.lifecycle.standing import make
from services.kernel.writing.model import Entity
from services.members.clock import end_of, to_midnight


@pytest.mark.parametrize(("now", "seconds"), [("2026-05-01T15:59:59+00:00", 1), ("2026-05-01T16:00:00+00:00", 86400), ("2026-05-01T04:00:00+00:00", 12 * 3600)])
def test_midnight_is_that_of_shanghai(now: str, seconds: int) -> None:
    assert to_midnight(datetime.fromisoformat(now)) == seconds


def test_it_never_sleeps_past_midnight_nor_not_at_all() -> None:
    for minutes in range(0, 2880, 7):
        now = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=minutes, microseconds=1)
        assert 0 < to_midnight(now) <= 86400


def test_an_end_holds_from_the_first_moment_after_the_last_live_day_and_moves_no_figure() -> None:
    data = {"entry": "t:e", "kind": "entry.post", "until": "2026-05-31"}
    entity = Entity("entry/t:e", "entry", "entry.post", None, (), make(datetime(2026, 2, 1, tzinfo=UTC), "registered", data))

    fact = end_of(entity, date(2026, 5, 31))

    assert (fact.type, fact.subject, fact.key, fact.data) == ("org.wangge.entry.ended.v1", "entry/t:e", "entry/t:e", data)
    assert datetime.fromisoformat(fact.time) == datetime.fromisoformat("2026-06-01T00:00:00+08:00")
    assert (fact.was, fact.now, fact.told, fact.causation, fact.caused_by) == ((), (), None, None, "clock")
