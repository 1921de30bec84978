"""`./run containers`: the containers, tried for real."""

import typer

from deploy.local.verbs.passing import pass_alone


def containers(context: typer.Context) -> int:
    """Build and run the containers, replay a district, kill each once, recount, compare with Prometheus: [--json] [--keep] [--with FILE]."""
    return pass_alone("deploy.containers.trial", context.args)
