"""Makes a log that came out of a backup fit to go on with: another epoch, nothing published yet. The figures then need a rebuild.

Facts keep the bodies they had, their epoch among them; the processor takes those from the log and refuses them from a topic (`choose` in
services/metrics/model.py), so whatever facts of the time after the backup still lie on a topic can never be counted.
"""

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.kernel.eventlog", "restored.sql")


async def note_restored(connection: Connection, above: int = 0) -> int:
    """Raises the log's epoch above its own and above `above`, the epoch of the log that it replaces; returns it. Within the caller's transaction."""
    await connection.execute(_SQL.close)
    before = await connection.fetchval(_SQL.read_epoch)
    epoch = max(int(before), above) + 1
    await connection.execute(_SQL.forget_retelling)
    await connection.execute(_SQL.raise_epoch, epoch)
    await connection.execute(_SQL.keep_late, before, epoch)
    await connection.execute(_SQL.forget_published)
    return epoch
