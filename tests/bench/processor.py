"""How many facts a second are counted: by the metrics worker with its commits, by a loop that only decodes the same topic, and by what others would take.

Each round runs them one after the other, so that a busy moment of the machine falls on all of them alike; shares are taken within a round. Each reads its topic
from the start, and the first quarter is warm-up: there the worker meets most axes for the first time and has them numbered. Processor time is told in
microseconds a fact for the contestant (client), PostgreSQL and the broker. The sums of each are held up to the truth, which is added up another way (load/editions.py).
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

import asyncpg
import psutil

from deploy.local.platform import Platform
from tests.bench.contest import LOOP, PEERS, Contestant, Result, run
from tests.bench.load.editions import editions, truth
from tests.bench.load.prepared import LOADS, PREFIX, facts_of
from tests.bench.load.topic import fill
from tests.bench.load.work import LIVE
from tests.bench.own import Raced, counted
from tests.bench.peers.environment import PeersMissingError, python_with_peers
from tests.bench.place import Place, own_place
from tests.bench.rows import Rows, say
from tests.bench.sustained import sustained

FACTS = int(os.environ.get("BENCH_FACTS", "100000"))
SHORT = min(FACTS, 6_000)  # for contestants that would take minutes
SUSTAIN_S = float(os.environ.get("BENCH_SUSTAIN_S", "20"))
ALONE, BESIDE, MERGE = "Wangge processor", "Wangge processor, merge beside it", "Wangge merge alone"
SHORT_TOPIC = "short"

Found = dict[str, list[Result]]


class Course(NamedTuple):
    """A topic, and what its sums must be."""

    topic: str
    facts: int
    truth: str


def measure(platform: Platform, rounds: int) -> Rows:
    """All contestants on this platform, whose services rest meanwhile."""
    load = psutil.getloadavg()
    rows = asyncio.run(_measure(platform, rounds))
    say(f"load of the machine before: {load}, after: {psutil.getloadavg()}")
    return rows


async def _measure(platform: Platform, rounds: int) -> Rows:
    rows: Rows = []
    async with own_place(platform, *LOADS, SHORT_TOPIC, *(f"{name}-sustained" for name in LOADS)) as place:
        live, backfill, short_topic, *fed = place.topics
        courses = {name: await _lay(place, topic, name, FACTS) for name, topic in zip(LOADS, (live, backfill), strict=True)}
        short = await _lay(place, short_topic, LIVE, SHORT)
        connection = await asyncpg.connect(place.dsns["owner"], statement_cache_size=0, command_timeout=600)
        for name, course in courses.items():
            found: Found = {}
            ways: list[Raced] = []
            for turn in range(rounds):
                await _round(place, connection, course, short if name == LIVE else None, found, ways)
                say(f"{name}, round {turn + 1}: { ({who: round(results[-1].rate) for who, results in found.items()}) }")
            rows += rows_of(name, found)
            rows.append({"name": f"{name}: commits of the processor", "unit": "commits/s", "rounds": [round(one.commits, 1) for one in ways]})
            rows.append({"name": f"{name}: first quarter, axes new to the processor", "unit": "facts/s, cold", "rounds": [round(one.cold) for one in ways]})
        if SUSTAIN_S:
            for name, topic in zip(LOADS, fed, strict=True):
                rows += await sustained(place, connection, topic, name, SUSTAIN_S)
        await connection.close()
    return rows


async def _lay(place: Place, topic: str, name: str, facts: int) -> Course:
    told, shift = facts_of(name)
    number, size = await fill(place.kafka, topic, editions(told, facts, prefix=PREFIX, shift=shift))
    say(f"{name}: {number} facts of {size:.0f} bytes and {facts_of(name).rows:.1f} rows")
    return Course(topic, number, truth(told, number, shift=shift))


async def _round(place: Place, connection: asyncpg.Connection, course: Course, short: Course | None, found: Found, ways: list[Raced]) -> None:
    """Each contestant once; peers only where there is a short topic for the slow ones."""

    def note(name: str, result: Result) -> None:
        found.setdefault(name, []).append(result)

    note(LOOP.name, await run(LOOP, sys.executable, place.kafka, course.topic, course.facts, None, place.servers))
    alone, left, way = await counted(place, connection, course.topic, course.facts, course.truth, merging=False)
    note(ALONE, alone)
    note(MERGE, left)
    ways.append(way)
    note(BESIDE, (await counted(place, connection, course.topic, course.facts, course.truth, merging=True))[0])
    for who in PEERS if short else ():
        before = found.get(who.name, [])
        failed = bool(before) and not before[-1].rate  # it will not do better the next time, and may take long to fail
        note(who.name, before[-1] if failed else await _peer(who, place, short if who.slow and short else course))


async def _peer(who: Contestant, place: Place, course: Course) -> Result:
    try:
        python = python_with_peers() if who.own_python else sys.executable
    except PeersMissingError as error:
        return Result(0.0, {}, f"not installed: {error}")
    return await run(who, python, place.kafka, course.topic, course.facts, course.truth, place.servers)


def rows_of(load: str, found: Mapping[str, list[Result]]) -> Rows:
    """The rows of the report: rates, each with its share of the raw loop in the same round (their median), then processor time."""
    rows: Rows = []
    peers = {who.name: who for who in PEERS}
    for name, results in found.items():
        row: dict[str, object] = {"name": f"{load}: {name}", "unit": "rows/s" if name == MERGE else "facts/s", "rounds": [round(one.rate) for one in results]}
        if name not in (MERGE, LOOP.name):
            row["of_raw"] = _share(results, found[LOOP.name])
        if name != LOOP.name:
            row["sums"] = next((one.verdict for one in results if one.verdict != "exact"), "exact")
        if name in peers:
            row |= {"peer": True, "state": peers[name].state, "facts": SHORT if peers[name].slow else FACTS}
        rows.append(row)
    for name, results in found.items():
        for who in results[0].cpu:
            used = [round(result.cpu.get(who, 0.0), 1) for result in results]
            rows.append({"name": f"{load}: {name}: processor time of {who}", "unit": f"us/{'row' if name == MERGE else 'fact'}", "rounds": used})
    return rows


def _share(results: list[Result], loop: list[Result]) -> float:
    shares = sorted(result.rate / one.rate for result, one in zip(results, loop, strict=True) if one.rate)
    return round(shares[len(shares) // 2], 2) if shares else 0.0
