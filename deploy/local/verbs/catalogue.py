"""`./run catalogue`: the kinds and metrics a district works with."""

import typer

from deploy.local.verbs.passing import pass_alone, pass_to_platform

_MODULE = "services.kernel.catalogue"


def catalogue(context: typer.Context) -> int:
    """List, check, explain or compare the catalogue: list | check | explain ID | diff [--json]."""
    # `diff` compares with the active version, which the database has; the others only read files.
    if context.args[:1] == ["diff"]:
        return pass_to_platform(_MODULE, context)
    return pass_alone(_MODULE, context.args)
