"""The secrets of a local platform: made once at the first start, kept as files only their owner may read."""

import hashlib
import json
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

ROLES = ("wangge_owner", "wangge_members", "wangge_activities", "wangge_cases", "wangge_metrics", "wangge_gateway")
"""The database accounts: the owner of the tables, and one of least right for each room."""

_SOURCES = {
    "zhuhai": "https://zhuhai.example/platform",  # the demo replays published figures as this one
    "district": "urn:wangge:district",  # for the first system somebody connects
}


def make_keys(folder: Path) -> None:
    """Make what is missing below the secrets folder; what is there stays as it is, since data depends on it."""
    _once(folder / "people.key", secrets.token_hex(32))
    _once(folder / "vault.key", urlsafe_b64encode(secrets.token_bytes(32)).decode())  # the form of a Fernet key
    _once(folder / "internal.token", secrets.token_hex(32))
    for role in ("postgres", *ROLES):
        _once(folder / "postgres" / role, secrets.token_hex(24))
    for name in (*_SOURCES, "operator"):
        _once(folder / "keys" / f"{name}.key", secrets.token_urlsafe(32))
    _once(folder / "operator.sha256", _digest(folder, "operator"))
    sources = [_source(folder, name, source) for name, source in _SOURCES.items()]
    _once(folder / "sources.json", json.dumps(sources, indent=2))


def read_key(folder: Path, name: str) -> str:
    """The API key of a source, or of the `operator`, who may read all."""
    return (folder / "keys" / f"{name}.key").read_text().strip()


def read_password(folder: Path, role: str) -> str:
    """The password of a database account."""
    return (folder / "postgres" / role).read_text().strip()


def _source(folder: Path, name: str, source: str) -> dict[str, object]:
    return {
        "source": source,
        "namespace": name,
        "register": name,
        "kinds": [""],
        "areas": [],
        "may_write": True,
        "key_sha256": _digest(folder, name),
    }


def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256(read_key(folder, name).encode()).hexdigest()


def _once(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    # Written aside and renamed: a kill in between leaves no half key behind.
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    part.replace(path)
