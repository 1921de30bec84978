"""The keys in a file of their own: whoever has both this and the database can read names, so the two are kept apart.

Passwords of database accounts are no part of it: they belong to one server and are made anew on another.
"""

import os
import tarfile
from pathlib import Path

from deploy.local.errors import LocalError

_KEPT = ("people.key", "vault.key", "internal.token", "operator.sha256", "sources.json", "keys")


def save(secrets: Path, file: Path) -> None:
    """Writes the keys into a new file that only its owner may read. LocalError when there is such a file already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise LocalError(f"{file} exists already", "name another file for the keys") from error
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
        for name in _KEPT:
            archive.add(secrets / name, name)


def load(file: Path, secrets: Path) -> None:
    """Puts keys back into a secrets folder, over those that are there; passwords stay. LocalError when it is not a file of keys."""
    try:
        with tarfile.open(file) as archive:
            members = [one for one in archive.getmembers() if one.name.split("/")[0] in _KEPT]
            if not {"people.key", "vault.key"} <= {one.name for one in members}:
                raise LocalError(f"{file} holds no keys of this platform", "name the file that `./run backup --keys FILE` wrote")
            archive.extractall(secrets, members, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise LocalError(f"{file} cannot be read ({error})", "name the file that `./run backup --keys FILE` wrote") from error
