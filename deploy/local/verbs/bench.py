"""`./run bench`: measurements."""

import typer

from deploy.local.verbs.passing import pass_alone


def bench(context: typer.Context) -> int:
    """Measure, on a platform of its own: [NAME … | all] [--json] [--rounds N] [--profile]; `report` writes the pages of results."""
    return pass_alone("tests.bench", context.args)
