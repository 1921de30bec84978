"""What runs by the clock: when it runs, that it says it lives, and that it ends when told to."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.containers import regularly
from deploy.containers.regularly import When, is_alive, run_once, wait_until
from services.kernel.days import SHANGHAI
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
FRIDAY = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # Saturday, 03:00, in Shanghai


@pytest.fixture(autouse=True)
def alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(regularly, "ALIVE", tmp_path / "alive")
    return tmp_path / "alive"


@pytest.mark.parametrize(
    ("text", "next_one"),
    [
        ("03:30", "2026-11-28T03:30"),
        ("03:00", "2026-11-29T03:00"),
        ("02:59", "2026-11-29T02:59"),
        ("sun 03:30", "2026-11-29T03:30"),
        ("Sat 03:30", "2026-11-28T03:30"),
        ("sat 02:30", "2026-12-05T02:30"),
        ("fri 23:59", "2026-12-04T23:59"),
    ],
)
def test_the_next_time_is_one_of_shanghai_and_always_ahead(text: str, next_one: str) -> None:
    assert When.read(text).after(FRIDAY) == datetime.fromisoformat(next_one).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["", "3 pm", "25:00", "someday 03:30", "sun"])
def test_another_text_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        When.read(text)


def test_who_waits_says_that_he_lives(alive: Path) -> None:
    now, slept = FRIDAY, []

    def sleep(seconds: float) -> None:
        nonlocal now
        assert alive.exists()
        slept.append(seconds)
        now += timedelta(seconds=seconds)

    wait_until(FRIDAY + timedelta(seconds=50), lambda: now, sleep)

    assert sum(slept) == 50
    assert max(slept) <= 20
    assert is_alive(time.time())
    assert not is_alive(time.time() + 91)


def test_a_run_tells_its_code_and_nobody_lives_before_the_first(alive: Path) -> None:
    assert not is_alive(time.time())

    assert run_once([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    assert alive.exists()


def test_told_to_end_it_ends_well() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.containers.regularly", "03:30", "nowhere"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert "nowhere runs next at" in process.stdout.readline()

    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 0
    process.stdout.close()


def test_the_backup_is_whole_or_not_there_and_old_ones_go(tmp_path: Path) -> None:
    script = (ROOT / "deploy/containers/backup.sh").read_text(encoding="utf-8").replace("/backups", str(tmp_path))
    for name, text in (("works", 'for word; do case "$word" in --file=*) echo dumped >"${word#--file=}";; esac; done'), ("fails", "exit 1")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pg_dump").write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / "pg_dump").chmod(0o755)
    old = tmp_path / "wangge-20200101-020000.dump"
    old.touch()
    os.utime(old, (0, 0))

    def run(name: str) -> int:
        return subprocess.run(
            ["sh", "-c", script, "backup.sh", "once"], env={"PATH": f"{tmp_path / name}:{os.environ['PATH']}"}, capture_output=True, check=False
        ).returncode

    assert run("fails") == 1
    assert list(tmp_path.glob("wangge-*")) == [old], "what failed leaves nothing and deletes nothing"
    assert run("works") == 0
    (made,) = tmp_path.glob("wangge-*")
    assert made != old
    assert made.read_text() == "dumped\n"
    assert made.stat().st_mode & 0o077 == 0


def test_the_backup_waits_for_its_hour_and_ends_when_told_to(tmp_path: Path) -> None:
    process = subprocess.Popen(
        ["sh", str(ROOT / "deploy/containers/backup.sh")],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "BACKUP_AT": "00:00", "TZ": "UTC"},
    )
    assert process.stdout is not None
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert process.stdout.readline() == f"the next backup is at {tomorrow} 00:00\n"

    process.send_signal(signal.SIGTERM)

    eventually(lambda: process.poll() is not None, within=20, what="the end")
    assert process.returncode == 0
    process.stdout.close()
