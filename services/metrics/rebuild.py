"""Makes the figures anew from the log, beside the live ones, compares, switches: `python -m services.metrics.rebuild [--accept] [--json]`, as the owner.

1. A new generation is filled from log.fact up to where the live one stood in one snapshot, and merged.
2. Both are compared at that point. A difference ends it (exit 1, the live one stays) unless it is accepted.
3. It catches up; then, while every writer waits, it takes the last facts and becomes the live one. Writers see the other generation and go on in it.

After a rise of the log's epoch the new watermarks stand in the new epoch, and all that the log has is taken.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import NamedTuple

import asyncpg
import structlog

from services.kernel.logs import configure
from services.kernel.postgres.database import Connection, Database
from services.kernel.postgres.queries import load
from services.kernel.settings import OwnerSettings
from services.metrics import ledger, store
from services.metrics.ahead import let_go, one_ahead
from services.metrics.compare import Difference, Place, Sums, differences, sum_up
from services.metrics.merge import merge
from services.metrics.model import Letter, Partition, Watermark, choose
from services.metrics.patience import Patience
from services.metrics.reader import Reader
from services.metrics.stretches import Stretch, stretches_of

_log = structlog.get_logger()
_SQL = load("services.metrics", "sql/rebuild.sql")
_BATCH = 5000
_FEW = 2000  # facts that may be left for the moment in which writers wait
_MERGE_ROWS = 5_000_000
_MERGE_EVERY_S = 3.0
_TRIES = 30


Work = Callable[[Connection], Awaitable[object]]


class AlreadyRunningError(Exception):
    """Another rebuild is at work."""


class LogHasGapError(Exception):
    """A fact that a counter has numbered is not in the log; nothing can be rebuilt from it."""


class Stood(NamedTuple):
    """Where the live figures stood when they were added up, and where the log ended then."""

    watermarks: Mapping[Partition, Watermark]
    ends: Mapping[Partition, int]


class Report(NamedTuple):
    """What came of it."""

    generation: int
    previous: int
    facts: int
    rows: int
    buried: int
    seconds: float
    switched: bool
    differences: list[Difference]

    def as_json(self) -> dict[str, object]:
        """The document that --json prints."""
        return {**self._asdict(), "seconds": round(self.seconds, 2), "differences": [one._asdict() for one in self.differences]}


class Rebuild:
    """One rebuild."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = Reader(database, Patience())
        self._facts = self._rows = self._buried = 0
        self._live = self._next = 0

    async def run(self, *, accept: bool = False) -> Report:
        """Rebuilds, compares, switches; returns what came of it. Leaves the live generation alone unless it switches."""
        started = time.monotonic()
        async with self._database.pool.acquire() as turn:
            if not await turn.fetchval(_SQL.take_turn):
                raise AlreadyRunningError("another rebuild is at work")
            try:
                await self._begin()
                found = await self._build_and_compare()
                switched = accept or not found
                if switched:
                    await self._catch_up()
                    await self._retrying(self._switch)
                await self._clean_up()
            finally:
                await turn.execute(_SQL.leave_turn)
        seconds = time.monotonic() - started
        return Report(self._next, self._live, self._facts, self._rows, self._buried, seconds, switched, found)

    async def _begin(self) -> None:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(_SQL.read_generations)
        assert row is not None
        self._live = row["live"]
        for leftover in (one for one in row["existing"] if one > self._live):
            await self._drop(leftover)
        self._next = self._live + 1
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.make_generation, self._next)
            await connection.execute(_SQL.copy_partitions, self._next, self._live)
            await connection.execute(_SQL.take_epoch, self._next)
            await connection.execute(_SQL.no_hurry)
            await connection.execute(_SQL.carry_axes, self._next, self._live)
        await self._retrying(lambda connection: connection.execute(_SQL.announce, self._next))

    async def _build_and_compare(self) -> list[Difference]:
        stood: asyncio.Future[Stood] = asyncio.get_running_loop().create_future()
        adding, filling = asyncio.create_task(self._add_up_live(stood)), asyncio.create_task(self._fill_as_far_as(stood))
        try:
            before, _ = await asyncio.gather(adding, filling)  # what goes wrong with either ends both
        finally:
            await let_go(adding)
            await let_go(filling)
        async with self._database.transaction(isolation="repeatable_read", readonly=True) as snapshot:
            await snapshot.execute(_SQL.no_hurry)
            return differences(before, await sum_up(snapshot, self._next))

    async def _add_up_live(self, stood: asyncio.Future[Stood]) -> dict[Place, Sums]:
        """The sums of the live figures in one snapshot; where they stood in it is told as soon as it is known."""
        async with self._database.transaction(isolation="repeatable_read", readonly=True) as snapshot:
            await snapshot.execute(_SQL.no_hurry)
            stood.set_result(Stood(await store.read_watermarks(snapshot, self._live), await self._ends(snapshot)))
            return await sum_up(snapshot, self._live)

    async def _fill_as_far_as(self, stood: asyncio.Future[Stood]) -> None:
        await self._reader.remember(self._next)
        watermarks, ends = await stood
        await self._fill_all(await self._own(), {partition: min(mark.sequence, ends.get(partition, 0)) for partition, mark in watermarks.items()})

    async def _catch_up(self) -> None:
        while True:
            async with self._database.transaction() as connection:
                own, targets = await store.read_watermarks(connection, self._next), await self._targets(connection)
            if sum(targets[partition] - watermark.sequence for partition, watermark in own.items()) <= _FEW:
                return
            await self._fill_all(own, targets)

    async def _switch(self, connection: Connection) -> None:
        """The moment in which writers wait: the last facts, and the other generation is live."""
        await connection.execute(_SQL.read_between)
        targets = await self._targets(connection)
        own = await store.read_watermarks(connection, self._next)
        async for stretch in stretches_of(own, targets, _BATCH):
            await self._fill(connection, await self._read(await self._fetch(stretch)))
        await connection.execute(_SQL.take_hints, self._next, self._live)
        await connection.execute(_SQL.switch, self._next)
        await connection.execute(_SQL.wake_readers, self._next)

    async def _clean_up(self) -> None:
        """Keeps the live generation and the one before it, which long reads may still be at; drops what is older, or was made for nothing."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(_SQL.read_generations)
        assert row is not None
        for generation in row["existing"]:
            if generation < self._live or generation > row["live"]:
                await self._drop(generation)
        if row["live"] != self._next:
            await self._retrying(lambda connection: connection.execute(_SQL.announce, None))

    # ---- parts

    async def _fill_all(self, own: Mapping[Partition, Watermark], targets: Mapping[Partition, int]) -> None:
        """Applies each partition's facts up to a sequence, and merges them: what is there already, while the next are read."""
        filled = asyncio.Event()
        merging = asyncio.create_task(self._merge_until(filled))
        try:
            async with aclosing(one_ahead(stretches_of(own, targets, _BATCH), self._fetch)) as fetched, aclosing(one_ahead(fetched, self._read)) as read:
                async for letters in read:
                    async with self._database.transaction() as connection:
                        await self._fill(connection, letters)
            filled.set()
            await merging
        finally:
            await let_go(merging)

    async def _fetch(self, stretch: Stretch) -> tuple[Stretch, list[asyncpg.Record]]:
        """The facts of a stretch, as they lie in the log."""
        async with self._database.transaction(readonly=True) as connection:
            return stretch, await connection.fetch(_SQL.read_facts, *stretch.partition, stretch.after, stretch.last)

    async def _read(self, fetched: tuple[Stretch, list[asyncpg.Record]]) -> tuple[Stretch, list[Letter]]:
        """The facts of a stretch as letters. No transaction is open meanwhile: it may take longer than one may lie idle."""
        stretch, facts = fetched
        letters = (await self._reader.read(self._next, {stretch.partition: [(fact["body"], None) for fact in facts]}))[stretch.partition]
        for letter, fact in zip(letters, facts, strict=True):
            if letter.fault is not None:
                letter.sequence = fact["sequence"]
        return stretch, letters

    async def _fill(self, connection: Connection, read: tuple[Stretch, list[Letter]]) -> None:
        """Applies a stretch of facts; LogHasGapError where one of them is missing."""
        (partition, _, last), letters = read
        before = await store.lock_watermarks(connection, self._next, [partition])
        choice = choose(before[partition], letters)
        if choice.stop is not None or choice.watermark.sequence != last:
            raise LogHasGapError(f"{partition.topic} {partition.partition}: the fact after {choice.watermark.sequence} is not in the log as it should be")
        written = await ledger.write(connection, self._next, before, {partition: choice})
        self._facts, self._rows, self._buried = self._facts + len(letters), self._rows + written.rows, self._buried + written.buried

    async def _merge_until(self, filled: asyncio.Event) -> None:
        """Merges now and then, and when all is filled whatever is left."""
        waiting, last = 1, False
        while waiting or not last:
            with suppress(TimeoutError):
                await asyncio.wait_for(filled.wait(), _MERGE_EVERY_S)
            last = filled.is_set()  # asked before the merge: what is filled while it runs is for the next
            async with self._database.transaction() as connection:
                await connection.execute(_SQL.no_hurry)
                await connection.execute(_SQL.much_memory)
                _, waiting = await merge(connection, self._next, _MERGE_ROWS)

    async def _own(self) -> dict[Partition, Watermark]:
        async with self._database.transaction() as connection:
            return await store.read_watermarks(connection, self._next)

    async def _targets(self, connection: Connection) -> dict[Partition, int]:
        """Up to where to go: where the live generation stands, or, in a new epoch, where the log ends."""
        live, own = await store.read_watermarks(connection, self._live), await store.read_watermarks(connection, self._next)
        ends = await self._ends(connection)
        return {partition: live[partition].sequence if live[partition].epoch == mine.epoch else ends.get(partition, 0) for partition, mine in own.items()}

    async def _ends(self, connection: Connection) -> Mapping[Partition, int]:
        return {Partition(row["topic"], row["partition"]): row["n"] for row in await connection.fetch(_SQL.read_ends)}

    async def _drop(self, generation: int) -> None:
        await self._retrying(lambda connection: connection.execute(_SQL.drop_generation, generation), switch=False)
        _log.info("dropped a generation", generation=generation)

    async def _retrying(self, work: Work, *, switch: bool = True) -> None:
        """Does work under locks that others wait behind: gives up after a second, lets them pass, and tries again."""
        for attempt in range(_TRIES):
            try:
                async with self._database.transaction() as connection:
                    await connection.execute(_SQL.short_wait)
                    if switch:
                        await connection.execute(_SQL.lock_switch)
                    await work(connection)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(0.5)
            else:
                return


