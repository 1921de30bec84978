"""A log full of facts, as the rooms would have written it: what relay and rebuild read."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import asyncpg

from services.kernel.eventlog.append import COLUMNS
from tests.bench.load.editions import editions
from tests.bench.load.prepared import PREFIX
from tests.bench.load.rooms import Told

TOPIC = "cases.v1"
"""Facts of all families stand in this one topic; neither relay nor rebuild looks at what they are of."""

_CHUNK = 20_000


async def fill_log(connection: asyncpg.Connection, told: Sequence[Told], facts: int, *, shift: bool) -> None:
    """Writes so many facts, and their counters."""
    numbered = editions(told, facts, prefix=PREFIX, shift=shift)
    ends = Counter[int]()
    while some := list(islice(numbered, _CHUNK)):
        records = []
        for one in some:
            ends[one.partition] = one.sequence
            _, _, _, fact_id, kind, _, _, _, event, recorded = one.origin.record
            records.append((TOPIC, one.partition, one.sequence, fact_id, kind, one.key, one.subject, one.body, event, recorded))
        await connection.copy_records_to_table("fact", schema_name="log", columns=COLUMNS, records=records)
    moved = "UPDATE log.counter SET n = m.n FROM unnest($2::smallint[], $3::bigint[]) AS m (partition, n) WHERE topic = $1 AND counter.partition = m.partition"
    await connection.execute(moved, TOPIC, list(ends), list(ends.values()))
    await connection.execute("VACUUM ANALYZE log.fact")
