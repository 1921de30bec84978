"""`./run logs`: what the processes said."""

import contextlib
from typing import Annotated

import typer

from deploy.local.children import tail
from deploy.local.errors import UsageError
from deploy.local.follow import Follower
from deploy.local.state import locate
from deploy.local.verbs.options import StateOption


def logs(
    service: Annotated[str | None, typer.Argument(help="One process only.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what they say from now on.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many lines of each to show first.", min=0)] = 20,
    state: StateOption = None,
) -> None:
    """Show the last lines of the logs."""
    folder = locate(state)
    found = {path.stem: path for path in sorted(folder.logs.glob("*.log"))}
    if service is not None and service not in found:
        raise UsageError(f"there is no log of {service}", f"there are {', '.join(found)}" if found else "nothing was started yet")
    chosen = {service: found[service]} if service else found
    follower = Follower(chosen, prefixed=service is None)
    for name, path in chosen.items():
        for line in tail(path, lines).splitlines() if lines else ():
            print(line if service else f"{name} | {line}")
    if follow:
        with contextlib.suppress(KeyboardInterrupt):
            follower.run(until=lambda: False)
