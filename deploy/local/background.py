"""A supervisor of its own session, which outlives the terminal it was started from."""

import os
import subprocess
import time

from deploy.local.children import tail
from deploy.local.errors import LocalError
from deploy.local.follow import Follower
from deploy.local.modules import module_command
from deploy.local.ports import DEFAULT_BASE
from deploy.local.report import say
from deploy.local.running import Running, find_running
from deploy.local.state import CHECKOUT, State

_LONGEST = 600
"""Seconds: a first start fetches the broker over a slow line."""


def bring_up(state: State, port: int = DEFAULT_BASE, workers: int = 1) -> Running:
    """The platform on this folder, ready; started in the background if it does not run.

    LocalError when it does not get ready; then nothing of it is left running.
    """
    running = find_running(state)
    if running is None or running.record.phase in ("failed", "stopping"):
        return _start(state, port, workers)
    if running.record.phase == "starting":
        say("it starts already; waiting until it is ready")
        return _wait(state, None)
    say("it runs already")
    return running


def _start(state: State, port: int, workers: int) -> Running:
    state.prepare()
    log = state.log("supervisor")
    follower = Follower({"supervisor": log}, prefixed=False)
    command = module_command("deploy.local", "up", "--supervise", "--state", str(state.root), "--port", str(port), "--workers", str(workers))
    with log.open("ab") as file:
        supervisor = subprocess.Popen(
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
        raise LocalError("it did not come up", f"the reason stands above and in {state.log('supervisor')}", tail="" if follower else tail(state.log("supervisor")))
    return running
