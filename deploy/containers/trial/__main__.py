"""`python -m deploy.containers.trial [--json] [--keep] [--with FILE]`: 0 only if everything held. Takes about ten minutes, and a project of its own."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.containers.trial import checks, steps
from deploy.containers.trial.checks import Report
from deploy.containers.trial.composed import COMPOSE, Composed, read_composed
from deploy.containers.trial.engine import Engine, EngineError, MissingError, find_engine
from deploy.containers.trial.trickle import Trickle
from deploy.demo.gateway import Gateway, GatewayError
from deploy.demo.waiting import until_counted
from deploy.local.report import Progress

PROJECT = "wangge-trial"
IMAGE = "wangge:trial"
_PORT = "18080"


class Trial:
    """One run over one project; `report` fills as it goes."""

    def __init__(self, engine: Engine, composed: Composed, build_options: list[str]) -> None:
        self.report: Report = {"engine": engine.name, "seconds": {}}
        self._engine = engine
        self._composed = composed
        self._build_options = build_options
        self._progress = Progress()
        self._address = f"http://127.0.0.1:{engine.environment['WANGGE_PORT']}"

    def run(self) -> None:
        """All steps in order. MissingError, EngineError or GatewayError where one cannot go on."""
        with self._step("images"):
            steps.fetch_images(self._engine, self._composed, self._say)
            steps.build(self._engine, IMAGE, self._build_options)
            self.report["image_mb"] = self._engine.image_mb(IMAGE)
        with self._step("start"):
            steps.clear(self._engine, self._composed)
            steps.start(self._engine, self._composed, self._say)
        with tempfile.TemporaryDirectory() as folder:
            self._with_keys(Path(folder))
        self.report["memory_mb"] = self._engine.memory()

    def _with_keys(self, folder: Path) -> None:
        steps.take_keys(self._engine, IMAGE, folder)
        environment = {**os.environ, "WANGGE_GATEWAY": self._address, "WANGGE_SECRETS": str(folder)}
        with self._step("replay"):
            told = checks.published_figures(environment, tell=True)
            self._say(f"{told['hold']} figures hold, {told['fall_short']} fall short")
        operator, district = ((folder / "keys" / f"{name}.key").read_text(encoding="utf-8").strip() for name in ("operator", "district"))
        with Gateway(self._address, operator) as reader, Gateway(self._address, district, patience_s=10) as writer:
            with self._step("kills"):
                trickle = self._kill_each(writer)
                until_counted(reader)
            with self._step("checks"):
                self._check(environment, reader, trickle)

    def _kill_each(self, writer: Gateway) -> Trickle:
        trickle = Trickle(writer)
        trickle.start()
        self.report["back_after_s"] = {}
        for service in self._composed.lasting:
            seconds = steps.kill_and_restart(self._engine, service)
            self.report["back_after_s"][service] = round(seconds, 1)
            self._say(f"{service} was killed and is back after {seconds:.1f} s; {trickle.rounds} rounds of events told meanwhile")
        trickle.stop()
        return trickle

    def _check(self, environment: dict[str, str], reader: Gateway, trickle: Trickle) -> None:
        figures = checks.published_figures(environment, tell=False)
        self.report["figures"] = {"hold": figures["hold"], "fall_short": figures["fall_short"]}
        self.report["events"] = {**checks.counted(reader, trickle.expected()), "told_again": trickle.repeats, "refused": trickle.refused[:3]}
        self.report["recount"] = checks.recount(self._engine)
        self.report["targets"] = checks.targets(self._engine, len(self._composed.ours))
        self.report["rules"] = checks.rules(self._engine)
        self.report["prometheus"] = checks.equality(self._engine, reader)
        for name in ("figures", "events", "recount", "targets", "rules", "prometheus"):
            self._say(f"{name}: {json.dumps(self.report[name], ensure_ascii=False)}")

    def holds(self) -> bool:
        """Whether everything was looked at and is as it should be."""
        report = self.report
        if "memory_mb" not in report:
            return False
        figures, events, targets = report["figures"], report["events"], report["targets"]
        return bool(
            figures["hold"] and not figures["fall_short"]
            and events["ok"] and not events["refused"]
            and report["recount"]["events"] and not report["recount"]["differences"]
            and targets["up"] >= targets["wanted"] and not targets["down"]
            and report["rules"]["ok"] and report["prometheus"]["ok"]
        )  # fmt: skip

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self._progress(name, "begins")
        yield
        self.report["seconds"][name] = round(time.monotonic() - began, 1)

    def _say(self, text: str) -> None:
        self._progress("", text)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run containers", description="Try the containers for real.")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--keep", action="store_true", help="leave everything running afterwards")
    parser.add_argument("--with", dest="files", metavar="FILE", action="append", default=[], help="an override file (deploy/kafka/sasl.yml)")
    asked = parser.parse_args()
    environment = {
        "WANGGE_IMAGE": IMAGE,
        "WANGGE_PULL": "never",
        "WANGGE_PORT": os.environ.get("WANGGE_PORT", _PORT),
        "COMPOSE_PROJECT_NAME": PROJECT,
    }
    try:
        engine = find_engine(PROJECT, [COMPOSE, *(Path(file).resolve() for file in asked.files)], environment)
    except MissingError as error:
        return _end({"ok": False, "missing": str(error)}, as_json=asked.json)
    trial = Trial(engine, read_composed(), os.environ.get("WANGGE_BUILD_OPTIONS", "").split())
    began = time.monotonic()
    try:
        trial.run()
    except MissingError as error:
        trial.report["missing"] = str(error)
    except (EngineError, GatewayError) as error:
        trial.report["failed"] = str(error)
    finally:
        if not asked.keep:
            steps.clear(engine, read_composed())
    trial.report["seconds"]["all"] = round(time.monotonic() - began, 1)
    return _end({"ok": trial.holds(), **trial.report}, as_json=asked.json)


def _end(report: Report, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    else:
        for name, value in report.items():
            print(f"{name:<14}{value if isinstance(value, (str, bool, float, int)) else json.dumps(value, ensure_ascii=False)}")
    for name in ("missing", "failed"):
        if name in report:
            print(f"containers: {report[name]}", file=sys.stderr)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
