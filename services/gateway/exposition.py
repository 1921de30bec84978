"""Figures as Prometheus gauges, by district and street, from one snapshot. A scrape is told what was read a moment ago, from memory."""

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import TimeoutError as TooSlowError
from datetime import date
from typing import NamedTuple

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from typing_extensions import override

from services.gateway.figures.answer import Json
from services.gateway.figures.asking import touched_measures
from services.gateway.figures.figures import Figures
from services.gateway.figures.question import Question
from services.gateway.figures.snapshot import Head, Snapshot
from services.gateway.grants import Grant
from services.gateway.watched import read_watched
from services.kernel.errors import RefusedError
from services.kernel.http.problems import ProblemError
from services.kernel.postgres.database import UNAVAILABLE

_log = structlog.get_logger()
_PATIENCE_S = 8.0
_PACE_S = 2.0
"""From the beginning of one reading to that of the next at least, while somebody scrapes."""

_REST, _LONGEST_REST_S = 20, 15.0
"""So many times as long as a reading took nothing is read, up to the time after which Prometheus comes: where much is counted, reading takes it no cores."""

_LATE_S = 1.0
"""A reading is told until the next one should be there, and so much longer; after that a scrape waits for the next."""

_WATCHED_S = 120.0
"""So long after a scrape the next one is awaited; Prometheus comes every 15 s or every minute."""

EXPOSED = (
    "areas", "organisations", "units", "entries", "links", "members", "cases.open", "cases.overdue",
    "members.joined", "members.left", "activities", "attendance", "attendance.people", "visits", "visits.places",
    "volunteer.minutes", "volunteer.items", "volunteer.shifts", "volunteer.people",
    "cases.opened", "cases.resolved", "cases.closed", "cases.reopened", "cases.amount", "cases.amount_settled",
    "units.coverage", "grids.coverage", "centres.coverage", "cases.resolution_rate", "cases.time_to_resolve",
)  # fmt: skip
"""What is always exposed: counts since the beginning, stocks and rates as of today; and definitions that say `exposed: true`. All else: the API."""


class _Everybody:
    grants = (Grant(),)
    namespaces: frozenset[str] = frozenset()


class _Told(NamedTuple):
    """What was told of a metric as of commit n; `key`: of which trees and day; `measures`: whose rows can change it."""

    key: tuple[int, int, date]
    n: int
    measures: frozenset[str]
    families: list[Metric]


class _Reading(NamedTuple):
    """The gauges, when the next ones are read and until when these are told (monotonic)."""

    next_at: float
    until: float
    families: list[Metric]


