"""`./run rebuild`: make the figures again from the log, beside the live ones."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def rebuild(context: typer.Context) -> int:
    """Make the figures again from the log, compare, and switch: [--accept] [--json]."""
    return pass_to_platform("services.metrics.rebuild", context)
