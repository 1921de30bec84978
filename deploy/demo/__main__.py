"""`python -m deploy.demo PLACE`: tells a place's year through the public door, then sets its published figures beside the live ones. 0 only if all hold."""

import argparse
import sys
import time

import msgspec

from deploy.demo.checking import Checked, check_all
from deploy.demo.emit import Emits, Event, EventsRefusedError, HttpEmitter, Pace
from deploy.demo.emit_kafka import KafkaEmitter
from deploy.demo.figures import show
from deploy.demo.gateway import Gateway, GatewayError
from deploy.demo.generate import generate
from deploy.demo.printed import Article, load_article
from deploy.demo.progress import say, shown
from deploy.demo.replay import UnknownPlaceError, load_replay
from deploy.demo.settings import DemoSettings, MissingKeyError
from deploy.demo.timing import WrongTimeError
from deploy.demo.values import WrongValueError
from deploy.demo.waiting import until_counted, until_taken_in

WATCHABLE_S = 60.0
"""How long a replay takes that somebody watches on the screens."""

LATE_S = 90.0
"""On Kafka an event may wait for what it refers to; figures that do not hold yet are asked again for so long."""

_FAULTS = (GatewayError, EventsRefusedError, MissingKeyError, WrongTimeError, WrongValueError, msgspec.MsgspecError)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run demo", description="Replay a district's published figures through the platform.")
    parser.add_argument("place", help="a folder of catalogue/places")
    parser.add_argument("--fast", action="store_true", help=f"as quickly as it goes, instead of within {WATCHABLE_S:.0f} s")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--via", choices=("http", "kafka"), default="http", help="the way in (default: http)")
    options = parser.parse_args(arguments)
    settings = DemoSettings.from_environment()
    try:
        article = load_article(settings.catalogue, options.place)
        events = generate(load_replay(settings.catalogue, options.place))
        with Gateway(settings.gateway, settings.key(options.place)) as gateway:
            emitter: Emits = KafkaEmitter(settings.kafka, settings.key(options.place)) if options.via == "kafka" else HttpEmitter(gateway)
            _tell(gateway, emitter, options.place, events, seconds=0.0 if options.fast else WATCHABLE_S)
            checked = _check(gateway, article, events, patience=LATE_S if options.via == "kafka" else 0.0)
    except UnknownPlaceError as error:
        say(f"demo: {error}")
        return 2
    except _FAULTS as error:
        say(f"demo: {error}")
        return 1
    return 0 if show([(article, checked)], as_json=options.json) else 1


def _tell(gateway: Gateway, emitter: Emits, place: str, events: list[Event], seconds: float) -> None:
    gateway.status()  # before anything is told: is there a platform at all?
    started = time.monotonic()
    with shown(place, len(events)) as told:
        counts = emitter.emit(events, Pace(len(events), seconds), told)
    outcome = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    say(f"{len(events)} events told in {time.monotonic() - started:.1f} s: {outcome}")


def _check(gateway: Gateway, article: Article, events: list[Event], patience: float) -> list[Checked]:
    if patience:
        until_taken_in(gateway, events[-1])
    started = time.monotonic()
    until_counted(gateway)
    checked = check_all(gateway, article)
    while not all(one.holds for one in checked) and time.monotonic() - started < patience:
        time.sleep(2)
        until_counted(gateway)
        checked = check_all(gateway, article)
    return checked


if __name__ == "__main__":
    sys.exit(main())
