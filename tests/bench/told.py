"""What is told through the door: a district of its own for each bench, stories of its own for each client, made before the clock starts."""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from deploy.local.platform import Platform
from services.kernel.days import business_date
from tests.bench.lean_http import Connection
from tests.bench.load.district import GRIDS, District, Event
from tests.bench.load.prepared import catalogue
from tests.bench.load.work import LIVE, work

_TOGETHER = 60  # stories of one client that go on side by side

BATCH, STRUCTURED = "application/cloudevents-batch+json", "application/cloudevents+json"


class NotAcceptedError(Exception):
    """Something that was told was not accepted."""


def new_district(prefix: str, grids: int = GRIDS) -> District:
    """One whose last day was yesterday: what is told of that day is in the past at any hour."""
    return District(catalogue(), today=business_date(datetime.now(UTC)) - timedelta(days=1), prefix=prefix, grids=grids)


def stories(district: District, client: str, events: int) -> list[Event]:
    """So many events of one client's stories, in order; `client` tells its keys from the others'."""
    return list(islice(work(district, LIVE, seed=zlib.crc32(client.encode()), name=client, together=_TOGETHER), events))


def encoded(events: Sequence[Event], size: int) -> list[bytes]:
    """Bodies of so many events each; of 1, single events."""
    if size == 1:
        return [json.dumps(event).encode() for event in events]
    return [json.dumps(events[first : first + size]).encode() for first in range(0, len(events), size)]


def connect(platform: Platform, kind: str) -> Connection:
    """To the door, as the enrolled source."""
    return Connection(platform.gateway, "/v1/events", authorization=f"Bearer {platform.key('district')}", content_type=kind)


async def tell(connection: Connection, body: bytes) -> None:
    """One request; NotAcceptedError if any of it was not accepted."""
    status, answer = await connection.post(body)
    if status not in {200, 202} or b'"status":"rejected"' in answer or b'"status":"unavailable"' in answer:
        raise NotAcceptedError(f"{status}: {answer[:600].decode(errors='replace')}")


async def found(platform: Platform, district: District) -> None:
    """Tells of all that stands before a district's work begins."""
    async with connect(platform, BATCH) as connection:
        for body in encoded(list(district.foundation()), 500):
            await tell(connection, body)
