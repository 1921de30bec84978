"""The reading side's one front: questions in, answers out, each from one snapshot."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date

from services.gateway.figures.admission import admit, check_list
from services.gateway.figures.answer import Json, Names
from services.gateway.figures.asking import UnsupportedDefinitionError, touched_measures
from services.gateway.figures.cursors import Cursors
from services.gateway.figures.engine import Engine, Prepared
from services.gateway.figures.guard import Reader, counted_kinds
from services.gateway.figures.items import Page, list_items
from services.gateway.figures.persons import without_persons
from services.gateway.figures.question import Question, invalid, kinds_of
from services.gateway.figures.second_trees import trees_of
from services.gateway.figures.shelf import MOST_BYTES, Shelf
from services.gateway.figures.snapshot import Head, Snapshot, Snapshots
from services.gateway.figures.suppression import suppressed
from services.gateway.figures.tree import Trees
from services.gateway.grants import RESTRICTED
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.clock import Clock, system_clock
from services.kernel.postgres.database import Database

NameSource = Callable[[], Awaitable[Names]]
"""Gives names of areas and organisations by family/key."""

_MOST_ANSWERS = 512


async def no_names() -> Names:
    """Where nobody tells names."""
    return {}


class Figures:
    """All figures of one database under one catalogue."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        *,
        clock: Clock = system_clock,
        names: NameSource = no_names,
        cursors: Cursors | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.catalogue = catalogue
        self.snapshots = Snapshots(database, clock, trees_of(catalogue))
        self.shelf = Shelf(self.snapshots.take, most_bytes)
        self.engine = Engine(catalogue, self.shelf)
        self._names = names
        self._cursors = cursors or Cursors()
        self._known: Names = {}
        self.renamed = 0  # how often names have changed: what was told with the old ones is out of date then
        self._answers: OrderedDict[tuple[str, date, int, Question], Json] = OrderedDict()

    async def answer(self, question: Question, reader: Reader) -> Json:
        """The answer to a question, as the reader may see it; RefusedError or ProblemError says what is wrong with it."""
        async with self.snapshots.take() as snapshot:
            return await self.answer_in(snapshot, question, reader)

    async def answer_in(self, snapshot: Snapshot, question: Question, reader: Reader) -> Json:
        """The same within a snapshot; equal questions of one commit and day are evaluated once."""
        prepared, grant = admit(self.engine, snapshot, self.engine.prepare(snapshot, question), reader)
        question = prepared.question
        names = await self.names()
        key = (snapshot.head.id, snapshot.today, self.renamed, question)
        answer = self._answers.get(key)
        if answer is None or snapshot.rows_only:
            answer = await self.engine.answer(prepared, names)
            if not snapshot.rows_only:
                self._answers[key] = answer
                while len(self._answers) > _MOST_ANSWERS:
                    self._answers.popitem(last=False)
        answer = {**answer, "lag_s": snapshot.head.lag_s}
        if RESTRICTED in grant.classes:
            return answer
        return suppressed(self.catalogue, self._kinds_in(snapshot, prepared), answer, question.by, is_flow=prepared.natures == {"flow"})

    async def items(self, page: Page, reader: Reader) -> Json:
        """A page of what a figure counts."""
        async with self.snapshots.take() as snapshot:
            admitted = admit(self.engine, snapshot, self.engine.prepare(snapshot, page.question), reader)
            try:
                await check_list(admitted, page.side)
                answer = await list_items(self.engine, snapshot, page._replace(question=admitted.prepared.question), self._cursors)
                return answer if admitted.grant.names_persons else await without_persons(snapshot, self.catalogue, answer)
            except UnsupportedDefinitionError as error:
                raise invalid("metric", f"{page.question.metric} cannot be listed: {error}") from None

    async def trees(self, day: date | None = None) -> Trees:
        """Both trees as they stand on a day, by default today."""
        async with self.snapshots.take() as snapshot:
            return snapshot.trees(day or snapshot.today)

    async def head(self) -> Head:
        """What a snapshot taken now has seen."""
        async with self.snapshots.take() as snapshot:
            return snapshot.head

    async def names(self) -> Names:
        """Names of areas and organisations by family/key."""
        names = await self._names()
        if names is not self._known:
            self.renamed += names != self._known
            self._known = names
        return names

    def _kinds_in(self, snapshot: Snapshot, prepared: Prepared) -> set[str]:
        kinds = kinds_of(prepared.question, prepared.metric)
        measures = touched_measures(self.catalogue, prepared.metric, prepared.asked.frame.period.last)
        own = [measure for measure in measures if set(self.catalogue.measures[measure].families) & set(prepared.metric.families)]
        return counted_kinds(snapshot, own, (kinds,) if kinds else ())
