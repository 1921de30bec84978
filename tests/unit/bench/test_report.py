"""The page of results is what the command makes of the committed numbers, and says of each target whether it was reached."""

import json
import re
import xml.etree.ElementTree as Xml

import pytest

from tests.bench import report
from tests.bench.__main__ import NAMES
from tests.bench.plot import plot
from tests.bench.rows import Rows, with_spread
from tests.bench.scale import scale_page
from tests.bench.targets import TARGETS, Outcome, outcomes
from tests.bench.words import WHY


def test_the_committed_page_is_made_from_the_committed_numbers() -> None:
    document = json.loads(report.NUMBERS.read_text(encoding="utf-8"))

    assert report.PAGE.read_text(encoding="utf-8") == report.page(document), "./run bench report"
    assert report.PLOT.read_text(encoding="utf-8") == report.drawing(document["rows"]), "./run bench report"
    assert report.SCALE.read_text(encoding="utf-8") == scale_page(document["rows"]), "./run bench report"


def test_a_target_is_judged_by_the_worst_of_its_rows() -> None:
    rows = with_spread([{"bench": "query", "name": f"{shape} p99", "unit": "ms", "rounds": [value]} for shape, value in (("place", 10), ("kind", 80))])

    found = {one.text: one for one in outcomes(rows)}

    one_axis = found["A figure along one axis over 10 million cells, p99"]
    assert (one_axis.found, one_axis.ratio) == (80, 50 / 80)
    assert found["Relay"].found is None


def test_ahead_means_ahead_of_the_fastest_other_whose_sums_are_right() -> None:
    def row(name: str, rate: int, sums: str, *, peer: bool) -> dict[str, object]:
        return {"bench": "processor", "name": f"live: {name}", "unit": "facts/s", "rounds": [rate], "sums": sums, "peer": peer}

    rows: Rows = with_spread(
        [
            row("Wangge processor, merge beside it", 30, "exact", peer=False),
            row("raw confluent-kafka + msgspec + dict", 90, "exact", peer=True),
            row("One that loses", 60, "wrong: 1 instead of 2", peer=True),
            row("Another", 20, "exact", peer=True),
        ]
    )

    first = next(iter(outcomes(rows)))

    assert (first.ratio, first.unit) == (1.5, "× Another")


def test_every_target_names_a_bench_that_exists() -> None:
    assert {target.bench for target in TARGETS} <= set(NAMES)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [10.0, 2.0, 0.1], [1.0, 30.0, 900.0]])
def test_curves_stay_inside_the_drawing(values: list[float]) -> None:
    drawing = Xml.fromstring(plot(["1 ×", "4 ×", "16 ×"], {"one": values}, "a curve"))

    (line,) = drawing.findall("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert all(0 <= x <= 560 and 0 <= y <= 260 for x, y in points)


def test_a_bench_that_was_measured_anew_takes_the_place_of_the_first() -> None:
    def told(at: str, failed: dict[str, str], *benches: str) -> dict[str, object]:
        return {"at": at, "taken_s": 60, "machine": {}, "rows": [{"bench": bench, "name": at, "rounds": [1]} for bench in benches], "failed": failed}

    found = report.anew(told("first", {"growth": "why", "query": "why"}, "relay", "scrape"), told("later", {}, "relay", "growth"))

    assert {row["bench"]: row["name"] for row in found["rows"]} == {"scrape": "first", "relay": "later", "growth": "later"}
    assert found["failed"] == {"query": "why"}
    assert found["anew"] == [{"benches": ["relay", "growth"], "at": "later", "taken_s": 60}]


def test_why_is_said_of_what_was_missed_and_of_nothing_else() -> None:
    missed = [target.text for target in TARGETS if any(re.search(pattern, target.text) for pattern in WHY)]
    outcome = [Outcome(text, "", 1.0, "", 0.5) for text in missed] + [Outcome("Relay", "", 1.0, "", 2.0)]

    assert {one.text for some in report._short(outcome).values() for one in some} == set(missed)
    assert report._short([one._replace(ratio=1.0) for one in outcome]) == {}
