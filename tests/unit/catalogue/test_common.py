"""The common catalogue has what the contract promises every place, and says it in one JSON document."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from services.kernel.catalogue import Catalogue, CatalogueError, load
from services.kernel.catalogue.__main__ import main
from services.kernel.catalogue.kinds import FAMILIES

ROOT = Path(__file__).resolve().parents[3]

STOCKS = "areas organisations units entries links members cases.open cases.overdue"
FLOWS = (
    "organisations.established organisations.ended members.joined members.left members.transferred_in members.transferred_out "
    "units.registered units.ended entries.registered entries.ended links.set links.ended activities activities.days visits "
    "cases.opened cases.moved cases.reached cases.resolved cases.closed cases.reopened "
    "amounts amounts.count attendance volunteer.minutes volunteer.items volunteer.shifts cases.amount cases.amount_settled "
    "attendance.people attendance.participants volunteer.people visits.people visits.places cases.time_to_resolve cases.time_to_reach"
)
RATIOS = "units.coverage grids.coverage centres.coverage cases.resolution_rate"
DIMENSIONS = {
    "organisations": {"field", "formation"},
    "members": {"standing"},
    "members.left": {"standing"},
    "cases.open": {"state", "tier", "channel"},
    "cases.moved": {"state"},
    "cases.reached": {"state"},
    "cases.resolved": {"timely", "tier", "channel"},
    "amounts": {"unit", "of"},
    "attendance": {"role"},
    "cases.time_to_reach": {"state"},
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(ROOT / "catalogue")


def test_every_metric_of_the_contract_exists_with_its_nature(catalogue: Catalogue) -> None:
    natures = {name: metric.nature for name, metric in catalogue.metrics.items()}

    assert {natures.get(name) for name in STOCKS.split()} == {"stock"}
    assert {natures.get(name) for name in FLOWS.split()} == {"flow"}
    assert {catalogue.metrics[name].form_name for name in RATIOS.split()} == {"ratio"}


@pytest.mark.parametrize(("metric", "dimensions"), DIMENSIONS.items())
def test_a_metric_has_the_dimensions_of_the_contract(catalogue: Catalogue, metric: str, dimensions: set[str]) -> None:
    assert set(catalogue.metrics[metric].dimensions) == dimensions


def test_members_are_the_full_and_probationary_ones_unless_asked(catalogue: Catalogue) -> None:
    (condition,) = catalogue.metrics["members"].default_where

    assert (condition.dimension, set(condition.values)) == ("standing", {"full", "probationary"})


def test_every_row_measure_of_the_architecture_is_declared(catalogue: Catalogue) -> None:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## 5. Row measures")[2].partition("\n## ")[0]
    named: set[str] = set()
    for line in table.splitlines():
        base = ""
        for name in re.findall(r"`([a-z_.]+)`", line.split("|")[1]) if line.startswith("| `") else ():
            base = base if name.startswith(".") else name
            named.add(base.rpartition(".")[0] + name if name.startswith(".") else name)

    assert named - {"_tree"} == {name for name in catalogue.measures if ":" not in name}


def test_every_figure_says_in_two_languages_what_it_is(catalogue: Catalogue) -> None:
    assert [metric.id for metric in catalogue.metrics.values() if not (re.search("[一-鿿]", metric.text.zh) and metric.text.en.isascii())] == []


def test_the_default_workflow_leads_from_opened_to_closed_and_back(catalogue: Catalogue) -> None:
    states = {state.id: state for state in catalogue.kind("case").states}
    way = ["opened", "accepted", "answered", "resolved", "closed"]

    assert all(after in states[before].to for before, after in pairwise(way))
    assert [state.id for state in states.values() if state.initial] == ["opened"]
    assert states["closed"].final
    assert states["resolved"].resolved
    assert states["closed"].to, "a closed case can be opened again"
    assert "closed" not in states["answered"].to, "what is closed without a solution is told apart"


def test_no_workflow_passes_from_resolved_to_final_by_becoming_unresolved(catalogue: Catalogue) -> None:
    for kind in catalogue.below("case"):
        states = {state.id: state for state in kind.states}
        assert not [
            (kind.id, state.id, to)
            for state in states.values()
            if state.resolved
            for to in state.to
            if states[to].final and not states[to].resolved and "merged" not in states[to].marks
        ]


def test_the_kinds_that_coverage_is_measured_by_carry_their_marks(catalogue: Catalogue) -> None:
    assert {kind.id for kind in catalogue.marked("basic")} >= {"area.community", "area.village"}
    assert [kind.id for kind in catalogue.marked("grid")] == ["area.grid"]
    assert "entry.centre" in [kind.id for kind in catalogue.marked("centre")]
    assert {kind.partition(".")[0] for kind in catalogue.kinds} == set(FAMILIES)


def test_the_list_is_one_json_document_of_the_pinned_shape() -> None:
    told = subprocess.run([sys.executable, "-m", "services.kernel.catalogue", "list", "--json"], cwd=ROOT, capture_output=True, text=True, check=True)

    listed = json.loads(told.stdout)

    assert set(listed) == {"version", "kinds", "metrics"}
    assert all({"id", "family", "class", "required"} <= set(kind) for kind in listed["kinds"])
    assert all({"id", "form", "unit", "dimensions"} <= set(metric) for metric in listed["metrics"])
    assert all({"id", "marks", "to"} <= set(state) for kind in listed["kinds"] for state in kind.get("states", []))
    assert told.stderr == ""


def test_an_id_is_explained_and_an_unknown_one_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "case.livelihood", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"]["id"] == "case.livelihood"

    assert main(["explain", "case.grids"]) == 1
    assert capsys.readouterr().out == ""


def test_a_check_of_a_flawed_catalogue_names_the_flaws_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "a.yaml").write_text("kinds:\n  shop: {}\n", encoding="utf-8")

    assert main(["check", "--json", "--folder", str(tmp_path)]) == 1

    assert json.loads(capsys.readouterr().out)["flaws"][0]["line"] == 2
    with pytest.raises(CatalogueError, match=r"common/a\.yaml:2: shop is of no family\. Begin with"):
        load(tmp_path)
