"""The command line: `./run VERB`, or `python -m deploy.local VERB`."""

import importlib
import sys
from collections.abc import Callable
from functools import wraps

import typer

from deploy.local.errors import LocalError

_OWN = ("up", "status", "stop", "logs", "doctor", "backup", "restore", "reset")
_PASSING = ("demo", "figures", "geometry", "catalogue", "retell", "rebuild", "recount", "test", "bench", "faults", "containers", "screenshots")
"""Verbs that hand their arguments on, `--help` among them."""


def main(arguments: list[str]) -> None:
    """Run a verb and exit: 0 all is well, 1 failed, 2 wrongly called, 3 nothing runs."""
    # Only the module of the verb asked for is loaded: `status` must not wait for what `up` needs.
    verbs = [name for name in (*_OWN, *_PASSING) if [name] == arguments[:1]] or [*_OWN, *_PASSING]
    app = typer.Typer(help="Wangge on this machine.", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_keep_verbs)
    for name in verbs:
        function = getattr(importlib.import_module(f"deploy.local.verbs.{name}"), name)
        settings = {"allow_extra_args": True, "ignore_unknown_options": True} if name in _PASSING else {}
        app.command(name, context_settings=settings, add_help_option=name not in _PASSING)(_exiting(function))
    app(arguments, prog_name="./run")


def _exiting(verb: Callable[..., int | None]) -> Callable[..., None]:
    @wraps(verb)
    def run(*arguments: object, **options: object) -> None:
        try:
            code = verb(*arguments, **options) or 0
        except LocalError as error:
            if error.tail:
                print(error.tail, file=sys.stderr)
            print(f"wangge: {error}", file=sys.stderr)
            code = error.exit_code
        raise typer.Exit(code)

    return run


def _keep_verbs() -> None:
    """Wangge on this machine: broker, database and all services."""


if __name__ == "__main__":
    main(sys.argv[1:])
