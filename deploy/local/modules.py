"""Python modules of this checkout as child processes: services that stay, steps and verbs that end."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.children import ChildSpec, child_environment, tail
from deploy.local.errors import LocalError
from deploy.local.ports import Ports
from deploy.local.probe import is_ready
from deploy.local.processes import Process, Step
from deploy.local.state import CHECKOUT, State


def service_spec(one: Process, state: State, ports: Ports, environment: Mapping[str, str]) -> ChildSpec:
    """A service as a child to supervise."""
    port = ports.at(one.offset)
    return ChildSpec(
        name=one.name,
        command=module_command(one.module),
        environment=environment,
        cwd=CHECKOUT,
        log=state.log(one.name),
        port=port,
        ready=lambda _: is_ready(port),
        stage=one.stage,
    )


def run_step(step: Step, log: Path, environment: Mapping[str, str]) -> None:
    """Run a step to its end, its output into its log. LocalError with the end of that when it fails."""
    with log.open("ab") as file:
        done = subprocess.run(  # noqa: S603  # a command of ours
            module_command(step.module), env=child_environment(environment), cwd=CHECKOUT,
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, check=False,
        )
    if done.returncode:
        raise LocalError(f"{step.name} failed with code {done.returncode}", f"its log is {log}", tail=tail(log))


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module with the Python that runs this."""
    return (sys.executable, "-m", module, *arguments)
