"""`./run retell`: tell the log again under a changed catalogue."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def retell(context: typer.Context) -> int:
    """Tell the log again under a changed catalogue, compare, and with --accept switch: [--accept] [--json]."""
    return pass_to_platform("deploy.local.retell", context)
