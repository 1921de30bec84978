"""`./run reset`: delete the state folder."""

from typing import Annotated

import typer

from deploy.local.errors import LocalError, UsageError
from deploy.local.report import say
from deploy.local.running import stop_running
from deploy.local.state import locate
from deploy.local.verbs.options import StateOption


def reset(
    state: StateOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, delete all events, figures and keys.")] = False,
) -> None:
    """Stop, and delete all that was kept: events, figures, keys."""
    folder = locate(state)
    if not yes:
        raise UsageError(f"this deletes all events, figures and keys in {folder.root}", "say so with --yes")
    if folder.root.exists() and not folder.is_ours():
        raise UsageError(f"{folder.root} does not look like a state folder", "delete it by hand if it is meant")
    stop_running(folder)
    try:
        folder.delete()
    except OSError as error:
        raise LocalError(f"{folder.root} could not be deleted wholly ({error})", "delete the rest by hand") from error
    say(f"deleted {folder.root}")
