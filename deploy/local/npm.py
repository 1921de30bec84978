"""Packages and scripts of Node: fetched as a lock says, kept until it says something else, run with what they print in a log."""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.node import Node

_PATIENCE_S = 600


class NpmError(Exception):
    """A step ended badly; the text says which, and where its log is."""


def fetch_packages(node: Node, folder: Path, cache: Path, *, development: bool = False) -> None:
    """Install what the folder's lock names, unless that is there already: what is needed to build, or also what checks and tests need. NpmError."""
    if not _has_packages(folder, ("dependencies", "devDependencies") if development else ("dependencies",)):
        wanted = () if development else ("--omit=dev",)
        run((*node.npm, "ci", *wanted, "--ignore-scripts", "--no-audit", "--no-fund"), folder, node, cache, "the packages could not be fetched")


def run(command: tuple[str, ...], folder: Path, node: Node, cache: Path, fault: str) -> None:
    """Run a command to its end in a folder; what it says goes to `npm.log` in the cache. NpmError, beginning with `fault`."""
    log = cache / "npm.log"
    with log.open("ab") as file:
        try:
            done = subprocess.run(  # noqa: S603  # a command of ours
                command,
                cwd=folder,
                env=environment_of(node, cache),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NpmError(f"{fault} within {_PATIENCE_S} s (log: {log})") from error
    if done.returncode:
        raise NpmError(f"{fault} (log: {log})")


def environment_of(node: Node, cache: Path, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which scripts find this Node first, and npm keeps what it fetched in the cache."""
    return {**base, "PATH": f"{node.node.parent}{os.pathsep}{base.get('PATH', '')}", "npm_config_cache": str(cache / "npm")}


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """One at a time, of all processes that share the cache; who waited looks again and finds nothing to do."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "npm.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _has_packages(folder: Path, groups: tuple[str, ...]) -> bool:
    """Whether what is asked for is installed as the lock says; then a developer's folder is left as it is."""
    try:
        locked = json.loads((folder / "package-lock.json").read_bytes())["packages"]
        return all(
            json.loads((folder / "node_modules" / name / "package.json").read_bytes())["version"] == locked[f"node_modules/{name}"]["version"]
            for group in groups
            for name in locked[""].get(group, {})
        )
    except (OSError, ValueError, KeyError):
        return False
