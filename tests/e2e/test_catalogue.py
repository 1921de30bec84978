"""A programme out of the guide and a district out of files: what stands in a folder is told, counted and shown, and no line of code knows of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy.local.platform import Platform
from services.kernel.catalogue import load
from tests.faults.judging import recount
from tests.support.ports import own_base
from tests.support.waiting import eventually

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("kafka")]  # beside the tests that share the other platform
ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "add-a-programme.md").read_text(encoding="utf-8")
FIFTH = Path(__file__).with_name("fifth_district")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An operator's folder with the guide's file."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "escort.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def platform(own: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of its own: it runs the shipped catalogue with two folders over it."""
    folders = f"{ROOT / 'catalogue'}:{own}:{FIFTH}"
    one = Platform(Path(tmp_path_factory.mktemp("platform")), own_base(), env={"WANGGE_CATALOGUE": folders})
    try:
        with one:
            yield one
    finally:
        one.state.delete()


@pytest.fixture(scope="module")
def wangge(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.gateway, headers={"authorization": f"Bearer {platform.key('operator')}"}, timeout=20) as client:
        yield client


def told(platform: Platform, events: list[dict[str, Any]]) -> list[str]:
    whole = [{"specversion": "1.0", "source": "urn:wangge:district", **event} for event in events]
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": "application/cloudevents-batch+json"}
    answer = httpx.post(f"{platform.gateway}/v1/events", headers=headers, content=json.dumps(whole), timeout=20).json()
    return [one["status"] for one in answer["results"]]


def test_the_guides_file_is_short() -> None:
    assert len(blocks("yaml")[0].splitlines()) < 30
    assert yaml.safe_load(blocks("yaml")[0]).keys() == {"kinds", "values", "metrics"}


def test_the_programme_of_the_guide_is_told_and_its_figures_are_as_the_guide_says(platform: Platform, wangge: httpx.Client) -> None:
    assert told(platform, json.loads(blocks("json")[0])) == ["accepted"] * 6
    asked = re.findall(r"^\| `(/v1/metrics/\S+)` \| ([\d.]+) \|$", GUIDE, re.MULTILINE)
    assert len(asked) == 5

    for question, answer in asked:
        eventually(lambda q=question, a=answer: wangge.get(q).json()["value"] == float(a), within=20, what=f"{question} = {answer}")
    missing = wangge.get("/v1/metrics/escort.schools/items?area=district:gate-town&from=2026-03-01&to=2026-03-07&not_in=num").json()
    assert [one["key"] for one in missing["items"]] == ["district:school-2"]


def test_they_stand_on_the_page_for_prometheus(platform: Platform, wangge: httpx.Client) -> None:
    def shown() -> bool:
        text = httpx.get(f"{platform.gateway}/metrics", timeout=20).text
        found = dict(re.findall(r'^(wangge_escort_\w+)\{area="district:gate-town"\} ([\d.]+)$', text, re.MULTILINE))
        return {name: float(found.get(name, "nan")) for name in expected} == expected

    expected = {"wangge_escort_time_minutes": 115.0, "wangge_escort_escorted_pupils": 325.0, "wangge_escort_schools_ratio": 0.5}
    eventually(shown, within=20, what=f"{expected}")


def test_an_answer_says_which_catalogue_shaped_it(wangge: httpx.Client, own: Path) -> None:
    running = load(f"{ROOT / 'catalogue'}:{own}:{FIFTH}").version

    answer = wangge.get("/v1/metrics/escort.time?area=district:gate-town&from=2026-03-01&to=2026-03-07")

    assert answer.headers["x-wangge-catalogue"] == running
    assert wangge.get("/v1/metrics/nothing").headers["x-wangge-catalogue"] == running, "a refusal is shaped by it as well"


def test_a_district_that_is_only_files_is_replayed_and_every_figure_holds(platform: Platform) -> None:
    finished = platform.run("deploy.demo", "shanhu", "--fast", "--json")

    found = json.loads(finished.stdout)
    assert [(one["id"], one["live"], one["published"]) for one in found["figures"] if not one["holds"]] == [], finished.stderr
    assert found["hold"] == 7
    assert recount(platform)["differences"] == []


def test_a_reading_side_change_is_active_at_once_and_processes_take_it_up_by_themselves(platform: Platform, wangge: httpx.Client, own: Path) -> None:
    file = own / "escort.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("en: Pupils escorted in the period", "en: Pupils seen across the street"), encoding="utf-8")

    finished = platform.run("services.kernel.versions.activate", "--json")

    assert json.loads(finished.stdout)["needs_retelling"] == [], finished.stderr
    text = "Pupils seen across the street"
    ask = "/v1/metrics/escort.escorted?area=district:gate-town&from=2026-03-01&to=2026-03-07"
    eventually(lambda: text in json.dumps(wangge.get(ask).json()["definition"]), within=60, what="the other text")


def test_a_writing_side_change_waits_for_a_retelling_and_then_holds_for_the_past(platform: Platform, wangge: httpx.Client, own: Path) -> None:
    """Escorts are to be asked by weather as well; what was told of it before it was a dimension is counted by it."""
    file = own / "escort.yaml"
    gate = "      gate: {type: enum, values: [main, side], dimension: true"
    file.write_text(file.read_text(encoding="utf-8").replace(gate, gate.replace("dimension: true", "dimension: false")), encoding="utf-8")
    ask = "/v1/metrics/escort.escorted?area=district:gate-town&from=2026-03-01&to=2026-03-07"
    by_gate = f"{ask}&where=gate:main"

    waiting = json.loads(platform.run("services.kernel.versions.activate", "--json").stdout)
    assert waiting["needs_retelling"] == ["shift.escort"]
    shown = platform.run("deploy.local.retell", "--json")
    assert json.loads(shown.stdout)["switched"] is False, shown.stderr
    assert wangge.get(by_gate).json()["value"] == 230

    done = platform.run("deploy.local.retell", "--accept", "--json")
    report = json.loads(done.stdout)
    assert (report["switched"], report["kinds"]) == (True, ["shift.escort"]), done.stderr
    assert {(one["measure"], one["go"], one["come"]) for one in report["moved"]} == {("volunteer.minutes", 3, 3), ("volunteer.shifts:pupils", 3, 3)}

    eventually(lambda: wangge.get(ask).json()["value"] == 325, within=60, what="the same sum")
    eventually(lambda: wangge.get(by_gate).json().get("code") == "invalid", within=60, what="no such dimension any more")
    assert recount(platform)["differences"] == []
    again = told(platform, json.loads(blocks("json")[0])[-1:])
    assert again == ["duplicate"], "what was accepted is remembered"
