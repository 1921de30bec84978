"""Whether an event stays within the areas its source may write in."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import msgspec

from services.gateway.cloudevents import Told
from services.gateway.figures.tree import Trees


class _Data(msgspec.Struct):
    area: Any = None
    organisation: Any = None
    parent: Any = None
    into: Any = None


class _Event(msgspec.Struct):
    data: _Data = msgspec.field(default_factory=_Data)


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
    try:
        data = _EVENT.decode(told.raw).data
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return  # no event at all: its room refuses and keeps it
    family, verb = [*(told.type or "").split("."), "", "", "", ""][2:4]
    tree = family if family in {"area", "organisation"} else None
    fields = [("area", data.area), ("organisation", data.organisation), (tree, data.parent), (tree, data.into)]
    for name, value in fields:
        making_itself = name == family and verb in {"defined", "established"} and value in {data.area, data.organisation} and value is not data.parent
        if name is not None and isinstance(value, str) and not making_itself:
            yield name, value if ":" in value else f"{namespace}:{value}"
