"""`./run demo`: replay a district's published figures."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def demo(context: typer.Context) -> int:
    """Replay a district's published figures through the platform: PLACE [--fast] [--json] [--via http|kafka]."""
    return pass_to_platform("deploy.demo", context)
