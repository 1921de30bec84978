"""Makes the platform's keys once and prints them as Kubernetes Secrets, to each service its own. `python -m deploy.containers.as_secrets [PREFIX]`.

    docker run --rm -v "$PWD/keys":/keys -u "$(id -u)" wangge:0.1.0 python -m deploy.containers.as_secrets | kubectl apply -n wangge -f -

Keep the folder as you keep a backup's keys: run again with it, the Secrets are the same, and those of a service that is new are added.
"""

import argparse
import base64
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from deploy.containers.keys import BROKER, KEYS, MONITOR, NEEDED, hand_out, make_all
from deploy.local.keys import ROLES, read_password
from deploy.local.state import State

PREFIX = "wangge-keys"
"""Before the name of each service's Secret; the chart's value `keys`."""

_NOT_HERE = (BROKER, "grafana", "postgres")
"""Servers that bring accounts of their own in a cluster, or get them otherwise."""


def secrets(keys: Path, prefix: str) -> list[dict[str, Any]]:
    """One Secret for each service and job, the database's superuser, and all of its accounts for the job that makes them."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        handed = Path(folder)
        for name in (*NEEDED, *_NOT_HERE, "exporter"):
            (handed / name).mkdir()
        hand_out(keys, handed)
        for name in (*NEEDED, "exporter"):
            files = {file.name: file.read_bytes() for file in sorted((handed / name).rglob("*")) if file.is_file()}
            made.append(_secret(f"{prefix}-{name}", files))
    passwords = {role: read_password(keys, role).encode() for role in ("postgres", *ROLES, MONITOR)}
    superuser = {"username": b"postgres", "password": passwords["postgres"]}
    return [*made, _secret(f"{prefix}-accounts", passwords), _secret(f"{prefix}-superuser", superuser, "kubernetes.io/basic-auth")]


def _secret(name: str, files: dict[str, bytes], kind: str = "Opaque") -> dict[str, Any]:
    data = {key: base64.b64encode(value).decode() for key, value in files.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "wangge"}}, "type": kind, "data": data}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="as_secrets", description="Print the platform's keys as Kubernetes Secrets.")
    parser.add_argument("prefix", nargs="?", default=PREFIX, help="before the name of each Secret")
    parser.add_argument("--folder", type=Path, default=KEYS, help="where the keys are kept")
    asked = parser.parse_args()
    keys = State(asked.folder).secrets
    make_all(keys)
    yaml.safe_dump_all(secrets(keys, asked.prefix), sys.stdout, sort_keys=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
