"""A database and topics of a bench's own on the platform's servers: nothing that the platform keeps is touched, and all of it is gone afterwards."""

import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.platform import Platform
from services.kernel.contracts.topics import Topic
from services.kernel.postgres.migrate import find_migrations, migrate
from services.kernel.topics import Topics


class Place(NamedTuple):
    """Where it is measured."""

    kafka: str
    dsns: Mapping[str, str]  # addresses of the bench's database, by role: owner, members, activities, cases, metrics, gateway
    servers: Mapping[str, int]  # the processes of PostgreSQL and the broker
    topics: tuple[str, ...]


@asynccontextmanager
async def own_place(platform: Platform, *topics: str) -> AsyncIterator[Place]:
    """A migrated database and empty topics of these names; the platform's services rest meanwhile."""
    platform.stop_services()
    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    admin = await asyncpg.connect(platform.addresses.superuser_dsn)
    await admin.execute(f"CREATE DATABASE {name} OWNER wangge_owner")
    roles = ("owner", "members", "activities", "cases", "metrics", "gateway")
    dsns = {role: _with_name(platform.addresses.dsn(f"wangge_{role}"), name) for role in roles}
    pids = platform.pids()
    full = tuple(f"{topic}.{name}" for topic in topics)
    try:
        await migrate(dsns["owner"], find_migrations())
        with Topics(platform.kafka) as made:
            for topic in full:
                made.make(Topic(topic, "bench", "", "", (), 86_400_000))
            try:
                yield Place(platform.kafka, dsns, {"postgres": pids["postgres"], "broker": pids["kafka"]}, full)
            finally:
                if full:
                    made._ask().delete_topics(list(full))
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def _with_name(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
