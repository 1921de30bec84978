"""A figure taken at an ancestor of where it is shown: a street's share of its district; or at no place at all."""

from collections.abc import Awaitable, Callable

from services.gateway.figures.asking import Asked, Narrowing
from services.gateway.figures.forest import AREA, ORGANISATION
from services.gateway.figures.groups import ALL
from services.gateway.figures.table import Exact, Slot, Table
from services.gateway.figures.view import Layout
from services.kernel.catalogue.catalogue import is_below

Evaluate = Callable[[Asked], Awaitable[Table]]


async def at_ancestor(asked: Asked, kind: str, evaluate: Evaluate) -> Table:
    """The figure of each row's, and the asked node's, ancestor of a kind; without one asked, and in rows that are no places, of everything."""
    family = AREA if is_below(kind, AREA) else ORGANISATION
    trees, here = asked.view.trees, asked.view.layout
    tree = trees.areas if family == AREA else trees.organisations
    node = here.area if family == AREA else here.organisation
    other = Layout(None, here.organisation, AREA, kind) if family == AREA else Layout(here.area, None, ORGANISATION, kind)
    wide = asked.laid_out(other)
    table = await evaluate(wide)
    by_key: dict[str | None, dict[int, Exact | None]] = {}
    overall: dict[int, Exact | None] = {}
    for slot, value in table.values.items():
        if slot.group == ALL:
            overall[slot.bucket] = value
        else:
            by_key.setdefault(wide.view.groups.of(slot.group).key, {})[slot.bucket] = value

    def ancestor(key: str | None) -> dict[int, Exact | None]:
        found = None if key is None else next((one.key for one in tree.path(key) if one.live and is_below(one.kind, kind)), None)
        return overall if found is None else by_key.get(found, {})

    numbers = {Slot(bucket, ALL): value for bucket, value in ancestor(node).items()}
    for number, group in asked.view.groups.numbered():
        key = group.key if here.by == family and group.key is not None else node
        numbers |= {Slot(bucket, number): value for bucket, value in ancestor(key).items()}
    return Table(numbers, unplaced=table.unplaced)


def at_asked_ancestor(asked: Asked, kind: str) -> Asked:
    """The question asked at the asked node's ancestor of a kind; of everything where none is asked or none lies above."""
    family = AREA if is_below(kind, AREA) else ORGANISATION
    here, trees = asked.view.layout, asked.view.trees
    tree, node = (trees.areas, here.area) if family == AREA else (trees.organisations, here.organisation)
    above = None if node is None else next((one.key for one in tree.path(node) if one.live and is_below(one.kind, kind)), None)
    return asked.laid_out(Layout(above, here.organisation) if family == AREA else Layout(here.area, above))


async def at_everywhere(asked: Asked, always: Narrowing, evaluate: Evaluate) -> Table:
    """The figure without anything that narrows the question, but for the definition's own words and the days; the same in every row."""
    wide = asked.narrowed(always).laid_out(Layout())._replace(of=None)
    table = await evaluate(wide)
    rows = [ALL, *(number for number, _ in asked.view.groups.numbered())]
    values = {Slot(slot.bucket, row): value for slot, value in table.values.items() if slot.group == ALL for row in rows}
    return Table(values, unplaced=table.unplaced, empty=table.empty)
