"""Synthetic outlines of a replay's areas, brought before its year is told, so that the wall has a map to colour from the first event on."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.demo.emit import Event
from deploy.demo.geometry import geometry_of
from deploy.demo.outlines import Area
from deploy.demo.progress import say

_CENTRE = (115.0, 30.0)
_LOADER = "services.gateway.geometry"
_ROOT = Path(__file__).resolve().parents[2]


def areas_of(events: Iterable[Event], namespace: str) -> list[Area]:
    """The areas that a replay defines, whole keys; without those it merges away, which would stand on the map as holes."""
    found: dict[str, Area] = {}
    for event in events:
        data = event["data"]
        if event["type"] == "org.wangge.area.defined.v1":
            parent = data.get("parent")
            found[data["area"]] = Area(f"{namespace}:{data['area']}", f"{namespace}:{parent}" if parent else None, data["kind"])
        elif event["type"] == "org.wangge.area.merged.v1":
            found.pop(data["area"], None)
    return list(found.values())


def bring_outlines(place: str, events: Iterable[Event]) -> None:
    """Loads outlines of a place's areas, unless it has some: a district's own are never replaced.

    That takes the database (WANGGE_POSTGRES), which `./run demo` has. Elsewhere the map stays schematic.
    """
    if not os.environ.get("WANGGE_POSTGRES"):
        return
    areas = areas_of(events, place)
    if not areas:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{place}.geojson"
        file.write_text(json.dumps(geometry_of(areas, _CENTRE)), encoding="utf-8")
        command = (sys.executable, "-m", _LOADER, "load", str(file), "--if-none")
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # a command of ours
    if done.returncode:
        say(f"{place}: its map stays schematic, the outlines were not taken: {done.stderr.strip()[-300:]}")
