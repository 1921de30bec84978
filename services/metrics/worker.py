"""The command line of a metrics worker: `python -m services.metrics.worker`, settings from the environment."""

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

import structlog

from services.kernel.garbage import collect_seldom
from services.kernel.health import Health
from services.kernel.http.aside import aside
from services.kernel.logs import configure
from services.kernel.postgres.database import Database
from services.kernel.telemetry import new_registry
from services.kernel.topics import Topics
from services.metrics.app import FACT_TOPICS, MetricsApp, create_app
from services.metrics.merge import Merger
from services.metrics.positions import Positions
from services.metrics.processor import Limits, Processor
from services.metrics.settings import WorkerSettings
from services.metrics.telemetry import Telemetry
from services.metrics.watchdog import StalledError, Watchdog

_log = structlog.get_logger()


class NotAssignedError(Exception):
    """The group has given this worker no answer yet."""


async def run(settings: WorkerSettings, topics: tuple[str, ...] = FACT_TOPICS) -> int:
    """Runs a worker until SIGTERM or SIGINT (0) or until something in it fails (1)."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    registry, health = new_registry(settings.name), Health()
    telemetry = Telemetry(registry)
    async with contextlib.AsyncExitStack() as stack:
        database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name, max_size=4)
        stack.push_async_callback(database.close)
        health.check("postgres", database.is_reachable)
        positions = Positions(database, stack.enter_context(Topics(settings.kafka, answer_within_s=5)))
        processor = Processor(
            database,
            telemetry,
            Limits(settings.metrics_batch, settings.metrics_linger_s, settings.metrics_reject_budget, settings.metrics_unmerged_rows),
            topic_id=positions.topic_id,
        )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-metrics-")))
        app = create_app(settings, processor, positions, telemetry, folder=folder, topics=topics)
        health.check("kafka", lambda: _is_reading(app))
        await stack.enter_async_context(aside(settings, health, registry))
        tasks: dict[str, asyncio.Task[None]] = {
            "processor": asyncio.create_task(processor.run()),
            "merge": asyncio.create_task(Merger(database, telemetry, most=settings.metrics_merge_rows).run()),
            "watchdog": asyncio.create_task(_watch(app, processor, telemetry)),
            "faust": asyncio.create_task(_serve(app)),
        }
        return await _until_one_ends(app, tasks, stop)


async def _until_one_ends(app: MetricsApp, tasks: dict[str, asyncio.Task[None]], stop: asyncio.Event) -> int:
    stopping: asyncio.Task[object] = asyncio.create_task(stop.wait())
    every: list[asyncio.Task[object]] = [stopping, *tasks.values()]
    await asyncio.wait(every, return_when=asyncio.FIRST_COMPLETED)
    failed = False
    for name, task in tasks.items():
        if task.done() and not stop.is_set():
            failed = True
            _log.error("part of the worker ended", part=name, error=repr(task.exception()))
    try:
        await asyncio.wait_for(app.stop(), 5)
    except Exception as error:  # noqa: BLE001  whatever Faust says at its end, ours is the exit code
        _log.info("the app did not stop by itself", error=f"{type(error).__name__}: {error}")
    for each in every:
        each.cancel()
    await asyncio.gather(*every, return_exceptions=True)
    return 1 if failed else 0


async def _serve(app: MetricsApp) -> None:
    """Starts the app and returns, or raises, when it has ended."""
    await app.start()
    await app.wait_until_stopped()
    if app.crash_reason is not None:
        raise app.crash_reason


async def _watch(app: MetricsApp, processor: Processor, telemetry: Telemetry) -> None:
    watchdog = Watchdog()
    while True:
        await asyncio.sleep(1)
        progress = app.batches.progress()
        for one in progress:
            telemetry.lag.labels(*one.partition).set(0 if one.high_watermark is None else max(0, one.high_watermark - one.reached))
        verdict = watchdog.look(progress, time.monotonic(), processor.waits)
        if verdict.crash is not None:
            raise StalledError(f"{verdict.crash} has not moved for too long")
        if verdict.seek:
            _log.warning("no progress, reading again from the watermarks", rewound=len(verdict.rewound))
            app.batches.owe_seek("watchdog", verdict.rewound)


async def _is_reading(app: MetricsApp) -> None:
    if app.rebalancing or not app.batches.flow_active or app.consumer_generation_id <= 0:
        raise NotAssignedError("waiting for the group to assign partitions")


def main() -> int:
    """The command."""
    settings = WorkerSettings()  # type: ignore[call-arg]  # from the environment
    configure(settings.name, json=settings.log_json)
    collect_seldom()
    return asyncio.run(run(settings))


if __name__ == "__main__":
    sys.exit(main())
