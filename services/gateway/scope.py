"""Whether an event stays within the areas its source may write in."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from services.gateway.cloudevents import Told
from services.gateway.figures.tree import Trees


class _Data(msgspec.Struct):
    area: Any = None
    organisation: Any = None
    parent: Any = None
    into: Any = None
    hosts: Any = None
    from_: Any = msgspec.field(default=None, name="from")
    to: Any = None


class _Event(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


_TOP = "(the top of the tree)"  # lies in no subtree, and is no key
_EVENT = msgspec.json.Decoder(_Event)


class AreaScope:
    """Checks the places an event names against today's tree of areas, as the figures know it.

    An event that names no place passes: what it changes stays where it stands, and its namespace guards it. A place the figures do not know yet
    counts as outside; the event may be sent again once they do.
    """

    def __init__(self, trees: Callable[[], Awaitable[Trees]]) -> None:
        self._trees = trees

    async def outside(self, told: Told, roots: Sequence[str], namespace: str) -> str | None:
        """The place (family/key) an event names that lies in none of the subtrees; None if all lie within."""
        named = list(_named(told, namespace))
        if not named:
            return None
        trees = await self._trees()
        for family, key in named:
            area = key if family == "area" else trees.area_of(key)[0]
            if area is None or not any(standing.key in roots for standing in trees.areas.path(area)):
                return f"{family}/{key}"
        return None


def _named(told: Told, namespace: str) -> Iterator[tuple[str, str]]:
    """(family, whole key) of each place an event names; what is being made is none yet."""
    try:
        data = _EVENT.decode(told.raw).data
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return  # no event at all: its room refuses and keeps it
    family, verb = [*(told.type or "").split("."), "", "", "", ""][2:4]
    makes = verb in {"defined", "established"}
    if family in {"area", "organisation"}:
        if verb == "moved" or makes:
            placed = isinstance(data.parent, str) or (family == "organisation" and isinstance(data.area, str))
            yield from () if placed else [(family, _TOP)]
        yield from _whole([(family, data.parent), (family, data.into)], namespace)
    named: list[tuple[str, object]] = [("area", data.area), ("organisation", data.organisation), *_stands_at(family, data)]
    yield from _whole([one for one in named if not (makes and one[0] == family)], namespace)


def _stands_at(family: str, data: _Data) -> Sequence[tuple[str, str]]:
    """Where things count that name a place by reference: an activity at its lead host, a link at its first organisation, else its first area."""
    ends = [data.from_, data.to] if family == "link" else data.hosts[:1] if family == "activity" and isinstance(data.hosts, list) else []
    references = [end.partition("/") for end in ends if isinstance(end, str)]
    return [(tree, key) for tree in ("organisation", "area") for family_, _, key in references if family_ == tree][:1]


def _whole(named: Iterable[tuple[str, object]], namespace: str) -> Iterator[tuple[str, str]]:
    for family, key in named:
        if isinstance(key, str):
            yield family, key if ":" in key else f"{namespace}:{key}"
