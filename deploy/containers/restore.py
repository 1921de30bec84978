"""Puts a backup in the place of what there is, in three steps: `python -m deploy.containers.restore room`, pg_restore into `wangge_restoring`, `… renew`.

pg_restore is PostgreSQL's own program, so the second step runs in its image. No service may run. `renew` migrates what was restored, begins another epoch of
the log, makes the figures anew, recounts, and exchanges the databases only if nothing differs (ADR 0010); what served before stays as `wangge_replaced`.
"""

import sys
from collections.abc import Sequence

from deploy.containers.keys import KEYS
from deploy.containers.migrate import addresses_of
from deploy.local.backups.inbound import read_again
from deploy.local.backups.renewing import make_room, renew
from deploy.local.environment import Addresses
from deploy.local.errors import LocalError
from deploy.local.state import State
from services.kernel.topics import TopicSettings


def renew_and_read_again(addresses: Addresses, kafka: str) -> int:
    """The third step; 1 if the recount found differences, and then what served before still serves."""

    def say(step: str, what: str) -> None:
        sys.stdout.write(f"{step}: {what}\n")
        sys.stdout.flush()

    found = renew(addresses, say)
    if found.differences:
        sys.stderr.write(f"{len(found.differences)} differences: nothing was exchanged, the restored one is wangge_restoring\n")
        return 1
    read_again(kafka)
    say("restore", f"{found.events} facts in epoch {found.epoch}; start the services")
    return 0


def main(arguments: Sequence[str]) -> int:
    """The command."""
    if list(arguments) not in (["room"], ["renew"]):
        sys.stderr.write(__doc__ or "")
        return 2
    addresses = addresses_of(State(KEYS))
    try:
        if arguments[0] == "room":
            make_room(addresses)
            return 0
        return renew_and_read_again(addresses, TopicSettings().kafka)
    except LocalError as error:
        sys.stderr.write(f"{error.tail}\n{error}\n" if error.tail else f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
