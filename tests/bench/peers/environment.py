"""The peers' own Python environment, `.cache/bench-venv`: made by `./run bench` when it is first needed, by requirements-bench.lock; nothing else uses it."""

import filecmp
import shutil
import subprocess
import sys

from deploy.local.state import CHECKOUT

LOCK = CHECKOUT / "requirements-bench.lock"
FOLDER = CHECKOUT / ".cache" / "bench-venv"
_PYTHON = FOLDER / "bin" / "python"
_STAMP = FOLDER / LOCK.name  # the copy of the lock is the stamp, as in `./run`


class PeersMissingError(Exception):
    """The environment could not be made; the message ends with what pip said last."""


def python_with_peers() -> str:
    """The interpreter that has the peers, made now if it is not there (a minute, 1.4 GB); PeersMissingError if that fails."""
    if not (_PYTHON.exists() and _STAMP.exists() and filecmp.cmp(LOCK, _STAMP, shallow=False)):
        sys.stderr.write(f"setting up what it is compared with, by {LOCK.name}: about a minute the first time\n")
        shutil.rmtree(FOLDER, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(FOLDER))
        _run(str(_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-deps", "--no-compile", "--require-hashes", "-r", str(LOCK))
        shutil.copy(LOCK, _STAMP)
    return str(_PYTHON)


def _run(*command: str) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise PeersMissingError(f"{' '.join(command[:4])}: {finished.stderr.strip()[-400:]}")
