"""A supervisor of its own session, which outlives the terminal it was started from."""

import os
import subprocess
import sys
import time

from deploy.local.children import tail
from deploy.local.errors import LocalError
from deploy.local.follow import Follower
from deploy.local.modules import module_command
from deploy.local.report import say
from deploy.local.running import Running, find_running
from deploy.local.state import CHECKOUT, State

_LONGEST = 600
"""Seconds: a first start fetches the broker over a slow line."""


def bring_up(state: State, port: int | None = None, workers: int | None = None) -> Running:
    """The platform on this folder, ready; started in the background if it does not run.

    Without a port and a number of workers, those of the environment are taken, as `./run up` takes them.

    LocalError when it does not get ready; then nothing of it is left running.
    """
    running = find_running(state)
    while running is not None and running.record.phase in ("failed", "stopping"):
        time.sleep(0.1)  # its supervisor ends when all its children have
        running = find_running(state)
    if running is None:
        return _start(state, port, workers)
    if running.record.phase == "starting":
        say("it starts already; waiting until it is ready")
        return _wait(state, None)
    say("it runs already")
    return running


def _start(state: State, port: int | None, workers: int | None) -> Running:
    state.prepare()
    log = state.log("supervisor")
    follower = Follower({"supervisor": log}, prefixed=False, out=sys.stderr)
    asked = [f"--{name}={value}" for name, value in (("port", port), ("workers", workers)) if value is not None]
    command = module_command("deploy.local", "up", "--supervise", f"--state={state.root}", *asked)
    with log.open("ab") as file:
        supervisor = subprocess.Popen(  # noqa: S603  # a command of ours
            command, cwd=CHECKOUT, env=os.environ, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )
    return _wait(state, supervisor, follower)


def _wait(state: State, supervisor: subprocess.Popen[bytes] | None, follower: Follower | None = None) -> Running:
    deadline = time.monotonic() + _LONGEST

    def settled() -> bool:
        running = find_running(state)
        if running is not None and running.record.phase == "ready":
            return True
        ended = running is None if supervisor is None else supervisor.poll() is not None
        return ended or time.monotonic() > deadline

    (follower or Follower({})).run(until=settled, every=0.1)
    running = find_running(state)
    if running is None or running.record.phase != "ready":
        log = state.log("supervisor")
        raise LocalError("it did not come up", f"the reason stands above and in {log}", tail="" if follower else tail(log))
    return running
