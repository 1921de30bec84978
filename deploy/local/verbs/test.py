"""`./run test`: the tests."""

import typer

from deploy.local.verbs.passing import pass_alone

_SIDE_BY_SIDE = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadgroup")


def test(context: typer.Context) -> int:
    """Run the tests; arguments are pytest's: [PATH] [-k EXPRESSION]. All of them run side by side, one worker a core."""
    return pass_alone("pytest", context.args or ["tests", *_SIDE_BY_SIDE])
