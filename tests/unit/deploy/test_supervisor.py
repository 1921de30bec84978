"""Children are started again, stopped in order, and never outlive their supervisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.children import ChildSpec
from deploy.local.errors import LocalError
from deploy.local.record import Entry, Record, end_orphans, entry_of_this_process
from deploy.local.supervisor import Supervisor

SLEEP = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
STUBBORN = (sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)")


def spec(folder: Path, name: str = "one", command: tuple[str, ...] = SLEEP, *, stage: int = 0, stop_seconds: float = 5) -> ChildSpec:
    log = folder / f"{name}.log"
    return ChildSpec(name, command, {}, folder, log, ready=lambda _: log.exists() and "up" in log.read_text(), stage=stage, stop_seconds=stop_seconds)


def wait_for(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.02)


def test_a_killed_child_comes_back(tmp_path: Path) -> None:
    supervisor = Supervisor()
    child = supervisor.add(spec(tmp_path))
    supervisor.start("one")
    supervisor.wait_ready("one")
    first = child.pid

    supervisor.kill("one")
    wait_for(lambda: child.pid not in (None, first))

    assert child.exits == 1
    supervisor.close()
    assert child.pid is None


def test_without_restart_a_killed_child_stays_dead_until_it_is_started(tmp_path: Path) -> None:
    supervisor = Supervisor(restart=False)
    child = supervisor.add(spec(tmp_path))
    supervisor.start("one")
    supervisor.wait_ready("one")

    supervisor.kill("one")
    wait_for(lambda: child.exit_code is not None)
    time.sleep(0.8)  # longer than the first pause

    assert child.exit_code == -signal.SIGKILL
    supervisor.start("one", {"EXTRA": "1"})
    assert child.pid is not None
    assert psutil.Process(child.pid).environ()["EXTRA"] == "1"
    supervisor.close()


def test_a_child_that_fails_at_start_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(restart=False)
    supervisor.add(spec(tmp_path, command=(sys.executable, "-c", "raise SystemExit('no such thing')")))
    supervisor.start("one")

    with pytest.raises(LocalError, match="ended with code 1 before it was ready") as raised:
        supervisor.wait_ready("one")

    assert "no such thing" in raised.value.tail
    supervisor.close()


def test_a_child_that_does_not_listen_is_killed_after_its_time(tmp_path: Path) -> None:
    supervisor = Supervisor()
    child = supervisor.add(spec(tmp_path, command=STUBBORN, stop_seconds=0.3))
    supervisor.start("one")
    supervisor.wait_ready("one")

    supervisor.close()

    assert child.exit_code == -signal.SIGKILL


def test_higher_stages_are_stopped_first(tmp_path: Path) -> None:
    supervisor = Supervisor()
    writes = supervisor.add(spec(tmp_path, "writes", stage=1))
    door = supervisor.add(spec(tmp_path, "door", stage=3))
    for name in ("writes", "door"):
        supervisor.start(name)
        supervisor.wait_ready(name)

    supervisor.stop_stages(above=1)

    assert door.pid is None
    assert writes.pid is not None
    supervisor.close()


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    program = (
        "import sys, threading, time; from pathlib import Path; from deploy.local.children import ChildSpec; from deploy.local.supervisor import Supervisor\n"
        "supervisor = Supervisor(); folder = Path(sys.argv[1])\n"
        "supervisor.add(ChildSpec('one', (sys.executable, '-c', 'import time; time.sleep(600)'), {}, folder, folder / 'one.log'))\n"
        "thread = threading.Thread(target=supervisor.start, args=('one',)); thread.start(); thread.join()\n"
        "time.sleep(0.3); print(supervisor.children['one'].pid, flush=True); time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running(), "it must outlive the thread that asked for it"

    parent.kill()
    parent.wait()
    parent.stdout.close()

    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_orphans_are_ended_and_strangers_are_not() -> None:
    orphan = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL)
    stranger = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL)
    entries = [Entry("mine", orphan.pid, psutil.Process(orphan.pid).create_time()), Entry("reused", stranger.pid, 12345.0)]

    assert end_orphans(entries) == ["mine"]

    assert entries[0].find() is None
    assert stranger.poll() is None
    for one in (orphan, stranger):
        one.kill()
        one.wait()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    record = Record("ready", 8080, entry_of_this_process(), {"gateway": "g"}, ["kafka"], [Entry("kafka", os.getpid(), 1.0, 8100)])

    record.write(path)

    assert Record.read(path) == record
    path.write_text("{half")
    assert Record.read(path) is None
