"""Facts of changes that were told late, written down beside the log for whoever looks after its quality."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.kernel.contracts.facts import Row
from services.kernel.postgres.database import Connection

_COLUMNS = ("epoch", "topic", "partition", "sequence", "type", "subject", "kind", "area", "organisation", "causation", "stated", "held_from", "recorded")


class Late(NamedTuple):
    """A fact that holds from a later time than it was stated for. Its rows say where it counts; one without rows counts nowhere."""

    partition: int
    sequence: int
    type: str
    subject: str
    kind: str | None
    rows: tuple[Row, ...]
    causation: str | None
    stated: str
    held_from: str


async def keep_late(connection: Connection, epoch: int, topic: str, found: Iterable[Late], now: datetime) -> None:
    """Writes them, in the transaction of their facts."""
    records = [_record(epoch, topic, one, now) for one in found]
    if records:
        await connection.copy_records_to_table("late", schema_name="log", columns=_COLUMNS, records=records)


def _record(epoch: int, topic: str, one: Late, now: datetime) -> tuple[object, ...]:
    kind = one.kind or next((row.kind for row in one.rows), None)
    area = next((row.area for row in one.rows if row.area is not None), None)
    organisation = next((row.organisation for row in one.rows if row.organisation is not None), None)
    times = datetime.fromisoformat(one.stated), datetime.fromisoformat(one.held_from)
    return epoch, topic, one.partition, one.sequence, one.type, one.subject, kind, area, organisation, one.causation, *times, now