class FigureCollector(Collector):
    """Keeps the figures read while somebody scrapes, so that a scrape waits for no question.

    When the database does not serve, what was read is soon too old: it tells nothing of figures then, and the rest of the page stands.
    """

    def __init__(self, figures: Figures, metrics: tuple[str, ...] = EXPOSED) -> None:
        self._figures = figures
        own = (metric.id for metric in figures.catalogue.metrics.values() if metric.exposed)
        self._metrics = tuple(dict.fromkeys(metric for metric in (*metrics, *own) if metric in figures.catalogue.metrics))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[list[Metric]] | None = None
        self._kept: tuple[object, list[Metric]] = (None, [])
        self._told: dict[str, _Told] = {}
        self._latest = _Reading(0.0, 0.0, [])
        self._scraped_at = -_WATCHED_S

    def open(self, registry: CollectorRegistry) -> None:
        """Joins a registry; questions run in the loop of the caller, scrapes in a thread of theirs."""
        self._loop = asyncio.get_running_loop()
        self._keeping = asyncio.create_task(self._keep())
        registry.register(self)

    async def _keep(self) -> None:
        """Reads at a pace while somebody scrapes. The first reading adds everything up and is done ahead: what it finds is carried on from."""
        failing = False
        while True:
            try:
                await self.read()
                failing = False
            except UNAVAILABLE as error:
                if not failing:
                    _log.warning("figures cannot be read for Prometheus, trying again", error=f"{type(error).__name__}: {error}")
                failing = True
            except Exception:  # noqa: BLE001  whatever goes wrong once must not end all readings: it is logged, and they go on
                _log.exception("reading figures for Prometheus failed, trying again")
                failing = True
            await asyncio.sleep(_PACE_S if failing else max(0.0, self._latest.next_at - time.monotonic()))
            while time.monotonic() - self._scraped_at > _WATCHED_S:  # noqa: ASYNC110  a scrape is told of from its own thread
                await asyncio.sleep(_PACE_S)

    def close(self, registry: CollectorRegistry) -> None:
        """Leaves the registry."""
        for task in (self._keeping, self._reading):
            if task is not None:
                task.cancel()
        self._loop = None
        registry.unregister(self)

    def describe(self) -> Iterable[Metric]:
        """Nothing: asking for names must not read figures."""
        return ()

    @override
    def collect(self) -> Iterable[Metric]:
        """The gauges, from one snapshot: the one that was read last, if that was not long ago."""
        if self._loop is None:
            return ()
        self._scraped_at, latest = time.monotonic(), self._latest
        if self._scraped_at <= latest.until:
            return latest.families
        reading = asyncio.run_coroutine_threadsafe(self.read(), self._loop)
        try:
            return reading.result(_PATIENCE_S)
        except (*UNAVAILABLE, TooSlowError) as error:
            reading.cancel()
            _log.warning("figures could not be exposed", error=f"{type(error).__name__}: {error}")
            return ()

    async def read(self) -> list[Metric]:
        """The gauges of a snapshot: of the one that is being read, else of one taken now."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def _read(self) -> list[Metric]:
        began = time.monotonic()
        async with self._figures.snapshots.take() as snapshot:
            await self._figures.names()
            key = (snapshot.head.id, snapshot.today, self._figures.renamed)
            if self._kept[0] != key:
                self._kept = (key, await self._families(snapshot))
            families = [*self._kept[1], *_progress(snapshot.head), *await read_watched(snapshot.connection)]
        ended = time.monotonic()
        took = ended - began
        next_at = max(began + _PACE_S, ended + min(_REST * took, _LONGEST_REST_S))
        self._latest = _Reading(next_at, next_at + took + _LATE_S, families)
        return families

    async def _families(self, snapshot: Snapshot) -> list[Metric]:
        areas = snapshot.trees(snapshot.today).areas
        names = await self._figures.names()
        info = GaugeMetricFamily("wangge_area_info", "Districts and streets: 1 for each", labels=("area", "kind", "parent", "name"))
        roots = areas.children.get(None, [])
        for root in roots:
            for key in [root, *areas.children.get(root, [])]:
                node = areas.nodes[key]
                info.add_metric([key, node.kind, node.parent or "", names.get(f"area/{key}") or ""], 1)
        families: list[Metric] = [info]
        for metric in self._metrics:
            families += await self._told_of(snapshot, metric, roots)
        return families

    async def _told_of(self, snapshot: Snapshot, metric_id: str, roots: list[str]) -> list[Metric]:
        """A metric's gauges: what was told before while trees and day are the same and no commit since then brought rows of it, else read anew."""
        told, key = self._told.get(metric_id), (snapshot.forest.generation, snapshot.forest.n, snapshot.today)
        if told is not None and told.key == key and snapshot.untouched_since(told.n, told.measures):
            return told.families
        catalogue = self._figures.catalogue
        measures = touched_measures(catalogue, catalogue.metrics[metric_id], snapshot.today)
        families = await self._of_metric(snapshot, metric_id, roots)
        self._told[metric_id] = _Told(key, snapshot.head.n, measures, families)
        return families

    async def _of_metric(self, snapshot: Snapshot, metric_id: str, roots: list[str]) -> list[Metric]:
        metric = self._figures.catalogue.metrics[metric_id]
        name = f"wangge_{metric_id.replace('.', '_')}_{metric.unit}"
        value = GaugeMetricFamily(name, metric.text.en, labels=("area",))
        parts = {part: GaugeMetricFamily(f"{name}_{part}", f"{metric.text.en} ({what})", labels=("area",)) for part, what in _PARTS}
        for root in roots:
            answer = await self._answer(snapshot, Question(metric_id, area=root, by="area" if "area" in metric.axes else ""))
            for key, numbers in _shown(root, answer):
                for family, number in [(value, numbers["value"]), *((parts[part], numbers.get(part)) for part in parts)]:
                    if number is not None:
                        family.add_metric([key], number)
        return [family for family in (value, *parts.values()) if family.samples]

    async def _answer(self, snapshot: Snapshot, question: Question) -> Json:
        try:
            return await self._figures.answer_in(snapshot, question, _Everybody())
        except (RefusedError, ProblemError) as error:
            _log.warning("a figure cannot be exposed", metric=question.metric, error=error.problem.detail)
            return {"value": None}


_PARTS = (("num", "numerator"), ("den", "denominator"), ("count", "how many"))


def _shown(root: str, answer: Json) -> list[tuple[str, Json]]:
    """The district itself and the level below; not its own part, nor what is unplaced."""
    rows = [(row["key"], row) for row in answer.get("by", ()) if row["key"] not in {None, root}]
    return [(root, answer), *rows]


def _progress(head: Head) -> list[Metric]:
    lag = GaugeMetricFamily("wangge_figures_lag_facts", "Facts that are told and not yet counted", head.lag)
    commit = GaugeMetricFamily("wangge_figures_commit_timestamp_seconds", "When the last facts were counted", head.committed_at.timestamp())
    unmerged = GaugeMetricFamily("wangge_figures_unmerged_commits", "Commits whose rows are not in cells yet", head.n - head.merged)
    return [lag, commit, unmerged]
