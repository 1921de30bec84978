"""At how many places something stands or happens: each area or organisation once, or each node of a kind at or above them."""

from collections.abc import Iterator

from services.gateway.figures.asking import Asked, UnsupportedDefinitionError
from services.gateway.figures.conditions import values_of
from services.gateway.figures.forest import AREA
from services.gateway.figures.groups import ALL, EXCLUDED, Group
from services.gateway.figures.sums import add_up
from services.gateway.figures.table import Numbers, Slot, Table
from services.gateway.figures.view import Layout
from services.kernel.catalogue.catalogue import is_below
from services.kernel.catalogue.metrics import PLACES, Measure


def is_place(of: str) -> bool:
    """Whether `of` names a family of places, with or without a kind."""
    return of.partition(":")[0] in PLACES


async def count_places(asked: Asked, measure: Measure, of: str) -> Table:
    """Distinct live nodes at which rows of a measure stand or happen, in the answer's tree. What stands at no live node of the kind is none."""
    numbers: Numbers = {slot: len(keys) for slot, keys in (await places_of(asked, measure, of)).items()}
    return Table(numbers)


async def places_of(asked: Asked, measure: Measure, of: str) -> dict[Slot, set[str]]:
    """The keys of these nodes."""
    family, _, kind = of.partition(":")
    level = family if not kind else kind if is_below(kind, family) else f"{family}.{kind}"
    outer = asked.view.layout
    split = () if not outer.by or outer.by_place else (outer.by,)
    if outer.by_place and outer.by != family:
        raise UnsupportedDefinitionError(f"each {family} counts once, so it cannot be broken down by {outer.by}: ask by={_axis(family)} or a dimension")
    inner = asked.laid_out(Layout(outer.area, outer.organisation, family, level))
    summed = await add_up(inner.snapshot, inner.view, inner.leaf(measure, *split), inner.frame)
    found: dict[Slot, set[str]] = {}
    for (slot, values), one in summed.sums.items():
        group = inner.view.groups.of(slot.group) if slot.group != ALL else Group(None)
        if one.rows > 0 and group.key is not None and is_below(group.kind or "", level):
            for row in (ALL, *_rows(asked, family, group.key, values)):
                found.setdefault(Slot(slot.bucket, row), set()).add(group.key)
    return found


def _axis(family: str) -> str:
    return AREA if family == AREA else "org"


def _rows(asked: Asked, family: str, key: str, values: tuple[str | None, ...]) -> Iterator[int]:
    """The rows of the asked breakdown that a place counts in."""
    groups = asked.view.groups
    for value in values:
        yield from (groups.number(None),) if value is None else (groups.number(one) for one in values_of(value))
    if asked.view.layout.by == family:
        spot = asked.view.resolver(()).spot_of(family, key)
        if spot.group != EXCLUDED:
            yield spot.group
