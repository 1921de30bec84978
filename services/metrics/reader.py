"""Bodies into letters: decoded, folded, and their axes numbered for the generation that is live."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg

from services.kernel.postgres.database import Database
from services.metrics import store
from services.metrics.batch import Batch
from services.metrics.fold import Folder
from services.metrics.model import Axes, Letter, Partition
from services.metrics.patience import Patience

_AXES_KEPT = 1_000_000  # about 300 MB; beyond that the numbers are asked for again
_AT_ONCE = 500

Body = tuple[bytes | None, int | None]
"""What was told, and its offset in the topic (None: from the log)."""


class Reader:
    """Reads for one generation at a time and remembers its axes."""

    def __init__(self, database: Database, patience: Patience) -> None:
        self._database = database
        self._patience = patience
        self._folder = Folder()
        self._generation: int | None = None

    async def generation(self) -> int:
        """The generation that is read for; the live one, when first asked and after `renew`."""
        if self._generation is None:
            self._generation = await self._patience.insist(self._read_live)
        return self._generation

    async def renew(self) -> int:
        """Forgets the generation and its axes; returns the one that is live now."""
        self._generation, self._folder = None, Folder()
        return await self.generation()

    async def remember(self, generation: int) -> None:
        """Takes in all axes that a generation has already, unless they are too many: met one by one, each would be asked for."""
        async with self._database.transaction(readonly=True) as connection:
            if await store.count_axes(connection, generation) <= _AXES_KEPT:
                async for axes in store.read_axes(connection, generation):
                    self._folder.expect(axes)

    async def read(self, generation: int, fetched: Mapping[Partition, Sequence[Body]]) -> dict[Partition, list[Letter]]:
        """One letter for each body, in order. Axes that have no number yet are numbered for all of them at once."""
        if len(self._folder) > _AXES_KEPT:
            self._folder = Folder()
        folder = self._folder
        letters: dict[Partition, list[Letter]] = {}
        for partition, bodies in fetched.items():
            letters[partition] = []
            for first in range(0, len(bodies), _AT_ONCE):
                letters[partition] += [folder.read(body, offset) for body, offset in bodies[first : first + _AT_ONCE]]
                await asyncio.sleep(0)  # a fetch of 10,000 takes a fifth of a second: let the health checks and the commit in between
        while incomplete := [partition for partition, some in letters.items() if not all(letter.complete for letter in some)]:
            await self._number(generation, folder)
            for partition in incomplete:
                letters[partition] = [letter if letter.complete else folder.read(letter.body, letter.offset) for letter in letters[partition]]
        return letters

    async def read_again(self, batch: Batch, generation: int) -> Batch:
        """The same letters for another generation, in which axes have other numbers; what had been found unreadable stays so."""
        again = Batch(generation)
        read = await self.read(generation, {partition: [(letter.body, letter.offset) for letter in old] for partition, old in batch.letters.items()})
        for partition, letters in read.items():
            for letter, before in zip(letters, batch.letters[partition], strict=True):
                if before.fault is not None:
                    letter.sequence, letter.fault, letter.lines, letter.packed = before.sequence, before.fault, 0, []
            again.add(generation, partition, letters)
        return again

    async def _number(self, generation: int, folder: Folder) -> None:
        missing = set(folder.missing.values())

        async def number() -> dict[Axes, int]:
            try:
                async with self._database.transaction() as connection:
                    return await store.number_axes(connection, generation, missing)
            except asyncpg.UniqueViolationError:
                return {}  # another worker was quicker with one of them: whoever asked still misses them, and asks again

        folder.learn(await self._patience.insist(number))

    async def _read_live(self) -> int:
        async with self._database.transaction() as connection:
            return await store.read_live(connection)
