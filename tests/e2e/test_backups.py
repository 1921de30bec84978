"""A backup is made while everything runs; what was told after it is gone once it is restored, told again it counts once, and the recount never differs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.keys import read_key
from deploy.local.running import stop_running
from deploy.local.state import CHECKOUT, State
from tests.support.district import District
from tests.support.ports import own_base
from tests.support.waiting import eventually

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("backups")]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A platform of its own, as a person would have it."""
    one = State(tmp_path / "state")
    started = _run(one, "up", "--detach", "--port", str(own_base()))
    assert started.returncode == 0, started.stderr
    yield one
    stop_running(one)
    one.delete()


def _run(state: State, verb: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.local", verb, *arguments, "--state", str(state.root)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def run(state: State, verb: str, *arguments: str) -> Any:
    """A verb with --json; its document."""
    done = _run(state, verb, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_backup_more_events_restore_recount(state: State, tmp_path: Path) -> None:
    district = District(run(state, "status")["addresses"]["gateway"], read_key(state.secrets, "district"))
    district.tell(district.foundation())
    for number in range(5):
        district.tell(district.work(number))
    expected = district.expected()
    eventually(lambda: district.live(expected) == expected, within=40, what=f"{expected}")

    told = run(state, "backup", str(tmp_path / "one.dump"), "--keys", str(tmp_path / "keys.tar"))
    later = [district.work(number) for number in range(5, 9)]
    for events in later:
        district.tell(events)
    grown = district.expected()
    eventually(lambda: district.live(grown) == grown, within=40, what=f"{grown}")
    assert sum(told["facts"].values()) == 2 + 5 * 7
    assert (tmp_path / "keys.tar").stat().st_mode & 0o077 == 0

    restored = run(state, "restore", str(tmp_path / "one.dump"))

    assert restored == {**restored, "restored": True, "events": 2 + 5 * 7, "epoch": told["epoch"] + 1, "differences": [], "mended": []}
    eventually(lambda: district.live(expected) == expected, within=40, what=f"{expected}")
    assert run(state, "recount")["differences"] == []

    # What had been told after the backup is told again, as a district does that asks what we know; the numbers it gets were others' before.
    for events in later:
        assert district.tell(events) == {"accepted": 7}
    eventually(lambda: district.live(grown) == grown, within=60, what=f"{grown}")
    assert run(state, "recount")["differences"] == []

    # And once more from the same backup: facts of two lost futures lie behind us now.
    assert run(state, "restore", str(tmp_path / "one.dump"))["epoch"] == told["epoch"] + 2
    for events in later[:1]:
        assert district.tell(events) == {"accepted": 7}
    eventually(lambda: run(state, "status")["lag"] == 0, within=60, what="lag 0")
    assert run(state, "recount")["differences"] == []
    district.close()
