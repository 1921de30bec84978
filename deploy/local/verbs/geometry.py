"""`./run geometry`: outlines of areas for the maps."""

import typer

from deploy.local.verbs.passing import pass_to_platform


def geometry(context: typer.Context) -> int:
    """Bring outlines of areas for the maps: load FILE.geojson … [--namespace NAME] [--if-none]."""
    return pass_to_platform("services.gateway.geometry", context)
