"""The replay of one place: events that keep to the contract, and add up to what was printed when they are simply counted."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.demo.generate import Event, generate
from deploy.demo.printed import load_article
from deploy.demo.replay import load_replay
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.people import Pseudonyms
from tests.unit.demo.ledger import Ledger

CATALOGUE = Path(__file__).parents[3] / "catalogue"


COUNTED: dict[str, Callable[[Ledger], float]] = {
    "F137": lambda all_: sum(data["items"] for data in all_.of("shift", "shift.window")),
    "F138": lambda all_: sum(data["minutes"] for data in all_.of("shift", "shift.window")) / 60,
    "F141": lambda all_: len(all_.of("activity", "activity.training.university")),
    "F142": lambda all_: len({data["attributes"]["trade"] for data in all_.of("entry", "entry.team.trade")}),
    "F145": lambda all_: len({data["of"] for data in all_.of("amount", "amount.money.allocation.relief")}),
    "F146": lambda all_: all_.fen("amount.money.allocation.platform") / 100,
    "F147": lambda all_: len(all_.of("area", "area.community")),
    "F148": lambda all_: len(all_.of("area", "area.grid")),
    "F149": lambda all_: all_.resolved("case.grid"),
    "F150": lambda all_: len({data["from"] for data in all_.of("link", "link.stations")}),
    "F152": lambda all_: len(all_.of("case", "case.livelihood")),
    "F153": lambda all_: all_.resolved("case.livelihood"),
    "F154": lambda all_: len(all_.of("entry", "entry.document.guide")),
    "F155": lambda all_: len(all_.of("entry", "entry.facility.board")),
    "F156": lambda all_: all_.fen("amount.money.allocation.video") / 100,
    "F157": lambda all_: len(all_.of("entry", "entry.asset.camera")),
    "F158": lambda all_: len({data["from"] for data in all_.of("link", "link.belongs.programme")}),
    "F160": lambda all_: all_.fen("amount.money.income.collective", "2018") / 100,
    "F161": lambda all_: all_.fen("amount.money.income.collective", "2018") / all_.fen("amount.money.income.collective", "2017") - 1,
    "F162": lambda all_: sum(data.get("field") == "private" for data in all_.of("organisation", "organisation.party")),
    "F163": lambda all_: all_.fen("amount.money.allocation.centres") / 100,
    "F164": lambda all_: sum(data["attributes"]["rebuilt"] for data in all_.of("entry", "entry.centre.community")),
    "F165": lambda all_: len(all_.of("entry", "entry.centre.park")),
    "F166": lambda all_: len(all_.of("entry", "entry.centre.zone")),
    "F167": lambda all_: sum(data["attributes"]["tier"] == "zone" for data in all_.of("entry", "entry.centre")),
    "F169": lambda all_: len(all_.of("entry", "entry.facility.teaching_point")),
    "F171": lambda all_: len({data["to"] for data in all_.of("visit", "visit.care")}),
    "F172": lambda all_: len({data["person"] for data in all_.at("museums")}),
    "F174": lambda all_: (
        len({data["person"] for data in all_.at("martyrs-museum")}) / sum(data["organisation"] == "b-c02" for data in all_.things["member"].values())
    ),
    "F176": lambda all_: len({data["who"] for data in all_.at("matchmaking", "booth")}),
    "F177": lambda all_: sum(data["head_count"] for data in all_.at("matchmaking", "representative")),
    "F179": lambda all_: sum(data["head_count"] for data in all_.at("safety-lesson", "pupil")),
    "F182": lambda all_: len({data["who"] for data in all_.at("contest", "team")}),
    "F183": lambda all_: len(all_.of("activity", "activity.contest.round")),
    "F184": lambda all_: sum(data["attributes"]["grade"] == "second" for data in all_.of("entry", "entry.honour.prize")),
}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return generate(load_replay(CATALOGUE, "zhuhai"))


@pytest.fixture(scope="module")
def ledger(events: list[Event]) -> Ledger:
    return Ledger(events)


FIGURES = {figure.id: figure for figure in load_article(CATALOGUE, "zhuhai").figures}


@pytest.mark.parametrize("figure_id", COUNTED)
def test_the_events_add_up_to_what_was_printed(ledger: Ledger, figure_id: str) -> None:
    figure = FIGURES[figure_id]

    counted = COUNTED[figure_id](ledger)

    assert figure.printed.holds(Decimal(str(counted))), counted


def test_every_printed_figure_is_asked_of_a_metric_that_exists() -> None:
    catalogue = load(CATALOGUE)

    assert len(FIGURES) == 50
    for figure in FIGURES.values():
        metric = catalogue.metrics[figure.metric]
        assert (metric.form_name == "constant") == (figure.match == "constant")
        assert "kind" not in figure.query or catalogue.kind(figure.query["kind"]).id
        assert figure.query.get("to", date(2019, 7, 5)) <= date(2019, 7, 5)


def test_every_event_keeps_to_the_contract_and_the_catalogue(events: list[Event]) -> None:
    reader = Reader(load(CATALOGUE), Pseudonyms(b"k" * 32), system_clock)
    enrolled = Enrolled("zhuhai", "zhuhai")

    read = [reader.read(decode_event(json.dumps(event).encode()), enrolled) for event in events]

    assert len({(command.source, command.id) for command in read}) == len(events)
    assert 15_000 <= len(events) <= 30_000


def test_nothing_is_told_of_a_thing_before_it_is_made(events: list[Event]) -> None:
    known: set[str] = set()
    for event in events:
        family = event["type"].split(".")[2]
        data = event["data"]
        for name, value in data.items():
            if name in {"area", "parent", "organisation", "activity", "into"} and name != family:
                tree = family if name in {"parent", "into"} else name
                assert f"{tree}/{value}" in known, event
            if name in {"from", "to", "of", "by", "person", "who"} and isinstance(value, str) and "/" in value:
                assert value in known, event
        known.add(f"{family}/{data[family]}")


def test_nothing_happens_after_the_articles_day(events: list[Event]) -> None:
    assert max(datetime.fromisoformat(event["time"]).date() for event in events) <= date(2019, 7, 5)


def test_every_stationed_cadre_visits_in_every_week(events: list[Event]) -> None:
    visits = {
        (event["data"]["by"], datetime.fromisoformat(event["time"]).isocalendar()[:2]) for event in events if event["data"].get("kind") == "visit.stationed"
    }
    weeks = {(date(2019, 1, 7) + timedelta(weeks=week)).isocalendar()[:2] for week in range(25)}
    cadres = {by for by, _ in visits}

    assert len(cadres) == 84
    assert visits == {(cadre, week) for cadre in cadres for week in weeks}


def test_the_year_has_corrections_late_news_and_things_told_twice(events: list[Event]) -> None:
    verbs = Counter(event["type"].split(".")[3] for event in events)
    times = [event["time"] for event in events]

    assert verbs["withdrawn"] >= 4
    assert verbs["corrected"] >= 3
    assert verbs["merged"] >= 1
    assert times != sorted(times)


def test_a_second_run_tells_exactly_the_same(events: list[Event]) -> None:
    assert generate(load_replay(CATALOGUE, "zhuhai")) == events
