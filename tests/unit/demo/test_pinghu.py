"""The replay of one place, added up by hand: events that keep to the contract and give what was printed when they are simply counted."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.generate import Event, generate
from deploy.demo.printed import load_article
from deploy.demo.replay import load_replay
from services.kernel.catalogue.catalogue import is_below
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.people import Pseudonyms

CATALOGUE = Path(__file__).parents[3] / "catalogue"
CUT_OFF = date(2018, 12, 15)
BIG_PARK = "p-park-1"
FIGURES = {figure.id: figure for figure in load_article(CATALOGUE, "pinghu").figures}


def day_of(event: Event) -> date:
    return datetime.fromisoformat(event["time"]).date()


class Ledger:
    """What the events leave behind on a day, kept as simply as can be: of each thing that was not withdrawn the newest data, by stated time."""

    def __init__(self, events: list[Event], until: date = CUT_OFF) -> None:
        told = sorted((event for event in events if day_of(event) <= until), key=lambda event: event["time"])
        withdrawn = {self._subject(event) for event in events if event["type"].split(".")[3] == "withdrawn"}
        self.events = [event for event in told if self._subject(event) not in withdrawn]
        self.things: dict[str, dict[str, dict[str, Any]]] = {}
        for event in self.events:
            family, key = self._subject(event)
            verb = event["type"].split(".")[3]
            data = {name: value for name, value in event["data"].items() if name != family}
            things = self.things.setdefault(family, {})
            if verb in {"ended", "merged", "cancelled", "left"}:
                things.pop(key, None)  # a plan was never there
            elif key in things:
                things[key] = {**things[key], **data, "attributes": {**things[key].get("attributes", {}), **data.get("attributes", {})}}
            elif verb != "planned":
                things[key] = data

    def of(self, family: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((key, data) for key, data in self.things[family].items() if is_below(data["kind"], kind))

    def within(self, organisation: str | None, top: str) -> bool:
        """Whether an organisation is another, or stands below it; what was merged or is gone still says where it stood."""
        parents = {
            event["data"]["organisation"]: event["data"]["parent"] for event in self.events if event["data"].get("parent") and "organisation" in event["data"]
        }
        while organisation is not None and organisation != top:
            organisation = parents.get(organisation)
        return organisation == top

    @staticmethod
    def _subject(event: Event) -> tuple[str, str]:
        family = event["type"].split(".")[2]
        return family, event["data"][family]


def moved_in(events: list[Event], until: date) -> int:
    """Who came into the big park from outside it and did not leave again."""
    ledger = Ledger(events, until)
    inside: dict[str, bool] = {}
    net = 0
    for event in ledger.events:
        family, verb = event["type"].split(".")[2:4]
        if family != "member":
            continue
        now = ledger.within(event["data"].get("organisation"), BIG_PARK)
        if verb == "transferred":
            net += now - inside[event["data"]["member"]]
        inside[event["data"]["member"]] = now
    return net


def internet_members(ledger: Ledger) -> int:
    branches = {key for key, data in ledger.of("organisation", "organisation.party.branch") if data.get("attributes", {}).get("industry") == "internet"}
    return sum(data["organisation"] in branches and ledger.within(data["organisation"], BIG_PARK) for data in ledger.things["member"].values())


def parks_with_own_centre(ledger: Ledger) -> set[str]:
    centres = (data for _, data in ledger.of("entry", "entry.centre.park"))
    return {data["of"] for data in centres if data["attributes"]["tenure"] == "own" and data["attributes"]["state"] == "open"}


def resolved_on(ledger: Ledger, kind: str) -> dict[str, date]:
    """The day on which each case of a kind was resolved."""
    moves = (event for event in ledger.events if event["type"].endswith("case.moved.v1") and event["data"]["to"] == "resolved")
    cases = dict(ledger.of("case", kind))
    return {event["data"]["case"]: day_of(event) for event in moves if event["data"]["case"] in cases}


def river_share(ledger: Ledger) -> float:
    cases = {key: data for key, data in ledger.of("case", "case.key_task.clearance") if data["attributes"]["project"] == "river"}
    opened = {event["data"]["case"]: day_of(event) for event in ledger.events if event["type"].endswith("case.opened.v1")}
    done = resolved_on(ledger, "case.key_task.clearance")
    early = [key for key, data in cases.items() if key in done and done[key] - opened[key] <= timedelta(days=365) and done[key].isoformat() < data["due"]]
    return len(early) / len(cases)


def quarters_with_conference(ledger: Ledger) -> set[tuple[int, int]]:
    held = (datetime.fromisoformat(data["starts"]) for _, data in ledger.of("activity", "activity.meeting.joint_conference"))
    return {(at.year, (at.month + 2) // 3) for at in held}


def present(ledger: Ledger) -> int:
    came = (data for data in ledger.things["attendance"].values() if data["activity"] == "appraisal-2018")
    return sum(data.get("head_count", 1) for data in came)


COUNTED: dict[str, Callable[[list[Event], Ledger], float]] = {
    "F74": lambda _, all_: len(list(all_.of("activity", "activity.appraisal.debrief"))),
    "F75": lambda _, all_: present(all_),
    "F76": lambda events, _: len(list(Ledger(events, date(2016, 12, 31)).of("organisation", "organisation.party.committee.park"))),
    "F79": lambda _, all_: len(quarters_with_conference(all_) - {(2018, 4)}) / 7,
    "F80": lambda _, all_: len(parks_with_own_centre(all_)),
    "F81": lambda _, all_: len(list(all_.of("organisation", "organisation.party.committee.park"))) - len(parks_with_own_centre(all_)),
    "F83": lambda _, all_: river_share(all_),
    "F84": lambda _, all_: sum(all_.things["case"][key]["attributes"]["area_m2"] for key in resolved_on(all_, "case.key_task.land")),
    "F87": lambda _, all_: sum(all_.within(key, BIG_PARK) for key, _ in all_.of("organisation", "organisation.party.branch")),
    "F88": lambda events, _: moved_in(events, date(2017, 12, 31)),
    "F89": lambda events, _: moved_in(events, CUT_OFF),
    "F90": lambda _, all_: internet_members(all_),
    "F91": lambda _, all_: internet_members(all_) / sum(data["value"] for _, data in all_.of("amount", "amount.statistic.internet_members")),
    "F92": lambda _, all_: len({data["organisation"] for _, data in all_.of("activity", "activity.culture.fellowship.team_building")}),
    "F93": lambda events, _: sum(event["data"].get("kind") == "entry.facility.police_point" and event["time"].startswith("2018-07") for event in events),
    "F94": lambda _, all_: len(list(all_.of("entry", "entry.post.shop"))),
}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return generate(load_replay(CATALOGUE, "pinghu"))


@pytest.fixture(scope="module")
def ledger(events: list[Event]) -> Ledger:
    return Ledger(events)


@pytest.mark.parametrize("figure_id", COUNTED)
def test_the_events_add_up_to_what_was_printed(events: list[Event], ledger: Ledger, figure_id: str) -> None:
    counted = COUNTED[figure_id](events, ledger)

    assert FIGURES[figure_id].printed.holds(Decimal(str(counted))), counted


def test_every_printed_figure_is_asked_of_a_metric_that_exists_and_within_the_place() -> None:
    catalogue = load(CATALOGUE)

    assert list(FIGURES) == [f"F{number}" for number in range(74, 95)]
    for figure in FIGURES.values():
        metric = catalogue.metrics[figure.metric]
        assert (metric.form_name == "constant") == (figure.match == "constant") == (figure.id not in COUNTED)
        assert figure.match == "constant" or any(str(figure.query.get(axis, "")).startswith("pinghu:") for axis in ("area", "org"))
        assert "kind" not in figure.query or catalogue.kind(figure.query["kind"]).id
        assert figure.query.get("to", CUT_OFF) <= CUT_OFF


def test_what_is_made_up_within_a_bound_stays_within_it(events: list[Event], ledger: Ledger) -> None:
    assert 390 < moved_in(events, CUT_OFF) < 400, "余 stays below the next round number"
    assert 444 <= sum(data["value"] for _, data in ledger.of("amount", "amount.statistic.internet_members")) <= 453
    assert internet_members(ledger) <= moved_in(events, CUT_OFF), "the exact number is part of the inexact one"


def test_every_event_keeps_to_the_contract_and_the_catalogue(events: list[Event]) -> None:
    reader = Reader(load(CATALOGUE), Pseudonyms(b"k" * 32), system_clock)
    enrolled = Enrolled("pinghu", "pinghu")

    read = [reader.read(decode_event(json.dumps(event).encode()), enrolled) for event in events]

    assert len({(command.source, command.id) for command in read}) == len(events)
    assert 4_000 <= len(events) <= 9_000


def test_nothing_happens_after_the_articles_day(events: list[Event]) -> None:
    assert max(map(day_of, events)) == CUT_OFF


def test_the_years_have_corrections_late_news_moves_and_things_told_twice(events: list[Event]) -> None:
    verbs = Counter(event["type"].split(".")[3] for event in events)
    times = [event["time"] for event in events]

    assert verbs["withdrawn"] >= 4
    assert verbs["corrected"] >= 3
    assert verbs["merged"] == 2
    assert verbs["cancelled"] == 2
    assert verbs["assigned"] == 1
    assert times != sorted(times)


def test_a_second_run_tells_exactly_the_same(events: list[Event]) -> None:
    assert generate(load_replay(CATALOGUE, "pinghu")) == events
