"""One contestant's run: a process of its own, watched from outside while it reads a topic to its end."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deploy.local.state import CHECKOUT
from tests.bench.cpu import Meter

LONGEST_S = 60


class Result(NamedTuple):
    """What came of one contestant in one round."""

    rate: float  # facts a second; of the merge alone, rows
    cpu: Mapping[str, float]  # microseconds a fact, by process
    verdict: str  # `exact`, or what is wrong with its sums


class Contestant(NamedTuple):
    """Who competes, and how."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    scratch: bool = False  # takes a folder as its last argument
    slow: bool = False  # is given the short topic
    own_python: bool = True  # runs in the peers' environment, else in ours
    state: str = ""  # what of its state survives a crash


PEERS: Sequence[Contestant] = (
    Contestant("raw confluent-kafka + msgspec + dict", "raw_confluent", state="nothing: memory"),
    Contestant("raw aiokafka + msgspec + dict", "raw_aiokafka", own_python=False, state="nothing: memory"),
    Contestant("Bytewax stateful_map", "bytewax_stateful", state="nothing: memory"),
    Contestant("Bytewax stateful_map, recovery store", "bytewax_stateful", scratch=True, state="up to the last epoch (0.5 s); events after it are read again"),
    Contestant("Pathway groupby.reduce", "pathway_sums", state="nothing: memory"),
    Contestant("Quix Streams, state with changelog", "quix_stateful", scratch=True, slow=True, state="up to the last checkpoint (5 s); at least once"),
    Contestant("Faust take", "faust_stock", own_python=False, slow=True, state="nothing: memory; a batch whose agent raised is acknowledged"),
    Contestant("Faust table per event", "faust_stock", ("table",), own_python=False, slow=True, state="in the changelog topic; at least once"),
)
"""In the order in which they run."""

LOOP = Contestant("raw aiokafka loop, decodes only", "raw_aiokafka", ("decode",), own_python=False)


async def run(who: Contestant, python: str, servers: str, topic: str, facts: int, truth: str | None, others: Mapping[str, int]) -> Result:
    """Runs a contestant to the end of a topic. `truth` is what its sums must be (None: it makes none); `others` are the servers' processes."""
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as scratch:
        command = ["-m", f"tests.bench.peers.{who.module}", servers, topic, str(facts), *who.arguments, *([scratch] if who.scratch else [])]
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "ignore", "PATHWAY_TELEMETRY_SERVER": ""}
        log = tempfile.TemporaryFile()  # noqa: SIM115  closed below
        child = await asyncio.create_subprocess_exec(python, *command, stdout=asyncio.subprocess.PIPE, stderr=log, env=environment, cwd=scratch)
        try:
            async with asyncio.timeout(LONGEST_S):
                return await _watch(child, truth, others)
        except (TimeoutError, EOFError, KeyError, ValueError) as error:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()[-300:]
            return Result(0.0, {}, f"{type(error).__name__} after {LONGEST_S} s at most: {said}" if said else f"{type(error).__name__}: did not finish")
        finally:
            log.close()
            if child.returncode is None:
                child.kill()
            await child.wait()


async def _watch(child: asyncio.subprocess.Process, truth: str | None, others: Mapping[str, int]) -> Result:
    meter = Meter({})
    used: Mapping[str, float] = {}
    assert child.stdout is not None
    while line := (await child.stdout.readline()).strip():
        if line == b"begin":
            meter = Meter(others)
        elif line == b"end":
            used = meter.read()
        elif line.startswith(b"{"):
            found = json.loads(line)
            facts = found["facts"]
            cpu = {"client": found["cpu"] / facts * 1e6, **{name: seconds / facts * 1e6 for name, seconds in used.items()}}
            exact = found["sums"] == truth
            return Result(facts / found["seconds"], cpu, "exact" if exact else f"wrong: {found['sums']} instead of {truth}")
    raise EOFError


def stamp() -> str:
    """A name that was never used on this broker."""
    return f"{os.getpid()}-{time.monotonic_ns()}"
