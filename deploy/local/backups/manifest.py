"""What a backup says of itself, in a file beside it: FILE.json."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from deploy.local.errors import LocalError

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """One backup. `facts` counts the facts of the log by topic; `keys` tells, without showing them, which keys its pseudonyms and its vault need."""

    release: str
    made: str
    postgres: str
    catalogue: str | None
    epoch: int
    facts: dict[str, int]
    bytes: int
    sha256: str
    keys: str

    @staticmethod
    def beside(file: Path) -> Path:
        """Where it lies."""
        return file.with_name(f"{file.name}.json")

    def write(self, file: Path) -> None:
        """Puts it beside its backup."""
        self.beside(file).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """That of a backup; None where there is none (a plain pg_dump). LocalError when it cannot be read or the backup is not the one it describes."""
        beside = cls.beside(file)
        if not beside.exists():
            return None
        try:
            found = cls(**json.loads(beside.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise LocalError(f"{beside} cannot be read ({error})", "take it away to restore without what it says") from error
        if (file.stat().st_size, digest(file)) != (found.bytes, found.sha256):
            raise LocalError(f"{file} is not what {beside.name} says was backed up: it was cut or changed", "take another copy of the backup")
        return found


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def fingerprint(secrets: Path) -> str:
    """Which people.key and vault.key a secrets folder has: the same for the same keys, and nothing of them can be read from it."""
    keys = b"\0".join((secrets / name).read_bytes().strip() for name in ("people.key", "vault.key"))
    return hmac.new(keys, b"wangge backup", hashlib.sha256).hexdigest()[:32]
