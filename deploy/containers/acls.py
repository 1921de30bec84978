"""Tells the broker who may do what, as deploy/kafka/acls.yml says. `python -m deploy.containers.acls`, as a user who may; again at any time.

It only adds: what is no longer in the file is taken away by hand.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.errors import KafkaError

from services.kernel.broker import connection
from services.kernel.topics import TopicSettings

ACLS = Path(__file__).resolve().parents[1] / "kafka" / "acls.yml"

_TYPES = {"topics": ResourceType.TOPIC, "groups": ResourceType.GROUP}

_T = TypeVar("_T")

Rights = Mapping[str, Mapping[str, Mapping[str, list[str]]]]
"""User → `topics` or `groups` → name → operations."""


def read_rights(path: Path = ACLS) -> Rights:
    """The file as it stands."""
    rights: Rights = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rights


def as_acls(rights: Rights) -> Iterator[ACL]:
    """One rule each; ValueError for an operation or a kind of resource that Kafka does not know."""
    for user, resources in rights.items():
        for what, names in resources.items():
            for name, operations in names.items():
                for operation in operations:
                    pattern = ResourcePattern(_known(_TYPES, what), name)
                    yield ACL(f"User:{user}", "*", _known(ACLOperation.__members__, operation.upper()), ACLPermissionType.ALLOW, pattern)


def _known(values: Mapping[str, _T], name: str) -> _T:
    if name not in values:
        raise ValueError(f"{name} is none of {', '.join(values)}")
    return values[name]


def main() -> int:
    """Puts the rules in place; 0 if the broker took all of them."""
    rules = list(as_acls(read_rights()))
    try:
        client = KafkaAdminClient(**connection(TopicSettings().kafka), client_id="wangge-acls", bootstrap_timeout_ms=30_000)
        try:
            refused = client.create_acls(rules)["failed"]
        finally:
            client.close()
    except (KafkaError, OSError) as error:
        sys.stderr.write(f"the rights could not be set: {error}\n")
        return 1
    for why in refused:
        sys.stderr.write(f"a right was refused: {why}\n")
    sys.stdout.write(f"{len(rules) - len(refused)} rights are in place\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
