"""`./run catalogue`: the kinds and metrics a district works with."""

import typer

from deploy.local.verbs.passing import pass_alone, pass_to_platform

_MODULE = "services.kernel.catalogue"
_ACTIVATE = "services.kernel.versions.activate"


def catalogue(context: typer.Context) -> int:
    """Read, check, compare or activate the catalogue: list | check | explain ID | diff [OLD] [NEW] | activate | page [--json]."""
    verb, folders = context.args[:1], [argument for argument in context.args[1:] if not argument.startswith("-")]
    if verb == ["activate"]:
        del context.args[0]
        return pass_to_platform(_ACTIVATE, context)
    # `diff` compares with the active version, which the database has, unless it is given two folders; the others only read files.
    if verb == ["diff"] and len(folders) < 2:
        return pass_to_platform(_MODULE, context)
    return pass_alone(_MODULE, context.args)
