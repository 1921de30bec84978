"""The facts of the whole log against what their told events say, whatever the processor has seen of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load
from services.metrics.recount import activities, cases, members
from services.metrics.recount.compare import Difference
from services.metrics.recount.told import Told, Worked, as_in_fact

_SQL = load("services.metrics", "sql/recount.sql")
_ROOMS = {"members.v1": members.derive, "activities.v1": activities.derive, "cases.v1": cases.derive}


async def compare_with_told(connection: Connection, catalogue: Any) -> list[Difference]:
    """What differs between the rows that all facts leave standing and those worked out from what was told."""
    things: dict[str, dict[str, list[Told]]] = {topic: defaultdict(list) for topic in _ROOMS}
    for row in await connection.fetch(_SQL.read_told):
        told = msgspec.json.decode(row["told"])
        things[row["topic"]][row["subject"]].append(Told(row["type"].split(".")[-2], told["time"], told.get("data", {})))
    standing: Counter[tuple[str, Worked]] = Counter()
    for row in await connection.fetch(_SQL.read_net_rows):
        standing[row["thing"], as_in_fact(msgspec.json.decode(row["r"]))] += int(row["net"])
    expected: Counter[tuple[str, Worked]] = Counter()
    for topic, derive in _ROOMS.items():
        expected.update(join(derive(things[topic], catalogue)))
    return [
        Difference(f"told {thing} {msgspec.json.encode(row).decode()}", standing[thing, row], expected[thing, row])
        for thing, row in sorted(standing.keys() | expected.keys(), key=str)
        if standing[thing, row] != expected[thing, row]
    ]


def join(rows: Iterable[tuple[str, Worked]]) -> list[tuple[str, Worked]]:
    """Stretches that agree and touch, as one."""
    joined: list[tuple[str, Worked]] = []
    stretches: dict[tuple[str, Any], list[tuple[str, str | None]]] = defaultdict(list)
    for thing, row in rows:
        if row[5] == row[6]:
            joined.append((thing, row))
        else:
            stretches[thing, row[:5] + row[7:]].append((row[5], row[6]))
    for (thing, face), spans in stretches.items():
        open_span: tuple[str, str | None] | None = None
        for start, end in sorted(spans, key=lambda span: span[0]):
            if open_span is not None and open_span[1] == start:
                open_span = (open_span[0], end)
                continue
            if open_span is not None:
                joined.append((thing, (*face[:5], *open_span, *face[5:])))
            open_span = (start, end)
        if open_span is not None:
            joined.append((thing, (*face[:5], *open_span, *face[5:])))
    return joined
