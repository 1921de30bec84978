"""Bodies into letters: decoded, folded, and their axes numbered for the generation that is live."""

from collections.abc import Sequence

from services.kernel.postgres.database import Database
from services.metrics import store
from services.metrics.batch import Batch
from services.metrics.fold import Folder
from services.metrics.model import Axes, Letter
from services.metrics.patience import Patience

_AXES_KEPT = 1_000_000  # about 300 MB; beyond that the numbers are asked for again

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

    async def read(self, generation: int, bodies: Sequence[Body]) -> list[Letter]:
        """One letter each, in order."""
        if len(self._folder) > _AXES_KEPT:
            self._folder = Folder()
        folder = self._folder
        letters = [folder.read(body, offset) for body, offset in bodies]
        if folder.missing:
            wanted = set(folder.missing.values())
            folder.learn(await self._patience.insist(lambda: self._number(generation, wanted)))
            letters = [letter if letter.complete else folder.read(letter.body, letter.offset) for letter in letters]
        return letters

    async def read_again(self, batch: Batch, generation: int) -> Batch:
        """The same letters for another generation, in which axes have other numbers; what had been found unreadable stays so."""
        again = Batch(generation)
        for partition, old in batch.letters.items():
            letters = await self.read(generation, [(letter.body, letter.offset) for letter in old])
            for letter, before in zip(letters, old, strict=True):
                if before.fault is not None:
                    letter.sequence, letter.fault, letter.lines, letter.packed = before.sequence, before.fault, 0, []
            again.add(generation, partition, letters)
        return again

    async def _number(self, generation: int, missing: set[Axes]) -> dict[Axes, int]:
        async with self._database.transaction() as connection:
            return await store.number_axes(connection, generation, missing)

    async def _read_live(self) -> int:
        async with self._database.transaction() as connection:
            return await store.read_live(connection)
