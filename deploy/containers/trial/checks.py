"""What must be so afterwards: everything told is counted once, a recount agrees, Prometheus sees every process and says what the API says."""

import json
import subprocess
import time
from collections.abc import Mapping
from typing import Any

from deploy.containers.trial.engine import Engine, EngineError, document
from deploy.containers.trial.trickle import AREA
from deploy.demo.gateway import Gateway
from deploy.local.modules import module_command
from deploy.local.state import CHECKOUT

Report = dict[str, Any]
PLACE = "zhuhai"
_PROMETHEUS = "http://127.0.0.1:9090"


def published_figures(environment: Mapping[str, str], *, tell: bool) -> Report:
    """The document of `demo zhuhai --fast` (tell) or of `figures zhuhai`, through the published port."""
    arguments = ("deploy.demo", PLACE, "--fast", "--json") if tell else ("deploy.demo.figures", PLACE, "--json")
    done = subprocess.run(module_command(*arguments), env=dict(environment), cwd=CHECKOUT, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603  # a command of ours
    found: Report = json.loads(done.stdout) if done.stdout.startswith("{") else {"hold": 0, "fall_short": 1, "said": done.stderr[-800:]}
    return found


def counted(gateway: Gateway, expected: Mapping[str, int]) -> Report:
    """What was told while containers died, beside what is counted of it."""
    live = {metric: gateway.figure(metric, {"area": AREA})["value"] for metric in expected}
    return {"told": dict(expected), "counted": {metric: int(value) for metric, value in live.items()}, "ok": live == dict(expected)}


def recount(engine: Engine) -> Report:
    """The recount, as an operator runs it."""
    try:
        said = engine.compose("run", "--rm", "--no-deps", "-T", "owner", "python", "-m", "services.metrics.recount", "--json")
    except EngineError as error:  # differences end it with 1
        said = error.printed
    found: Report = document(said)
    return {"events": found["events"], "cells": found["cells"], "differences": len(found["differences"]), "first": found["differences"][:3]}


def targets(engine: Engine, wanted: int, patience_s: float = 90) -> Report:
    """Which processes Prometheus reaches; it is given time for two scrapes."""
    until = time.monotonic() + patience_s
    while True:
        up = {one["metric"]["instance"]: one["value"][1] == "1" for one in _ask(engine, "up")}
        if (len(up) >= wanted and all(up.values())) or time.monotonic() > until:
            return {"wanted": wanted, "up": sum(up.values()), "down": sorted(name for name, is_up in up.items() if not is_up)}
        time.sleep(3)


def rules(engine: Engine) -> Report:
    """The rules' own tests, run by the promtool that comes with the Prometheus which evaluates them."""
    tests = sorted(f"/etc/wangge/tests/{file.name}" for file in (CHECKOUT / "deploy" / "prometheus" / "tests").glob("*.yml"))
    try:
        # Nothing but its volume can be written in there.
        engine.execute("prometheus", "sh", "-c", f"TMPDIR=/prometheus promtool test rules {' '.join(tests)}")
    except EngineError as error:
        return {"tests": len(tests), "ok": False, "said": str(error)[-600:]}
    return {"tests": len(tests), "ok": True}


def equality(engine: Engine, gateway: Gateway, patience_s: float = 90) -> Report:
    """Every figure that Prometheus has, of every area it has it for, beside the API's; asked again until a scrape has seen the newest."""
    until = time.monotonic() + patience_s
    while True:
        differing, compared = _compare(engine, gateway)
        if (compared and not differing) or time.monotonic() > until:
            return {"compared": compared, "differing": differing[:5], "ok": bool(compared) and not differing}
        time.sleep(5)


def _compare(engine: Engine, gateway: Gateway) -> tuple[list[str], int]:
    scraped = {(one["metric"]["__name__"], one["metric"]["area"]): float(one["value"][1]) for one in _ask(engine, '{__name__=~"wangge_.+", area!="", kind=""}')}
    differing, compared = [], 0
    for metric in gateway.metrics():
        name = f"wangge_{metric['id'].replace('.', '_')}_{metric['unit']}"
        for (series, area), value in scraped.items():
            if series != name:
                continue
            live = gateway.figure(metric["id"], {"area": area})["value"]
            compared += 1
            if live is None or abs(float(live) - value) > 1e-9 * max(1.0, abs(value)):
                differing.append(f"{name}{{area={area}}}: Prometheus {value}, API {live}")
    return differing, compared


def _ask(engine: Engine, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(engine.execute("prometheus", "promtool", "query", "instant", "-o", "json", _PROMETHEUS, query))
    return found
