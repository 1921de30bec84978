"""`./run faults`: kill everything, count again."""

import typer

from deploy.local.verbs.passing import pass_alone


def faults(context: typer.Context) -> int:
    """Kill processes at named points, on a platform of its own, and count what was lost or doubled: [--json]."""
    return pass_alone("tests.faults", context.args)
