"""`./run screenshots`: pictures of the screens."""

import typer

from deploy.local.verbs.passing import pass_alone


def screenshots(context: typer.Context) -> int:
    """Renew docs/screenshots from a platform of its own with a demo on it: [PLACE] [--at ADDRESS] [--to FOLDER]."""
    return pass_alone("tests.browser.pictures", context.args)
