"""The outlines a demo brings for its map."""

from pathlib import Path

import pytest

from deploy.demo import sketch
from deploy.demo.emit import Event
from deploy.demo.outlines import Area
from deploy.demo.sketch import areas_of, bring_outlines


def _event(verb: str, **data: object) -> Event:
    return {"type": f"org.wangge.area.{verb}.v1", "data": data}


EVENTS = [
    _event("defined", area="d", kind="area.district"),
    _event("defined", area="g1", kind="area.grid", parent="d"),
    _event("defined", area="g2", kind="area.grid", parent="d"),
    _event("merged", area="g2", into="g1"),
    {"type": "org.wangge.unit.registered.v1", "data": {"unit": "u", "area": "g1"}},
]


def test_areas_are_those_that_stay_with_whole_keys() -> None:
    assert areas_of(EVENTS, "z") == [Area("z:d", None, "area.district"), Area("z:g1", "z:d", "area.grid")]


def test_without_a_database_nothing_is_brought(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("WANGGE_POSTGRES", raising=False)
    bring_outlines("z", EVENTS)
    assert capsys.readouterr().err == ""


def test_outlines_that_are_not_taken_leave_the_demo_going_and_say_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "loader.py").write_text("import sys; sys.exit('no such account')", encoding="utf-8")
    monkeypatch.setenv("WANGGE_POSTGRES", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(sketch, "_LOADER", "loader")
    monkeypatch.setattr(sketch, "_ROOT", tmp_path)
    bring_outlines("z", EVENTS)
    assert "no such account" in capsys.readouterr().err
