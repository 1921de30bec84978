"""The secrets of a local platform: made once, at the first start that needs them, kept as files only their owner may read."""

import hashlib
import json
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from deploy.local.state import CHECKOUT
from deploy.local.tellers import sources_of_places

ROLES = ("wangge_owner", "wangge_members", "wangge_activities", "wangge_cases", "wangge_metrics", "wangge_gateway")
"""The database accounts: the owner of the tables, and one of least right for each room."""

_DISTRICT = {"district": "urn:wangge:district"}
"""Enrolled beside the places that the catalogue replays: for the first system somebody connects."""


def make_keys(folder: Path, catalogue: Path = CHECKOUT / "catalogue") -> None:
    """Make what is missing below the secrets folder; what is there stays as it is, since data depends on it.

    Every place of the catalogue that has a replay is a source, of a namespace and a people register of the place's name. A source is enrolled when its key
    is made: one that the operator took out of sources.json again stays out.
    """
    _once(folder / "people.key", secrets.token_hex(32))
    _once(folder / "vault.key", urlsafe_b64encode(secrets.token_bytes(32)).decode())  # the form of a Fernet key
    _once(folder / "internal.token", secrets.token_hex(32))
    for role in ("postgres", *ROLES):
        _once(folder / "postgres" / role, secrets.token_hex(24))
    _once(_key(folder, "operator"), secrets.token_urlsafe(32))
    _once(folder / "operator.sha256", _digest(read_key(folder, "operator")))
    _enrol(folder, {**_DISTRICT, **sources_of_places(catalogue)})


def read_key(folder: Path, name: str) -> str:
    """The API key of a source, or of the `operator`, who may read all."""
    return _key(folder, name).read_text().strip()


def read_password(folder: Path, role: str) -> str:
    """The password of a database account."""
    return (folder / "postgres" / role).read_text().strip()


def _enrol(folder: Path, sources: dict[str, str]) -> None:
    missing = {name: secrets.token_urlsafe(32) for name in sources if not _key(folder, name).exists()}
    if not missing:
        return
    file = folder / "sources.json"
    enrolled = json.loads(file.read_text()) if file.exists() else []
    # The list first: killed between the two, the next start finds the key missing and enrols the source anew.
    kept = [one for one in enrolled if one["source"] not in {sources[name] for name in missing}]
    _write(file, json.dumps([*kept, *(_source(name, sources[name], key) for name, key in missing.items())], indent=2))
    for name, key in missing.items():
        _write(_key(folder, name), key)


def _source(name: str, source: str, key: str) -> dict[str, object]:
    return {"source": source, "namespace": name, "register": name, "kinds": [""], "areas": [], "may_write": True, "key_sha256": _digest(key)}


def _key(folder: Path, name: str) -> Path:
    return folder / "keys" / f"{name}.key"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _once(path: Path, text: str) -> None:
    if not path.exists():
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and renamed: a kill in between leaves no half key behind.
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    part.replace(path)
