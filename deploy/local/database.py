"""PostgreSQL 18 as a child process: the cluster in the state folder, loopback only, durable."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from deploy.local.account import Account, cluster_folder, database_account, programs_folder
from deploy.local.children import ChildSpec
from deploy.local.errors import LocalError
from deploy.local.keys import read_password
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.state import State

NAME = "postgres"
SUPERUSER = "postgres"

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # every client comes over loopback with a password; a socket's path may also be too long
    "max_connections": 100,
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": 1.1,  # the data of one district lies on a solid-state disk, or in memory
    "jit": "off",  # compiling costs more than these short queries
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
}
# fsync and synchronous_commit stay on: what was accepted must survive a power cut.


def prepare_database(state: State, ports: Ports, say: Callable[[str], None]) -> ChildSpec:
    """Make the cluster if there is none; the child to start. LocalError with the mend."""
    account = database_account()
    folder = cluster_folder(state, account)
    if not folder.is_relative_to(state.root):
        say(f"the account that runs PostgreSQL cannot enter {state.root}: the database lies in {folder}")
    programs = programs_folder(state, account)
    data = folder / "data"
    if data.exists():
        _require_same_major(data, programs, account)
    else:
        say("making the database cluster")
        _make_cluster(data, programs, account, read_password(state.secrets, SUPERUSER))
    settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": ports.postgres}.items()]
    return ChildSpec(
        name=NAME,
        command=(str(programs / "postgres"), "-D", str(data), *settings),
        environment={"LC_ALL": "C"},
        cwd=Path("/"),
        log=state.log(NAME),
        port=ports.postgres,
        ready=lambda pid: _is_ready(data, pid),
        before=lambda: _clear_leftovers(data),
        # Fast shutdown: sessions are cut, everything is flushed, the next start needs no recovery.
        stop_signal=signal.SIGINT,
        on_parent_death=signal.SIGINT,
        stop_seconds=30,
        user=account.uid,
        group=account.gid,
    )


def cluster_data(state: State) -> Path | None:
    """The folder of the cluster of this state folder, if there is one."""
    found = (folder / "data" for folder in (state.postgres, state.outside / "postgres"))
    return next((data for data in found if data.exists()), None)


def _make_cluster(data: Path, programs: Path, account: Account, password: str) -> None:
    # Made aside and renamed: a kill in between leaves no half cluster behind.
    new = data.with_name(f"new-{time.time_ns()}")
    secret = data.with_name("superuser")
    secret.touch(mode=0o600)
    account.give(secret)
    secret.write_text(password)
    try:
        done = account.run([
            str(programs / "initdb"), "-D", str(new), f"--username={SUPERUSER}", f"--pwfile={secret}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
        ], LC_ALL="C")
    finally:
        secret.unlink()
    if done.returncode:
        raise LocalError("PostgreSQL could not make its cluster", f"see that {data.parent} can be written", tail=(done.stdout + done.stderr)[-2000:])
    new.rename(data)


def _require_same_major(data: Path, programs: Path, account: Account) -> None:
    ours = account.run([str(programs / "postgres"), "--version"]).stdout.split()[-1].partition(".")[0]
    theirs = (data / "PG_VERSION").read_text().strip()
    if ours != theirs:
        raise LocalError(
            f"the data in {data} was written by PostgreSQL {theirs}, this is {ours}",
            f"start the release that brought PostgreSQL {theirs} and dump the data, or start anew with `./run reset`",
        )


def _is_ready(data: Path, pid: int) -> bool:
    # The server keeps its state in the eighth line of its pid file.
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _clear_leftovers(data: Path) -> None:
    """Wait for processes of a killed server to go, and remove its pid file: its number may be a stranger's by now."""
    deadline = time.monotonic() + 20
    while left := _servers_on(data):
        for process in left:
            try:
                process.send_signal(signal.SIGINT if time.monotonic() < deadline - 10 else signal.SIGQUIT)
            except psutil.Error:
                continue  # ended since
        if time.monotonic() > deadline:
            raise LocalError(f"another PostgreSQL runs on {data} (process {left[0].pid})", "stop it")
        psutil.wait_procs(left, timeout=1)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _servers_on(data: Path) -> list[psutil.Process]:
    # Every process of a server has the data folder as its working directory.
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and process.cwd() == str(data):
                found.append(process)
        except psutil.Error:
            continue  # gone, or another account's and so none of ours
    return found
