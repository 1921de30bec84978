"""How long questions over a year of a district take: 541 grids, all kinds, ten million cells. Milliseconds at p50 and p99, the first question and the others.

Each question is a new one: other kinds, other days, another node of the tree, so that no answer is one that was given before. What the gateway remembers of
the cells between questions is what is measured; the first question after a start finds nothing remembered and is told apart.
"""

import asyncio
import gc
import os
import statistics
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from deploy.local.platform import Platform
from services.gateway.figures.figures import Figures
from services.gateway.figures.question import Given, read_question
from services.gateway.grants import EVERYTHING
from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.postgres.database import Database
from services.kernel.postgres.migrate import find_migrations, migrate
from tests.bench.query_lists import first_times, list_times
from tests.bench.query_world import COMMUNITIES, FIRST, GRIDS, MOVED, STREETS, TODAY, fill
from tests.bench.rows import quantile

CELLS = int(os.environ.get("BENCH_CELLS", "10000000"))
QUESTIONS = 300
LISTS = 60
CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue"
Parameters = list[tuple[str, str]]


class _Reader:
    grants = (EVERYTHING,)
    namespaces: frozenset[str] = frozenset()


def kinds_of(catalogue: Catalogue) -> list[str]:
    """As many kinds of cases as make the cells."""
    declared = [kind.id for kind in catalogue.kinds.values() if kind.family == "case"]
    wanted = max(1, round(CELLS / GRIDS / (TODAY - FIRST).days))
    return (declared + [f"case.livelihood.sort{number}" for number in range(wanted)])[:wanted]


def questions(shape: str, kinds: list[str], chance: Random) -> Parameters:
    """One question of a shape: `place` and `kind` are along one axis, `both` along both, `past` on a past tree."""
    first = FIRST + timedelta(days=chance.randint(0, 60))
    days = [("from", first.isoformat()), ("to", (TODAY - timedelta(days=chance.randint(0, 60))).isoformat())]
    node = chance.choice(["q:d", f"q:s{chance.randint(1, STREETS)}", f"q:c{chance.randint(1, COMMUNITIES)}"])
    match shape:
        case "place":
            return [*days, ("area", node), ("by", chance.choice(["area", "area:grid", "area:community"]))]
        case "series":
            return [*days, ("area", "q:d"), ("interval", chance.choice(["month", "week", "day"]))]
        case "kind":
            return [*days, *([("kind", chance.choice(kinds))] if chance.random() < 0.5 else [("by", "kind")])]
        case "both":
            return [*days, ("area", node), ("kind", chance.choice([*kinds, "case"])), ("by", chance.choice(["area", "kind", "area:grid"]))]
        case _:
            tree = ("tree", (MOVED - timedelta(days=chance.randint(1, 90))).isoformat())
            return [*days, tree, ("area", node), ("by", chance.choice(["area", "area:grid"]))]


async def times(figures: Figures, shape: str, kinds: list[str], count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each question of a shape, and how much of it this process worked: on a machine that others use as well the first says little."""
    chance, found, worked = Random(shape), [], []
    for _ in range(count):
        question = read_question("cases.opened", Given(questions(shape, kinds, chance)))
        started, before = time.perf_counter(), time.process_time()
        await figures.answer(question, _Reader())
        found.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - before) * 1000)
    return found, worked


async def run(dsn: str, rounds: int, catalogue: Catalogue, *, filled: bool = False) -> list[dict[str, Any]]:
    """All shapes, over a database that is filled first."""
    owner = await asyncpg.connect(dsn)
    kinds = kinds_of(catalogue)
    cells = 0 if filled else await fill(owner, kinds)
    # Without the gateway's limits: a machine that others use as well may take long, and what is asked here is how long.
    database = Database(await asyncpg.create_pool(dsn, server_settings={"jit": "off", "timezone": "UTC"}))
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    rows: dict[str, list[float]] = {}
    for _ in range(rounds):
        gc.freeze()  # as the gateway does when it has started
        figures = Figures(database, catalogue, clock=lambda: now)
        started = time.perf_counter()
        await figures.answer(read_question("cases.opened", Given([("by", "area"), ("kind", kinds[0])])), _Reader())
        rows.setdefault("first question", []).append((time.perf_counter() - started) * 1000)
        await figures.shelf.ready()
        rows.setdefault("until cells are remembered", []).append((time.perf_counter() - started) * 1000)
        for shape in ("place", "series", "kind", "both", "past"):
            for name, found in zip((shape, f"{shape}, own processor time"), await times(figures, shape, kinds, QUESTIONS), strict=True):
                ordered = sorted(found)
                rows.setdefault(f"{name} p50", []).append(statistics.median(ordered))
                rows.setdefault(f"{name} p99", []).append(ordered[max(0, round(len(ordered) * 0.99) - 1)])
        for name, taken in (await first_times(figures, _Reader())).items():
            rows.setdefault(name, []).append(taken)
        for name, found in (await list_times(figures, _Reader(), LISTS)).items():
            rows.setdefault(f"{name} p50", []).append(statistics.median(found))
            rows.setdefault(f"{name} p99", []).append(quantile(found, 0.99))
    await database.close()
    await owner.close()
    return [{"name": name, "unit": "ms", "rounds": values, "cells": cells} for name, values in rows.items()]


def measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    """Of the platform only the database server is used: a database of the bench's own."""
    return asyncio.run(_measure(platform, rounds))


async def _measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    name = f"bench_query_{os.getpid()}"
    platform.stop_services()
    server = await asyncpg.connect(platform.addresses.superuser_dsn)
    dsn = platform.addresses.superuser_dsn.rpartition("/")[0] + f"/{name}"
    await server.execute(f'CREATE DATABASE "{name}"')
    try:
        await migrate(dsn, find_migrations())
        return await run(dsn, rounds, load(CATALOGUE))
    finally:
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()
