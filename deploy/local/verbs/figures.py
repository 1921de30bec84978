"""`./run figures`: published figures beside the live ones."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def figures(context: typer.Context) -> int:
    """Show published figures beside the live ones: [PLACE] [--json]."""
    return pass_to_platform("deploy.demo.figures", context)
