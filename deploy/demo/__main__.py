"""`python -m deploy.demo PLACE`: tells a place's year through the public door, then sets its published figures beside the live ones. 0 only if all hold."""

import argparse
import sys
import time

import msgspec

from deploy.demo.checking import check_all
from deploy.demo.emit import Emits, Event, EventsRefusedError, HttpEmitter, Pace
from deploy.demo.emit_kafka import KafkaEmitter
from deploy.demo.figures import show
from deploy.demo.gateway import Gateway, GatewayError
from deploy.demo.generate import generate_lean
from deploy.demo.printed import Article, load_article
from deploy.demo.progress import say, shown
from deploy.demo.replay import UnknownPlaceError, load_replay, places
from deploy.demo.report import Found
from deploy.demo.settings import DemoSettings, MissingKeyError
from deploy.demo.sketch import bring_outlines
from deploy.demo.timing import WrongTimeError
from deploy.demo.values import WrongValueError
from deploy.demo.waiting import until_counted, until_taken_in

EVERY = "all"
"""The word for every place that has a replay."""

WATCHABLE_S = 60.0
"""How long a replay takes that somebody watches on the screens."""

LATE_S = 90.0
"""On Kafka an event may wait for what it refers to; figures that do not hold yet are asked again for so long."""

_FAULTS = (GatewayError, EventsRefusedError, MissingKeyError, WrongTimeError, WrongValueError, msgspec.MsgspecError)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run demo", description="Replay a district's published figures through the platform.")
    parser.add_argument("place", help=f"a folder of catalogue/places, or {EVERY} of them, one after the other")
    parser.add_argument("--fast", action="store_true", help=f"as quickly as it goes, instead of within {WATCHABLE_S:.0f} s a place")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--via", choices=("http", "kafka"), default="http", help="the way in (default: http)")
    options = parser.parse_args(arguments)
    settings = DemoSettings.from_environment()
    try:
        chosen = places(settings.catalogue, "replay.yaml") if options.place == EVERY else [options.place]
        if settings.cut:
            say("a cut of the replay: of what there is most of, only as much as a test needs; WANGGE_DEMO_CUT is set")
        articles = [load_article(settings.catalogue, place, cut=settings.cut) for place in chosen]  # before anything is told
        last = [_tell(settings, place, options.via, seconds=0.0 if options.fast else WATCHABLE_S) for place in chosen]
        with Gateway(settings.gateway, settings.reader) as gateway:
            if options.via == "kafka":
                _wait_for_kafka(settings, chosen, last)
            found = _check(gateway, articles, patience=LATE_S if options.via == "kafka" else 0.0)
    except UnknownPlaceError as error:
        say(f"demo: {error}")
        return 2
    except _FAULTS as error:
        say(f"demo: {error}")
        return 1
    holds = show(found, as_json=options.json)
    for place in chosen:
        say(f"its wall: {settings.gateway}/wall/{place}")
    return 0 if holds else 1


def _tell(settings: DemoSettings, place: str, via: str, seconds: float) -> Event:
    """Tells a place's replay with the place's key; its last event."""
    key = settings.key(place)
    events = generate_lean(load_replay(settings.catalogue, place, cut=settings.cut))
    with Gateway(settings.gateway, key) as gateway:
        gateway.status()  # before anything is told: is there a platform at all?
        emitter: Emits = KafkaEmitter(settings.kafka, key) if via == "kafka" else HttpEmitter(gateway)
        bring_outlines(place, events)
        say(f"watch it: {settings.gateway}/wall/{place}")
        started = time.monotonic()
        with shown(place, len(events)) as told:
            counts = emitter.emit(events, Pace(len(events), seconds), told)
    outcome = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    say(f"{place}: {len(events)} events told in {time.monotonic() - started:.1f} s: {outcome}")
    return events[-1]


def _wait_for_kafka(settings: DemoSettings, chosen: list[str], last: list[Event]) -> None:
    for place, event in zip(chosen, last, strict=True):
        with Gateway(settings.gateway, settings.key(place)) as gateway:
            until_taken_in(gateway, event)


def _check(gateway: Gateway, articles: list[Article], patience: float) -> Found:
    started = time.monotonic()
    while True:
        until_counted(gateway)
        found = [(article, check_all(gateway, article)) for article in articles]
        if all(one.holds for _, checked in found for one in checked) or time.monotonic() - started >= patience:
            return found
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
