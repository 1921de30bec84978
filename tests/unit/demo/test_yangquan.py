"""The replay of one place: events that keep to the contract, and add up to what was printed when they are simply counted."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

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
from tests.unit.demo.ledger import Ledger, Told

CATALOGUE = Path(__file__).parents[3] / "catalogue"
CUT_OFF = date(2022, 7, 6)
BRANCHES = ("organisation.party.branch", "organisation.party.general_branch")
FIGURES = {figure.id: figure for figure in load_article(CATALOGUE, "yangquan").figures}


def _problems(all_: Ledger, subject: str, *tiers: str) -> int:
    return sum(data["attributes"]["subject"] == subject and data["tier"] in tiers for data in all_.of("case", "case.problem"))


def _sent(all_: Ledger, family: str) -> int:
    return len({data["from"] for data in all_.of("link", "link.stations.frontline") if data["from"].startswith(family)})


def _grouped(all_: Ledger) -> Told:
    """The organisations that stand on the last day, without those above them."""
    kept = (data for kind in BRANCHES for data in all_.of("organisation", kind))
    return [data for data in kept if date.fromisoformat(data.get("until", "9999-12-31")) >= CUT_OFF]


def _digits(all_: Ledger) -> int:
    counts = [len(all_.of("organisation", f"organisation.taskforce.{kind}")) for kind in ("lead_group", "office", "team", "supervision")]
    levels = {level for data in all_.of("organisation", "organisation.party") if (level := data.get("attributes", {}).get("level"))}
    return int("".join(str(count) for count in [*counts, len(levels)]))


def _headed(all_: Ledger) -> int:
    heads = {data["to"].partition("/")[2] for data in all_.of("link", "link.post.head") if data["attributes"]["as"] == "committee_member"}
    return len(heads & {key for key, data in all_.things["organisation"].items() if data["kind"] == "organisation.taskforce.supervision"})


def _posted(all_: Ledger) -> float:
    hired = {data["of"] for data in all_.of("entry", "entry.hire")}
    return len(hired & {data["from"] for data in all_.of("link", "link.stations.hire")}) / len(hired)


COUNTED: dict[str, Callable[[Ledger], float]] = {
    "F99": lambda all_: sum(data["area"] == "c01" for data in all_.of("entry", "entry.team.property")),
    "F100": lambda all_: len(all_.of("organisation", "organisation.party.branch.temporary")),
    "F101": lambda all_: len({data["attributes"]["number"] for data in all_.of("entry", "entry.document.clause") if data["of"] == "entry/measures-20"}),
    "F102": lambda all_: len(all_.of("entry", "entry.team.shock")),
    "F103": lambda all_: len(all_.of("entry", "entry.team.vanguard")),
    "F104": lambda all_: len(all_.of("entry", "entry.team.volunteer")),
    "F105": lambda all_: _sent(all_, "member/"),
    "F106": lambda all_: _sent(all_, "person/"),
    "F107": _digits,
    "F108": lambda all_: len(all_.of("organisation", "organisation.taskforce.team")),
    "F109": _headed,
    "F110": lambda all_: sum(data["area"] == "c03" for data in all_.of("entry", "entry.facility.studio")),
    "F111": lambda all_: len(all_.of("case", "case.opinion")),
    "F112": lambda all_: len(all_.of("case", "case.problem")),
    "F113": lambda all_: _problems(all_, "organisation", "zone", "township", "village"),
    "F114": lambda all_: _problems(all_, "cadres", "township", "village"),
    "F115": lambda all_: _problems(all_, "cadres", "centre", "community"),
    "F116": lambda all_: len(all_.of("entry", "entry.facility.teaching_point")),
    "F117": lambda all_: len(all_.of("entry", "entry.facility.incubator")),
    "F118": lambda all_: len({data["area"] for data in all_.of("entry", "entry.agreement.joint")}),
    "F120": lambda all_: len(all_.of("entry", "entry.agreement.joint")),
    "F121": lambda all_: len(all_.of("activity", "activity.joint")),
    "F122": lambda all_: len(all_.of("entry", "entry.hire")),
    "F123": _posted,
    "F124": lambda all_: len(all_.of("case", "case.contract")),
    "F125": lambda all_: all_.reached("case.contract", "to_clean"),
    "F126": lambda all_: all_.reached("case.contract", "cleaned"),
    "F127": lambda all_: sum(data["amount_fen"] for data in all_.of("case", "case.debt")) / 100,
    "F128": lambda all_: all_.settled_fen("case.debt") / 100,
    "F129": lambda all_: all_.fen("amount.money.recovery") / 100,
    "F130": lambda all_: len({data["of"] for data in all_.of("entry", "entry.job")}),
    "F131": lambda all_: len(_grouped(all_)),
    "F132": lambda all_: len({data["parent"] for data in _grouped(all_)}),
    "F133": lambda all_: len(all_.of("case", "case.plan_task")),
    "F134": lambda all_: sum(data.get("attributes", {}).get("role") == "park" for data in all_.of("link", "link.belongs.alliance")),
}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return generate(load_replay(CATALOGUE, "yangquan"))


@pytest.fixture(scope="module")
def ledger(events: list[Event]) -> Ledger:
    return Ledger(events)


@pytest.mark.parametrize("figure_id", COUNTED)
def test_the_events_add_up_to_what_was_printed(ledger: Ledger, figure_id: str) -> None:
    figure = FIGURES[figure_id]

    counted = COUNTED[figure_id](ledger)

    assert figure.printed.holds(Decimal(str(counted))), counted


def test_every_printed_figure_is_asked_of_a_metric_that_exists() -> None:
    catalogue = load(CATALOGUE)

    assert list(FIGURES) == [f"F{number}" for number in range(95, 135)]
    assert {figure.id for figure in FIGURES.values() if figure.match != "constant"} == set(COUNTED)
    for figure in FIGURES.values():
        kinds = figure.query.get("kind", [])
        assert (catalogue.metrics[figure.metric].form_name == "constant") == (figure.match == "constant")
        assert all(catalogue.kind(kind).id for kind in (kinds if isinstance(kinds, list) else [kinds]))
        assert figure.query.get("to", CUT_OFF) <= CUT_OFF


def test_every_event_keeps_to_the_contract_and_the_catalogue(events: list[Event]) -> None:
    reader = Reader(load(CATALOGUE), Pseudonyms(b"k" * 32), system_clock)
    enrolled = Enrolled("yangquan", "yangquan")

    read = [reader.read(decode_event(json.dumps(event).encode()), enrolled) for event in events]

    assert len({(command.source, command.id) for command in read}) == len(events)


def test_nothing_happens_after_the_articles_day(events: list[Event]) -> None:
    assert max(datetime.fromisoformat(event["time"]).date() for event in events) <= CUT_OFF


def test_every_organisation_is_moved_under_a_committee_once_and_stays_what_it_was(events: list[Event], ledger: Ledger) -> None:
    moved = Counter(event["data"]["organisation"] for event in events if event["type"] == "org.wangge.organisation.moved.v1")
    committees = {key for key, data in ledger.things["organisation"].items() if is_below(data["kind"], "organisation.party.committee")}

    assert {data["parent"] for data in _grouped(ledger)} == committees
    assert [key for key, times in moved.items() if times > 1] == ["p-s03"]  # put right, told late
    assert len(moved) == 173  # the three that came later were founded where they belong; one was merged since


def test_the_half_year_has_corrections_late_news_and_things_told_twice(events: list[Event]) -> None:
    verbs = Counter(event["type"].split(".")[3] for event in events)
    times = [event["time"] for event in events]

    assert verbs["withdrawn"] >= 8
    assert verbs["corrected"] >= 2
    assert verbs["merged"] >= 1
    assert verbs["cancelled"] >= 1
    assert times != sorted(times)


def test_a_second_run_tells_exactly_the_same(events: list[Event]) -> None:
    assert generate(load_replay(CATALOGUE, "yangquan")) == events
