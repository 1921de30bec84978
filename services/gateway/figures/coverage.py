"""Things that something covers: a live link names them, or something live stands in them. A thing counts once, however often it is covered."""

from collections.abc import Iterable

from services.gateway.figures.asking import Asked, UnsupportedDefinitionError, rows_of
from services.gateway.figures.forest import AREA, ORGANISATION
from services.gateway.figures.groups import ALL, EXCLUDED
from services.gateway.figures.labels import LabelAsked, sort_labels
from services.gateway.figures.reading import Leaf, Run, label_arguments, place_arguments, runs_of
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import SQL
from services.gateway.figures.table import WHOLE, Slot, Table
from services.kernel.catalogue.metrics import Covered, Measure

STANDS_IN = "area"
"""As the role of what covers: not a role, but that it stands in the thing, an area, or below."""


class Cover:
    """The labels of the rows that cover, and how they do."""

    def __init__(self, asked: Asked, covered: Covered) -> None:
        self.measure, inner = rows_of(asked.narrowed(type(asked.narrowing)()), covered.measure, covered.measure)
        inner = inner.narrowed(inner.narrowing.by(kinds=asked.kinds_of(covered), conditions=covered.where))
        self.asked = LabelAsked(inner.narrowing.kinds, inner.narrowing.conditions)  # in no group
        found = [label for label, _ in sort_labels(asked.snapshot.labels(self.measure.id), self.asked, asked.view.groups)]
        self.role = covered.role
        self.labels = [[label.kind for label in found], [label.dims for label in found]]
        self.is_stock = self.measure.nature == "stock"


async def count_covered(asked: Asked, measure: Measure, covered: Covered) -> Table:
    """How many live things are covered. `den` has all of them, so that a coverage needs one reading."""
    if asked.of is not None:
        raise UnsupportedDefinitionError("what is covered cannot be narrowed by `of`")
    if asked.view.layout.by_organisation:
        raise UnsupportedDefinitionError("an organisation bounds what covers, so what is covered cannot be broken down by it")
    snapshot, leaf = asked.snapshot, asked.leaf(measure)
    cover = Cover(asked, covered)
    key = ("covered", leaf, covered, asked.frame)
    known = asked.view.remembered(key, snapshot.head.n)
    if known is not None and not snapshot.rows_only and snapshot.untouched_since(known.n, (measure.id, cover.measure.id)):
        return known.table
    table = Table({}, den={})
    for run in runs_of(snapshot, asked.frame, "stock"):
        await _take(asked, table, leaf, cover, run)
    if not snapshot.rows_only:
        asked.view.remember_table(key, snapshot.head.n, table)
    return table


async def _take(asked: Asked, table: Table, leaf: Leaf, cover: Cover, run: Run) -> None:
    frame = asked.frame
    # What covers by happening must happen in the bucket; what stands must stand on its day.
    firsts = [bucket.first for bucket in frame.buckets[run.first - 1 : run.first - 1 + len(run.buckets)]]
    numbers, _, lasts = run.columns
    standing = await places_covered(asked, cover, [numbers, list(firsts), lasts], run) if cover.role == STANDS_IN else []
    found = sort_labels(asked.snapshot.labels(leaf.measure), leaf.labels, asked.view.groups)
    records = await asked.snapshot.connection.fetch(
        SQL.count_covered,
        *place_arguments(asked.snapshot, asked.view, asked.view.places(leaf.places, run.day), leaf.measure),
        *label_arguments(found),
        *(numbers, firsts, lasts),
        *aliases(asked.snapshot, run),
        *(cover.measure.id, cover.is_stock, cover.role, *(cover.labels if cover.role != STANDS_IN else ([], []))),
        *([bucket for bucket, _ in standing], [f"{AREA}/{key}" for _, key in standing]),
    )
    assert table.den is not None
    for bucket, group, things, covering, unplaced in records:
        slots = [Slot(bucket, group or ALL)] if frame.series else []
        if bucket == len(frame.buckets):
            slots.append(Slot(WHOLE, group or ALL))
        for slot in slots:
            table.values[slot], table.den[slot] = covering, things
        if Slot(WHOLE, ALL) in slots:
            table.unplaced = unplaced


async def places_covered(asked: Asked, cover: Cover, columns: list[list[object]], run: Run) -> list[tuple[int, str]]:
    """The areas in which something that covers stands, with all areas above them, by bucket. The asked organisation bounds what covers."""
    snapshot, trees = asked.snapshot, asked.view.trees
    resolver = asked.view.resolver(())
    records = await snapshot.connection.fetch(SQL.list_standing_places, snapshot.head.generation, cover.measure.id, *cover.labels, *columns, cover.is_stock)
    found: set[tuple[int, str]] = set()
    day = run.day or asked.frame.state
    for bucket, area, organisation in records:
        at = resolver.area_key(area, organisation, day)
        if at is not None and resolver.org_spot(organisation, day).group != EXCLUDED:
            found.update((bucket, standing.key) for standing in trees.areas.path(at))
    return sorted(found)


def aliases(snapshot: Snapshot, run: Run) -> Iterable[list[str]]:
    """Which merged things now count as which others."""
    families = {AREA: snapshot.forest.areas, ORGANISATION: snapshot.forest.organisations}
    day = run.day or snapshot.today
    merged = [(f"{name}/{key}", f"{name}/{family.current(key, day)}") for name, family in families.items() for key, node in family.nodes.items() if node.merges]
    return [thing for thing, _ in merged], [into for _, into in merged]
