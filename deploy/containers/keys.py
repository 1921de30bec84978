"""Makes the platform's keys once and hands each service those it needs, and no others. `python -m deploy.containers.keys`.

All keys lie in the volume at /keys, which only this job and the one that makes the database's accounts see. What a service gets lies in a volume of its
own, which the service mounts at /run/secrets and cannot write. Run again, it hands out what changed: that is how a key is rotated.
"""

import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.local.keys import make_keys, read_password
from deploy.local.state import State

KEYS = Path("/keys")
HANDED = Path("/handed")

MONITOR = "wangge_monitor"
"""The database account of the exporter: it may see the server's statistics, and no table."""

BROKER = "broker"
"""Kafka's own user, by which it speaks to itself."""


class Handed(NamedTuple):
    """What a service is given: keys of the platform by name, its database account, and whether it is a user of Kafka's (by the service's name)."""

    keys: tuple[str, ...] = ()
    role: str | None = None
    kafka: bool = False


NEEDED: Mapping[str, Handed] = {
    "members": Handed(("internal.token", "people.key", "vault.key"), "wangge_members", kafka=True),
    "activities": Handed(("internal.token", "people.key"), "wangge_activities", kafka=True),
    "cases": Handed(("internal.token", "people.key"), "wangge_cases", kafka=True),
    "metrics": Handed((), "wangge_metrics", kafka=True),
    "gateway": Handed(("internal.token", "operator.sha256", "sources.json"), "wangge_gateway", kafka=True),
    "topics": Handed(kafka=True),
    "owner": Handed(("internal.token", "people.key", "vault.key"), "wangge_owner"),
    "operator": Handed(("keys",), kafka=True),
}
"""By the folder, which is a service's, or a job's: `owner` recounts, rebuilds and retells, `operator` tells events as a source does."""


def make_all(keys: Path) -> None:
    """Makes what is missing, of the platform's keys and of those that only containers have."""
    make_keys(keys)
    _once(keys / "postgres" / MONITOR)
    _once(keys / "grafana")
    for user in (BROKER, *kafka_users()):
        _once(keys / "kafka" / user)


def kafka_users() -> list[str]:
    """Who speaks to the broker."""
    return [service for service, needs in NEEDED.items() if needs.kafka]


def hand_out(keys: Path, handed: Path) -> None:
    """Copies each service's keys into its folder, readable by its owner only; servers that are not ours run under other accounts, and alone see theirs."""
    for service, needs in NEEDED.items():
        folder = handed / service
        for name in needs.keys:
            _copy(keys / name, folder / name)
        if needs.role is not None:
            _write(folder / "pgpass", f"*:*:*:{needs.role}:{read_password(keys, needs.role)}\n", 0o600)
        if needs.kafka:
            _write(folder / "kafka.password", _read(keys / "kafka" / service), 0o400)
    _write(handed / "postgres" / "password", read_password(keys, "postgres"), 0o444)
    _write(handed / "exporter" / "password", read_password(keys, MONITOR), 0o444)
    _write(handed / "grafana" / "password", _read(keys / "grafana"), 0o444)
    _write(handed / "broker" / "jaas.conf", _jaas({user: _read(keys / "kafka" / user) for user in (BROKER, *kafka_users())}), 0o444)


def _jaas(users: Mapping[str, str]) -> str:
    """How Kafka reads passwords: of whom it lets in, and its own (deploy/kafka/sasl.yml)."""
    known = "\n".join(f'  user_{user}="{password}"' for user, password in users.items())
    own = f'  username="{BROKER}" password="{users[BROKER]}"'
    return f"KafkaServer {{\n  org.apache.kafka.common.security.plain.PlainLoginModule required\n{own}\n{known};\n}};\n"


def _once(path: Path) -> None:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, secrets.token_hex(24), 0o600)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
        return
    _write(target, source.read_text(encoding="utf-8"), 0o400)


def _write(path: Path, text: str, mode: int) -> None:
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    part.write_text(text, encoding="utf-8")
    part.chmod(mode)
    part.replace(path)


def main() -> int:
    """Makes what is missing, hands out everything."""
    state = State(KEYS)
    make_all(state.secrets)
    hand_out(state.secrets, HANDED)
    sys.stdout.write(f"keys handed out to {', '.join(NEEDED)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
