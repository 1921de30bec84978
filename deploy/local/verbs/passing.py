"""Verbs that bring the platform up and hand their arguments to a Python module in its environment."""

import subprocess

import typer

from deploy.local.background import bring_up
from deploy.local.children import child_environment
from deploy.local.modules import module_command
from deploy.local.processes import OWNER
from deploy.local.report import say
from deploy.local.running import find_running
from deploy.local.state import CHECKOUT, State, locate

_STATE = "--state"


def pass_to_platform(module: str, context: typer.Context) -> int:
    """Run a module with the verb's arguments against the platform; started in the background, and left running, if it was not. `--help` needs none.

    Returns the module's exit code. Its standard output is ours.
    """
    if {"--help", "-h"} & set(context.args):
        return pass_alone(module, context.args)
    state, arguments = _split(context.args)
    if find_running(state) is None:
        say("the platform does not run; starting it, it stays up (`./run stop` ends it)")
    running = bring_up(state)
    name = module.rpartition(".")[2]
    return _run(module, arguments, running.addresses.process(name, None, OWNER))


def pass_alone(module: str, arguments: list[str]) -> int:
    """Run a module that needs no platform, or brings its own."""
    return _run(module, arguments, {})


def _split(arguments: list[str]) -> tuple[State, list[str]]:
    # The state folder is ours to know; everything else is the module's.
    rest, chosen = [], None
    remaining = iter(arguments)
    for argument in remaining:
        if argument == _STATE:
            chosen = next(remaining, None)
        elif argument.startswith(f"{_STATE}="):
            chosen = argument.partition("=")[2]
        else:
            rest.append(argument)
    return locate(chosen), rest


def _run(module: str, arguments: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(module_command(module, *arguments), env=child_environment(environment), cwd=CHECKOUT)  # noqa: S603  # a command of ours
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reached the child as well, which ends by itself
