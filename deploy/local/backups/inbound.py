"""What district systems told over Kafka is read again after a restore: the topic keeps days of it, and what the backup has already is answered `duplicate`."""

import time

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.errors import LocalError
from services.kernel.broker import connection

INTAKE = "wangge-intake"
_DONE = ("OK", "GroupIdNotFoundError")
_PATIENCE_S = 40
"""Seconds: the broker counts a process that was killed among the group until its session is over."""


def read_again(bootstrap: str, group: str = INTAKE) -> None:
    """Makes the intake begin anew at its next start. It must not run. LocalError when the broker does not do it."""
    until = time.monotonic() + _PATIENCE_S
    while (said := _forget(bootstrap, group)) not in _DONE:
        if time.monotonic() > until:
            raise LocalError(f"the intake cannot be made to read again ({said})", f"delete Kafka's consumer group {group} while the intake is down")
        time.sleep(1)


def _forget(bootstrap: str, group: str) -> str:
    try:
        client = KafkaAdminClient(**connection(bootstrap))
        try:
            return str(client.delete_groups([group])[group])
        finally:
            client.close()
    except (KafkaError, OSError) as error:
        return f"{type(error).__name__}: {error}"
