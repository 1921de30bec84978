"""How many facts a second a rebuild takes from the log: read, folded, merged, compared with the live figures, switched; by its own report.

The first rebuild fills the figures from nothing and is warm-up; each further one must find the same figures and switch, and its sums are held up to the truth.
"""

import asyncio
import json
import os
import sys
from typing import Any

import asyncpg

from deploy.local.platform import Platform
from tests.bench.filled_log import TOPIC, fill_log
from tests.bench.load.editions import truth
from tests.bench.load.prepared import facts_of
from tests.bench.load.work import BACKFILL
from tests.bench.own import sums
from tests.bench.place import Place, own_place
from tests.bench.rows import Rows, say

_AT_THE_END = """UPDATE metrics.watermark AS w SET sequence = c.n FROM log.counter AS c
WHERE c.topic = w.topic AND c.partition = w.partition AND w.topic = $1"""
FACTS = int(os.environ.get("BENCH_FACTS", "200000"))


def measure(platform: Platform, rounds: int) -> Rows:
    """Rounds of the rebuild over the same log."""
    return asyncio.run(_measure(platform, rounds))


async def _measure(platform: Platform, rounds: int) -> Rows:
    rates: list[float] = []
    lines: list[float] = []
    async with own_place(platform) as place:
        connection = await asyncpg.connect(place.dsns["owner"], command_timeout=300)
        told, shift = facts_of(BACKFILL)
        await fill_log(connection, told, FACTS, shift=shift)
        expected = truth(told, FACTS, shift=shift)
        for turn in range(rounds + 1):
            report = await rebuilt(place, connection, accept=turn == 0)
            assert report["switched"], report["differences"][:3]
            found = await sums(connection, await connection.fetchval("SELECT live FROM metrics.generation"))
            assert found == expected, f"sums {found} instead of {expected}"
            say(f"round {turn}: {report['facts'] / report['seconds']:.0f} facts/s")
            if turn:
                rates.append(round(report["facts"] / report["seconds"]))
                lines.append(round(report["rows"] / report["seconds"]))
        disk = await _disk(connection)
        await connection.close()
    return [
        *disk,
        {"name": "rebuild", "unit": "facts/s", "rounds": rates, "facts": FACTS, "sums": "exact"},
        {"name": "rebuild, rows", "unit": "rows/s", "rounds": lines},
    ]


async def rebuilt(place: Place, connection: asyncpg.Connection, *, accept: bool) -> dict[str, Any]:
    """What a rebuild reports. With `accept` the live figures, which are empty, are said to stand where the log ends."""
    if accept:
        await connection.execute(_AT_THE_END, TOPIC)
    command = ["-m", "services.metrics.rebuild", "--json", *(["--accept"] if accept else [])]
    environment = os.environ | {"WANGGE_POSTGRES": place.dsns["owner"]}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


_DISK = {
    "disk of a fact in the log": ("fact", "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('log.fact')", "SELECT count(*) FROM log.fact"),
    "disk of a merged row": ("row", "SELECT pg_total_relation_size('metrics.settled_{live}')", "SELECT count(*) FROM metrics.settled_{live}"),
    "disk of a cell": ("cell", "SELECT pg_total_relation_size('metrics.cell_{live}')", "SELECT count(*) FROM metrics.cell_{live}"),
}


async def _disk(connection: asyncpg.Connection) -> Rows:
    """What the database takes for each thing that it keeps, indexes among it."""
    live = await connection.fetchval("SELECT live FROM metrics.generation")
    rows: Rows = []
    for name, (one, size, number) in _DISK.items():
        total, count = await connection.fetchval(size.format(live=live)), await connection.fetchval(number.format(live=live))
        rows.append({"name": name, "unit": f"bytes/{one}", "rounds": [round(float(total) / max(1, count))], "number": count})
    return rows
