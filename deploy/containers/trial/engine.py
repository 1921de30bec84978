"""The container engine of this machine: Docker with its compose plugin, or podman with podman-compose."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.state import CHECKOUT

_MB = 1 << 20


class MissingError(Exception):
    """Something that the trial needs is not here; the message says what, and how it comes."""


class EngineError(Exception):
    """A command of the engine failed; the message has what it said last, `printed` all of its standard output."""

    def __init__(self, message: str, printed: str = "") -> None:
        super().__init__(message)
        self.printed = printed


@dataclass(frozen=True)
class Engine:
    """One engine's commands for one project. Services are named as in the compose file."""

    name: str
    command: tuple[str, ...]
    compose_command: tuple[str, ...]
    project: str
    files: tuple[Path, ...]
    environment: Mapping[str, str]

    def compose(self, *arguments: str, timeout: float = 600) -> str:
        """Runs a compose command on the project; what it printed."""
        files = [part for file in self.files for part in ("-f", str(file))]
        return self._run([*self.compose_command, "-p", self.project, *files, *arguments], timeout)

    def run(self, *arguments: str, timeout: float = 600) -> str:
        """Runs an engine's command; what it printed."""
        return self._run([*self.command, *arguments], timeout)

    def container(self, service: str) -> str:
        """The id of a service's container; EngineError where it has none."""
        labels = {"com.docker.compose.project": self.project, "com.docker.compose.service": service}
        filters = [part for label, value in labels.items() for part in ("--filter", f"label={label}={value}")]
        found = self.run("ps", "-a", "-q", "--no-trunc", *filters).split()
        if not found:
            raise EngineError(f"{service} has no container")
        return found[0]

    def state(self, service: str) -> tuple[bool, int]:
        """Whether it runs, and what it ended with when it ran last."""
        said = self.run("inspect", "--type", "container", "--format", "{{.State.Running}} {{.State.ExitCode}}", self.container(service)).split()
        return said[0] == "true", int(said[1])

    def is_healthy(self, service: str) -> bool:
        """Whether its health check passes now. Podman without systemd runs checks only when asked, so it is asked."""
        container = self.container(service)
        try:
            if self.name == "podman":
                self.run("healthcheck", "run", container, timeout=60)
                return True
            return self.run("inspect", "--format", "{{.State.Health.Status}}", container).strip() == "healthy"
        except EngineError:
            return False

    def execute(self, service: str, *command: str, timeout: float = 120) -> str:
        """Runs a command in a service's container; what it printed on standard output."""
        return self.run("exec", self.container(service), *command, timeout=timeout)

    def memory(self) -> dict[str, float]:
        """Megabytes that each running container of the project uses now, by container's name."""
        filters = ("--filter", f"label=com.docker.compose.project={self.project}")
        names = dict(line.split(" ", 1) for line in self.run("ps", "--no-trunc", *filters, "--format", "{{.ID}} {{.Names}}").splitlines())
        said = self.run("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}|{{.MemUsage}}", *names)
        lines = (line.split("|", 1) for line in said.splitlines())
        return {names[container]: in_megabytes(usage.partition("/")[0]) for container, usage in lines if container in names}

    def has_image(self, image: str) -> bool:
        """Whether the image is on this machine."""
        try:
            self.run("image", "inspect", "--format", "x", image)
        except EngineError:
            return False
        return True

    def image_mb(self, image: str) -> float:
        """Megabytes of an image, its base included."""
        return round(int(self.run("image", "inspect", "--format", "{{.Size}}", image)) / _MB, 1)

    def _run(self, command: Sequence[str], timeout: float) -> str:
        try:
            done = subprocess.run(  # noqa: S603  # commands of ours
                command, env={**os.environ, **self.environment}, cwd=CHECKOUT, capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{' '.join(command[:6])} … took more than {timeout:.0f} s") from error
        if done.returncode != 0:
            raise EngineError(f"{' '.join(command[:6])} … ended with {done.returncode}: {(done.stderr or done.stdout)[-1500:].strip()}", done.stdout)
        return done.stdout


def find_engine(project: str, files: Sequence[Path], environment: Mapping[str, str]) -> Engine:
    """The engine that answers; MissingError where none does."""
    for name, command, compose in (
        ("docker", ("docker",), ("docker", "compose")),
        ("podman", ("podman",), ("podman-compose",)),
    ):
        if all(shutil.which(one[0]) for one in (command, compose)) and _answers([*command, "info"]) and _answers([*compose, "version"]):
            return Engine(name, command, compose, project, tuple(files), environment)
    raise MissingError("no container engine answers: install Docker with its compose plugin and start it, or podman with podman-compose")


def _answers(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0  # noqa: S603  # commands of ours
    except (OSError, subprocess.TimeoutExpired):
        return False


def in_megabytes(said: str) -> float:
    """`12.5MiB`, `1.2GB`, `900kB` as megabytes of 2^20 bytes, as engines print them."""
    units = {"kib": 1024, "mib": _MB, "gib": 1 << 30, "kb": 1e3, "mb": 1e6, "gb": 1e9, "b": 1}
    text = said.strip().lower()
    unit = next(one for one in units if text.endswith(one))
    return round(float(text.removesuffix(unit)) * units[unit] / _MB, 1)


def document(said: str) -> Any:
    """The last JSON document among lines that an engine may have mixed with words of its own."""
    for line in reversed(said.splitlines()):
        if line.startswith(("{", "[")):
            return json.loads(line)
    raise EngineError(f"no JSON in what it printed: {said[-300:]}")
