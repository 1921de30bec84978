"""`./run stop`: end everything in order; the data stays."""

from deploy.local.report import say
from deploy.local.running import stop_running
from deploy.local.state import locate
from deploy.local.verbs.options import StateOption


def stop(state: StateOption = None) -> None:
    """End everything in order; the data stays."""
    folder = locate(state)
    say(f"stopped; the data stays in {folder.root}" if stop_running(folder) else f"nothing ran on {folder.root}")
