"""`./run recount`: count everything again and compare."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def recount(context: typer.Context) -> int:
    """Count everything again from the log and compare with the live figures: [--json]."""
    return pass_to_platform("services.metrics.recount", context)
