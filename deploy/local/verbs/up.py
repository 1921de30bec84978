"""`./run up`: bring everything up, here in the terminal or in the background."""

import signal
from types import FrameType
from typing import Annotated

import typer

from deploy.local.errors import AlreadyRunningError
from deploy.local.plan import plan_from_environment
from deploy.local.platform import Platform
from deploy.local.ports import DEFAULT_BASE
from deploy.local.report import Progress, print_welcome, say
from deploy.local.running import find_running
from deploy.local.state import locate
from deploy.local.verbs.options import PortOption, StateOption, WorkersOption
from deploy.local.web import build_screens


class _Stop(BaseException):
    """Ctrl-C, or a SIGTERM: raised wherever the main thread is, so that starting can be interrupted too."""


def up(
    state: StateOption = None,
    port: PortOption = DEFAULT_BASE,
    workers: WorkersOption = 1,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Run in the background.")] = False,
    supervise: Annotated[bool, typer.Option("--supervise", hidden=True)] = False,
) -> None:
    """Bring everything up. Ctrl-C stops it, the data stays."""
    folder = locate(state)
    if detach:
        from deploy.local.background import bring_up  # noqa: PLC0415

        print_welcome(bring_up(folder, port, workers))
        return
    if running := find_running(folder):
        say("it runs already")
        print_welcome(running)
        return
    progress = Progress()
    build_screens(progress)
    platform = Platform(folder.root, port, plan=plan_from_environment(workers), say=progress)
    _supervise(platform, show=not supervise)


def _supervise(platform: Platform, *, show: bool) -> None:
    asked = 0

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise _Stop
        platform.supervisor.kill_all()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        platform.start()
        _stay(platform, show=show)
    except _Stop:
        say("stopping; once more to kill")
    finally:
        platform.stop()


def _stay(platform: Platform, *, show: bool) -> None:
    running = find_running(platform.state)
    if running is None:
        raise AlreadyRunningError("the run record was taken away while starting", "start again")
    if not show:
        signal.pause()
        return
    from deploy.local.follow import Follower  # noqa: PLC0415

    print_welcome(running)
    follower = Follower({name: platform.state.log(name) for name in running.record.names})
    follower.run(until=lambda: False)

