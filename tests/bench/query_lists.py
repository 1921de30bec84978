"""Questions that cells cannot answer: distinct people over free ranges, the first time and again at the same watermark, and pages of a list of a million cases."""

import time
from datetime import timedelta
from random import Random

from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.question import Given, read_question
from tests.bench.query_world import COMMUNITIES, FIRST, STREETS, TODAY

FIRST_TIME, AGAIN = "distinct people, the first time", "distinct people, again"
PAGES = {"items, a page": ("cases.open", Side()), "items, a page of those not resolved": ("cases.resolution_rate", Side(None, "num"))}
_PAGE = 100
_PAGES = 10  # of one list, then another is begun


async def first_times(figures: Figures, reader: Reader) -> dict[str, float]:
    """Milliseconds of the first question of each sort after a start, and until what it asks about is remembered: later ones find it so."""
    found = {}
    for name, metric in (("people", "volunteer.people"), ("open cases", "cases.open"), ("cases made", "cases.resolution_rate")):
        started = time.perf_counter()
        await figures.answer(read_question(metric, Given([("from", FIRST.isoformat()), ("to", TODAY.isoformat())])), reader)
        found[f"first question about {name}"] = (time.perf_counter() - started) * 1000
        await figures.shelf.ready()
        found[f"until {name} are remembered"] = (time.perf_counter() - started) * 1000
    return found


async def list_times(figures: Figures, reader: Reader, count: int) -> dict[str, list[float]]:
    """Milliseconds of each, so many of each."""
    chance = Random("lists")
    found: dict[str, list[float]] = {name: [] for name in (FIRST_TIME, AGAIN, *PAGES)}
    for _ in range(count):
        first = FIRST + timedelta(days=chance.randint(0, 200))
        days = [("from", first.isoformat()), ("to", min(TODAY, first + timedelta(days=chance.randint(7, 365))).isoformat())]
        question = read_question("volunteer.people", Given([*days, ("area", _node(chance))]))
        for name in (FIRST_TIME, AGAIN):
            started = time.perf_counter()
            await figures.answer(question, reader)
            found[name].append((time.perf_counter() - started) * 1000)
    for name, (metric, side) in PAGES.items():
        while len(found[name]) < count:
            listed, cursor = read_question(metric, Given([("from", FIRST.isoformat()), ("area", _node(chance))])), None
            for _ in range(_PAGES):
                started = time.perf_counter()
                page = await figures.items(Page(listed, side, cursor, _PAGE), reader)
                found[name].append((time.perf_counter() - started) * 1000)
                cursor = page.get("next")
                if cursor is None:
                    break
    return found


def _node(chance: Random) -> str:
    return chance.choice(["q:d", f"q:s{chance.randint(1, STREETS)}", f"q:c{chance.randint(1, COMMUNITIES)}"])
