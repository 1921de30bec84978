"""One attempt: events are told, something happens, and what is left of them is counted."""

import random
import time

from deploy.local.platform import Platform
from tests.faults.fault import Fault, Verdict
from tests.faults.judging import facts_of, recount, wait_until_counted
from tests.faults.telling import telling
from tests.support.district import District

PATIENCE = 90.0
"""Seconds in which figures must be without lag again, by themselves."""


def attempt(platform: Platform, fault: Fault, seed: int = 1) -> Verdict:
    """Tells work, brings the fault about in the middle of it, waits until the figures have healed, and judges.

    The same seed draws the same chances. AssertionError where the fault could not be brought about.
    """
    chance = random.Random(f"{fault.name} {seed}")
    with telling(platform, chance, fault.via) as told:
        told.wait_for(chance.randrange(1, 6))
        fault.happen(platform, chance)
        healing = time.monotonic()
    unexplained = _what_never_healed(platform, told.district)
    recovery = time.monotonic() - healing
    unexplained += [str(difference) for difference in recount(platform)["differences"]]
    unexplained += [f"{name} gave up" for name in _dead(platform)]
    facts = facts_of(platform, told.district.accepted)
    told.district.close()
    assert not told.district.refused, "the work that is told is all good"
    return Verdict(
        events=len(told.district.accepted),
        lost=tuple(one for one, count in facts.items() if count == 0),
        doubled=tuple(one for one, count in facts.items() if count > 1),
        unexplained=tuple(unexplained),
        recovery_s=round(recovery, 2),
    )


def _what_never_healed(platform: Platform, district: District) -> list[str]:
    try:
        wait_until_counted(platform, district, within=PATIENCE)
    except AssertionError as error:
        return [str(error)]
    return []


def _dead(platform: Platform) -> list[str]:
    """The processes that are down; they are started again, for the next attempt."""
    wanted = {"kafka", "postgres", *(one.name for one in platform.plan.services)}
    dead = sorted(wanted - set(platform.pids()))
    for name in dead:
        platform.start_process(name)
    return dead
