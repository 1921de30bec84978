"""A loop that keeps a pace begins at once after a rest, and otherwise not too often."""

import pytest

from services.kernel import pace as module
from services.kernel.pace import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its one element is the time; sleeping moves it on."""
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "sleep", sleep)
    return now


async def test_the_first_round_and_one_after_a_rest_begin_at_once(clock: list[float]) -> None:
    pace = Pace()
    await pace.keep(0.5)
    assert clock == [100.0]

    clock[0] += 0.5
    await pace.keep(0.5)

    assert clock == [100.5]


async def test_rounds_that_follow_each_other_begin_a_pause_apart_whatever_they_take(clock: list[float]) -> None:
    pace, began = Pace(), []
    for work in (0.125, 0.25, 0.0, 0.375):
        await pace.keep(0.5)
        began.append(clock[0])
        clock[0] += work

    assert began == [100.0, 100.5, 101.0, 101.5]


async def test_the_pause_may_differ_from_round_to_round(clock: list[float]) -> None:
    pace = Pace()
    await pace.keep(0.5)
    await pace.keep(0.125)

    assert clock == [100.125]
