"""The steps of a trial, each on the project as a whole."""

import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.containers.trial.composed import Composed, bases_of
from deploy.containers.trial.engine import Engine, EngineError, MissingError

Say = Callable[[str], None]

READY_S = 300.0
"""How long the platform may take from nothing, and a server until it is back."""


def fetch_images(engine: Engine, composed: Composed, say: Say) -> None:
    """Images that come from elsewhere, pulled where they are not here; MissingError names those that cannot be had."""
    missing = []
    for image in [*bases_of(), *composed.foreign_images]:
        if engine.has_image(image):
            continue
        say(f"pulling {image}")
        try:
            engine.run("pull", "-q", image, timeout=900)
        except EngineError as error:
            missing.append(f"{image} ({str(error).splitlines()[-1][-160:]})")
    if missing:
        raise MissingError(f"images that are neither here nor to be had: {'; '.join(missing)}")


def build(engine: Engine, image: str, options: Iterable[str]) -> None:
    """Our image, from this checkout."""
    engine.run("build", "-q", *options, "-t", image, ".", timeout=1800)


def clear(engine: Engine, composed: Composed) -> None:
    """Takes away whatever of the project is there, data and keys included."""
    for service in composed.services:
        try:
            engine.run("rm", "-f", engine.container(service))
        except EngineError:
            continue
    with contextlib.suppress(EngineError):  # where nothing of it was there
        engine.compose("down", "-v", timeout=300)
    left = engine.run("volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={engine.project}").split()
    if left:
        engine.run("volume", "rm", "-f", *left)


def start(engine: Engine, composed: Composed, say: Say) -> None:
    """Everything that has no profile, ready: jobs ended well, all else healthy. EngineError with what is not, and what that said last.

    Docker's compose waits for what a service waits for. Podman's older ones start all at once; then it is done here, since twenty processes that look for
    each other again and again leave nothing of a small machine.
    """
    if engine.name == "docker":
        engine.compose("up", "-d", "--wait", *composed.services, timeout=900)
        return
    engine.compose("up", "--no-start", *composed.services, timeout=900)
    for wave in composed.waves():
        for service in wave:
            engine.run("start", engine.container(service))
        _wait_until_ready(engine, composed, wave, say)


def _wait_until_ready(engine: Engine, composed: Composed, wave: Iterable[str], say: Say, patience_s: float = READY_S) -> None:
    until = time.monotonic() + patience_s
    waiting = {service: _has_ended if service in composed.jobs else Engine.is_healthy for service in wave}
    while waiting:
        for service in [name for name, is_there in waiting.items() if is_there(engine, name)]:
            del waiting[service]
            say(f"{service} is ready" if service in composed.lasting else f"{service} is done")
        if waiting and time.monotonic() > until:
            first = next(iter(waiting))
            raise EngineError(f"not ready after {patience_s:.0f} s: {', '.join(waiting)}; {first} said last: {said_last(engine, first)}")
        time.sleep(1 if waiting else 0)


def kill_and_restart(engine: Engine, service: str, patience_s: float = READY_S) -> float:
    """Kills it without a word, starts it again, and waits; the seconds until it is healthy again."""
    container = engine.container(service)
    began = time.monotonic()
    engine.run("kill", "--signal", "KILL", container)
    while engine.state(service)[0] and time.monotonic() - began < 5:
        time.sleep(0.2)  # unless its own restart policy was quicker
    engine.run("start", container)
    while not engine.is_healthy(service):
        if time.monotonic() - began > patience_s:
            raise EngineError(f"{service} was killed and is not back after {patience_s:.0f} s; it said last: {said_last(engine, service)}")
        time.sleep(0.5)
    return time.monotonic() - began


def said_last(engine: Engine, service: str) -> str:
    """The end of a container's log."""
    try:
        return engine.run("logs", "--tail", "5", engine.container(service))[-800:].strip()
    except EngineError as error:
        return str(error)


def take_keys(engine: Engine, image: str, folder: Path) -> None:
    """The keys of operator and sources, as an operator reads them, into `folder`/keys."""
    (folder / "keys").mkdir(mode=0o700, parents=True)
    volume = f"{engine.project}_keys-operator"
    for name in ("operator", "zhuhai", "district"):
        key = engine.run("run", "--rm", "-v", f"{volume}:/run/secrets:ro", image, "cat", f"/run/secrets/keys/{name}.key")
        path = folder / "keys" / f"{name}.key"
        path.touch(0o600)
        path.write_text(key, encoding="utf-8")


def _has_ended(engine: Engine, service: str) -> bool:
    try:
        runs, code = engine.state(service)
    except EngineError:
        return False
    return not runs and code == 0
