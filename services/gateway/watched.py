"""What an operator watches and only the database knows: who fell silent, what the last recount said, how much room it all takes."""

from prometheus_client.core import GaugeMetricFamily, Metric

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/watched.sql")


async def read_recounted(connection: Connection) -> dict[str, str | int] | None:
    """What the last recount said: `at` (RFC 3339, UTC), facts counted again, cells compared, how many differed. None before the first."""
    row = await connection.fetchrow(_SQL.read_recount)
    if row is None:
        return None
    return {"at": row["at"].isoformat(timespec="seconds"), "events": row["events"], "cells": row["cells"], "differences": row["differences"]}


async def read_watched(connection: Connection) -> list[Metric]:
    """The gauges of this moment: seconds since 1970, counts, bytes. Of a recount only once there was one."""
    sources = GaugeMetricFamily("wangge_source_last_event_timestamp_seconds", "When a source was last heard of", labels=("source",))
    for row in await connection.fetch(_SQL.read_sources):
        sources.add_metric([row["source"]], row["last_at"].timestamp())
    families: list[Metric] = [
        sources,
        GaugeMetricFamily("wangge_database_size_bytes", "What the database takes on disk", await connection.fetchval(_SQL.read_size)),
    ]
    recount = await connection.fetchrow(_SQL.read_recount)
    if recount is not None:
        families += [
            GaugeMetricFamily("wangge_recount_differences", "Differences that the last recount found", recount["differences"]),
            GaugeMetricFamily("wangge_recount_timestamp_seconds", "When the figures were last recounted", recount["at"].timestamp()),
        ]
    return families
