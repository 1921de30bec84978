"""The few kinds of panels our dashboards are made of, as Grafana's classic JSON (schema 39, which later versions migrate when they load it)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


class Text(NamedTuple):
    """The same in Chinese and English."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """In a language."""
        return self.zh if language == "zh" else self.en


class Line(NamedTuple):
    """One expression, and what its series are called (`{{label}}` takes a label's value)."""

    expr: str
    legend: str | Text = ""


class Panel(NamedTuple):
    """What a panel shows, and how wide of 24 it is."""

    kind: str  # stat, timeseries, table, bargauge
    title: Text
    lines: Sequence[Line]
    unit: str = "short"
    width: int = 8
    height: int = 7
    red_above: float | None = None


class Row(NamedTuple):
    """A heading, and the panels below it, wrapped at 24."""

    title: Text
    panels: Sequence[Panel]


def draw(rows: Sequence[Row], language: str) -> list[Json]:
    """The panels of a dashboard with their places and numbers."""
    drawn: list[Json] = []
    y = 0
    for row in rows:
        drawn.append(
            {"type": "row", "id": len(drawn) + 1, "title": row.title.of(language), "collapsed": False, "panels": [], "gridPos": _place(0, y, WIDTH, 1)}
        )
        y, x, high = y + 1, 0, 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                y, x, high = y + high, 0, 0
            drawn.append({"id": len(drawn) + 1, "gridPos": _place(x, y, panel.width, panel.height), **_panel(panel, language)})
            x, high = x + panel.width, max(high, panel.height)
        y += high
    return drawn


def _panel(panel: Panel, language: str) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above})
    table = panel.kind == "table"
    return {
        "type": panel.kind,
        "title": panel.title.of(language),
        "datasource": _SOURCE,
        "targets": [_target(number, line, language, instant=panel.kind != "timeseries", table=table) for number, line in enumerate(panel.lines)],
        "fieldConfig": {"defaults": {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}, **_LOOKS.get(panel.kind, {})}, "overrides": []},
        "options": _OPTIONS[panel.kind],
        **(
            {"transformations": [{"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True, "job": True, "instance": True}}}]}
            if table
            else {}
        ),
    }


def _target(number: int, line: Line, language: str, *, instant: bool, table: bool) -> Json:
    legend = line.legend.of(language) if isinstance(line.legend, Text) else line.legend
    how = {"instant": True, "range": False} if instant else {"instant": False, "range": True}
    return {
        "refId": chr(ord("A") + number),
        "datasource": _SOURCE,
        "expr": line.expr,
        "legendFormat": legend,
        "format": "table" if table else "time_series",
        **how,
    }


def _place(x: int, y: int, w: int, h: int) -> Json:
    return {"x": x, "y": y, "w": w, "h": h}


_LOOKS: dict[str, Json] = {
    "timeseries": {"custom": {"lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": True}},
    "bargauge": {"min": 0},
}
_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[str, Json] = {
    "stat": {"reduceOptions": _LAST, "colorMode": "value", "graphMode": "none", "textMode": "auto"},
    "timeseries": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
    "table": {"showHeader": True, "cellHeight": "sm"},
    "bargauge": {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "basic", "valueMode": "text"},
}