async def rebuild(settings: OwnerSettings, *, accept: bool) -> Report:
    """Connects, rebuilds, and lets go."""
    database = await Database.connect(settings.postgres.get_secret_value(), name="rebuild", max_size=6, wait_s=None)
    try:
        return await Rebuild(database).run(accept=accept)
    finally:
        await database.close()


def main() -> int:
    """The command: 0 if it switched, 1 if differences kept it from that."""
    parser = argparse.ArgumentParser(prog="python -m services.metrics.rebuild", description="Make the figures anew from the log, compare, and switch.")
    parser.add_argument("--accept", action="store_true", help="switch although there are differences")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    configure("rebuild", json=arguments.json)
    report = asyncio.run(rebuild(OwnerSettings(), accept=arguments.accept))  # type: ignore[call-arg]  # from the environment
    if arguments.json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(report)
    return 0 if report.switched else 1


def _print(report: Report) -> None:
    out = sys.stdout.write
    out(f"generation {report.generation}: {report.facts} facts, {report.rows} rows, {report.buried} dead letters, {report.seconds:.1f} s\n")
    for one in report.differences:
        out(f"  {one.part} of {one.measure} {one.kind}: value {one.live_value} → {one.rebuilt_value}, count {one.live_count} → {one.rebuilt_count}\n")
    out(
        "switched\n"
        if report.switched
        else f"not switched: {len(report.differences)} differences, generation {report.previous} stays live (--accept switches)\n"
    )


if __name__ == "__main__":
    sys.exit(main())
