"""A metrics worker on the bench's topic, with or without the merge beside it."""

import asyncio
import os
import sys

from services.kernel.garbage import collect_seldom
from services.kernel.logs import configure
from services.metrics import worker
from services.metrics.settings import WorkerSettings
from tests.bench.sampling import Sampler


class _NoMerger:
    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def run(self) -> None:
        await asyncio.Event().wait()


if __name__ == "__main__":
    configure("bench", json=False)
    if os.environ["BENCH_MERGE"] == "0":
        worker.Merger = _NoMerger  # type: ignore[attr-defined, assignment]
    collect_seldom()
    sampler = Sampler() if os.environ.get("BENCH_PROFILE") else None
    code = asyncio.run(worker.run(WorkerSettings(), topics=(os.environ["BENCH_TOPIC"],)))  # type: ignore[call-arg]  # from the environment
    if sampler is not None:
        sys.stderr.write(f"where the worker was, merge beside it: {os.environ['BENCH_MERGE']}\n{sampler.stop()}")
    sys.exit(code)
