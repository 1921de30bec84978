"""Makes the platform's keys once and hands each service those it needs, and no others. `python -m deploy.containers.keys`.

All keys lie in the volume at /keys, which only this job and the one that makes the database's accounts see. What a service gets lies in a volume of its
own, which the service mounts at /run/secrets and cannot write. Run again, it hands out what changed: that is how a key is rotated.
"""

import shutil
import sys
from pathlib import Path

from deploy.local.keys import make_keys, read_password
from deploy.local.state import State

KEYS = Path("/keys")
HANDED = Path("/handed")

NEEDED: dict[str, tuple[str, ...]] = {
    "members": ("internal.token", "people.key", "vault.key"),
    "activities": ("internal.token", "people.key"),
    "cases": ("internal.token", "people.key"),
    "metrics": (),
    "gateway": ("internal.token", "operator.sha256", "sources.json"),
    "operator": ("keys",),
}
"""Which of the keys each service reads; each also gets the password of its own database account."""


def hand_out(keys: Path, handed: Path) -> None:
    """Copies each service's keys into its folder, readable by its owner only; the database gets its superuser's password."""
    for service, names in NEEDED.items():
        folder = handed / service
        for name in names:
            _copy(keys / name, folder / name)
        if service != "operator":
            role = f"wangge_{service}"
            _write(folder / "pgpass", f"*:*:*:{role}:{read_password(keys, role)}\n", 0o600)
    _write(handed / "postgres" / "password", read_password(keys, "postgres"), 0o444)  # the database's account has another number than ours


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
    make_keys(state.secrets)
    hand_out(state.secrets, HANDED)
    sys.stdout.write(f"keys handed out to {', '.join(NEEDED)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
