"""`./run test`: the tests."""

import typer

from deploy.local.verbs.passing import pass_alone


def test(context: typer.Context) -> int:
    """Run the tests; arguments are pytest's: [PATH] [-k EXPRESSION]."""
    return pass_alone("pytest", context.args or ["tests"])
